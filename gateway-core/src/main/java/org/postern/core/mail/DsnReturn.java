package org.postern.core.mail;

/** How much of the message a notice shall carry: RET= (RFC 3461, 4.3). */
public enum DsnReturn {
    /** The whole message. */
    FULL,
    /** The headers only. */
    HDRS
}
