package org.postern.core.mail;

/** The conditions of NOTIFY= (RFC 3461, 4.1). {@code NEVER} stands alone. */
public enum DsnNotify {
    /** No notice, whatever happens. */
    NEVER,
    /** A notice on delivery. */
    SUCCESS,
    /** A notice on failure. */
    FAILURE,
    /** A notice on delay. */
    DELAY
}
