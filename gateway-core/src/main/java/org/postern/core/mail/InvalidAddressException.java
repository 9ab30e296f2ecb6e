package org.postern.core.mail;

/**
 * Says that a text is not an address, domain or path, and why. The message is fit for an SMTP reply
 * or a configuration error: one line of printable ASCII, without the offending text itself.
 */
public final class InvalidAddressException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int position;

    /**
     * @param message what is wrong and what is allowed
     * @param position offset of the offending character in the parsed text, from 0
     */
    public InvalidAddressException(String message, int position) {
        super(message);
        this.position = position;
    }

    /** Offset of the offending character in the parsed text, from 0. */
    public int position() {
        return position;
    }
}
