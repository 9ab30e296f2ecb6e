package org.postern.core.policy;

import java.util.Locale;

/** Where in a session a decision is taken; each stage knows what the ones before it knew. */
public enum Stage {
    /** Before the greeting: the client's address. */
    CONNECT,
    /** HELO or EHLO: the name it gives. */
    HELO,
    /** MAIL: the reverse-path. */
    MAIL,
    /** RCPT: one recipient, and what the directory says of it. */
    RCPT,
    /** The end of the content: every verdict of authentication. */
    DATA;

    private final String word = name().toLowerCase(Locale.ROOT);

    /** The word in configuration, logs and metrics. */
    public String word() {
        return word;
    }
}
