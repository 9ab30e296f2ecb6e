package org.postern.smtp;

/** The limits of section {@code limits} that this module enforces, by the names they have there. */
public enum NamedLimit {
    /** Connections open at once. */
    CONNECTIONS("connections"),
    /** Connections open at once from one address. */
    CONNECTIONS_PER_CLIENT("connections-per-client"),
    /** Connections open at once from one /24 or /64. */
    CONNECTIONS_PER_NETWORK("connections-per-network"),
    /** New connections from one address in a minute. */
    CONNECTION_RATE_PER_CLIENT("connection-rate-per-client"),
    /** Commands in a session. */
    COMMANDS("commands"),
    /** Commands answered 5yz in a session. */
    ERRORS("errors"),
    /** Unknown recipients in a session. */
    UNKNOWN_RECIPIENTS("unknown-recipients"),
    /** Recipients of a message. */
    RECIPIENTS("recipients"),
    /** Octets of a command line. */
    LINE_BYTES("line-bytes"),
    /** Octets of a header section. */
    HEADER_BYTES("header-bytes"),
    /** Octets of a message. */
    MESSAGE_BYTES("message-bytes"),
    /** Time for a complete command. */
    COMMAND_TIMEOUT("command-timeout"),
    /** Time for a client to take a reply. */
    WRITE_TIMEOUT("write-timeout"),
    /** Time for a message's content. */
    MESSAGE_TIMEOUT("message-timeout"),
    /** Life of a session. */
    SESSION_TIMEOUT("session-timeout"),
    /** Pause before the greeting, in which a client must be silent. */
    GREET_DELAY("greet-delay"),
    /** Bare CR, bare LF and NUL in content. */
    BARE_NEWLINE("bare-newline"),
    /** Received fields of a message. */
    MAX_RECEIVED_HOPS("max-received-hops"),
    /** Wait for messages in DATA at a stop. */
    DRAIN("drain"),
    /** Not a setting: the overload controller shed the connection. */
    OVERLOAD("overload");

    private final String label;

    NamedLimit(String label) {
        this.label = label;
    }

    /** The name in the configuration and the label's value. */
    public String label() {
        return label;
    }
}
