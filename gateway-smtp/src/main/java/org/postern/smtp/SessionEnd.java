package org.postern.smtp;

/** How a session ended: the label {@code outcome} of {@code postern_smtp_sessions_total}. */
public enum SessionEnd {
    /** The client said QUIT. */
    QUIT("quit"),
    /** The client closed or reset the connection. */
    DISCONNECTED("disconnected"),
    /** A time limit ran out. */
    TIMEOUT("timeout"),
    /** A limit of number or size was reached: errors, commands, line length and so on. */
    LIMIT("limit"),
    /** It spoke before the greeting. */
    EARLY_TALKER("early-talker"),
    /** Refused before or instead of the greeting, by the gateway's decision. */
    REFUSED("refused"),
    /** Refused by admission: too many connections, too fast, or shed under load. */
    SHED("shed"),
    /** A PROXY header was missing, wrong or not allowed. */
    PROXY("proxy"),
    /** The TLS handshake failed. */
    TLS("tls"),
    /** A listed relay named another client by XCLIENT; another session follows. */
    XCLIENT("xclient"),
    /** The gateway is stopping. */
    SHUTDOWN("shutdown"),
    /** Our own fault: an unexpected exception. */
    ERROR("error");

    private final String label;

    SessionEnd(String label) {
        this.label = label;
    }

    /** The label's value. */
    public String label() {
        return label;
    }
}
