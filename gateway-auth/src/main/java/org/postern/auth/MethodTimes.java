package org.postern.auth;

/**
 * How long each method took for one message, in nanoseconds, waiting for the DNS included; 0 where
 * it did not run. Methods run side by side, so the sum is not the message's time.
 *
 * @param spf SPF of the reverse-path
 * @param heloSpf SPF of the HELO name
 * @param iprev the reverse look-up
 * @param dkim DKIM from the end of the body on
 * @param arc ARC, likewise
 * @param dmarc DMARC, likewise
 */
public record MethodTimes(long spf, long heloSpf, long iprev, long dkim, long arc, long dmarc) {
    /** Nothing ran. */
    public static final MethodTimes NONE = new MethodTimes(0, 0, 0, 0, 0, 0);
}
