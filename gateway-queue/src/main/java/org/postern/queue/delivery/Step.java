package org.postern.queue.delivery;

/** The steps of an attempt, in their order; the words stand in replies and logs. */
public enum Step {
    /** Finding the downstream's addresses. */
    RESOLVE("looking up its address"),
    /** Opening the connection. */
    CONNECT("connecting"),
    /** Waiting for 220. */
    GREETING("waiting for the greeting"),
    /** EHLO, HELO or LHLO. */
    HELLO("sending EHLO"),
    /** STARTTLS and the handshake. */
    TLS("starting TLS"),
    /** XCLIENT or XFORWARD. */
    ORIGIN("passing on the client's address"),
    /** RSET before a connection is used again. */
    RESET("sending RSET"),
    /** MAIL. */
    MAIL("sending MAIL"),
    /** RCPT. */
    RECIPIENT("sending RCPT"),
    /** DATA, up to its 354. */
    DATA("sending DATA"),
    /** The content. */
    CONTENT("sending the message"),
    /** The reply to the whole message; lost here, a duplicate becomes possible. */
    FINAL_REPLY("waiting for the final reply"),
    /** Our own side: the content could not be read. */
    LOCAL("reading the message from the spool"),
    /** Writing to a Maildir. */
    STORE("writing to the Maildir");

    private final String words;

    Step(String words) {
        this.words = words;
    }

    /** What was being done, to stand after "while". */
    public String words() {
        return words;
    }
}
