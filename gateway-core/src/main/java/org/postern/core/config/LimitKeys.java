package org.postern.core.config;

import static org.postern.core.config.ValueTypes.DURATION_TYPE;
import static org.postern.core.config.ValueTypes.SIZE_TYPE;
import static org.postern.core.config.ValueTypes.intSize;
import static org.postern.core.config.ValueTypes.number;
import static org.postern.core.config.ValueTypes.word;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The settings of section {@code limits}: a part of the table of {@link Keys}. */
final class LimitKeys {
    private static final KeyTable TABLE = new KeyTable();

    static final Key<Integer> CONNECTIONS =
            limit("connections", "20000", "connections open at once, all clients");
    static final Key<Integer> CONNECTIONS_PER_CLIENT =
            limit("connections-per-client", "50", "connections open at once from one address");
    static final Key<Integer> CONNECTIONS_PER_NETWORK =
            limit(
                    "connections-per-network",
                    "200",
                    "connections open at once from one /24 (IPv4) or /64 (IPv6); never less"
                            + " than connections-per-client where it is not given");
    static final Key<Integer> CONNECTION_RATE_PER_CLIENT =
            limit(
                    "connection-rate-per-client",
                    "300",
                    "new connections from one address, or one IPv6 /64, in a minute");
    static final Key<Integer> COMMANDS = limit("commands", "10000", "commands in one session");
    static final Key<Integer> ERRORS =
            limit("errors", "20", "commands answered 5yz in one session before 421 4.7.0");
    static final Key<Integer> UNKNOWN_RECIPIENTS =
            limit(
                    "unknown-recipients",
                    "20",
                    "unknown recipients in one session before 421 4.7.0, of null senders too; not"
                            + " for clients with a good history");
    static final Key<Integer> RECIPIENTS =
            limit("recipients", "1000", "recipients of one message; further ones get 452 4.5.3");
    static final Key<Integer> LINE_BYTES =
            TABLE.one(
                    "limits",
                    "line-bytes",
                    intSize(),
                    "12KB",
                    "one command line with its CRLF, 500 5.5.6 beyond");
    static final Key<Integer> HEADER_BYTES =
            TABLE.one(
                    "limits",
                    "header-bytes",
                    intSize(),
                    "1MB",
                    "a message's header section, 552 5.3.4 beyond");
    static final Key<Long> MESSAGE_BYTES =
            TABLE.one(
                    "limits",
                    "message-bytes",
                    SIZE_TYPE,
                    "50MB",
                    "a message, announced by SIZE, 552 5.3.4 beyond");
    static final Key<Duration> COMMAND_TIMEOUT =
            TABLE.one(
                    "limits",
                    "command-timeout",
                    DURATION_TYPE,
                    "5m",
                    "longest wait for a complete command");
    static final Key<Duration> WRITE_TIMEOUT =
            TABLE.one(
                    "limits",
                    "write-timeout",
                    DURATION_TYPE,
                    "1m",
                    "longest wait for a client to take a reply");
    static final Key<Duration> MESSAGE_TIMEOUT =
            TABLE.one(
                    "limits",
                    "message-timeout",
                    DURATION_TYPE,
                    "15m",
                    "longest time for one message's content");
    static final Key<Duration> SESSION_TIMEOUT =
            TABLE.one(
                    "limits", "session-timeout", DURATION_TYPE, "1h", "longest life of a session");
    static final Key<Duration> GREET_DELAY =
            TABLE.one(
                    "limits",
                    "greet-delay",
                    DURATION_TYPE,
                    "0",
                    "pause before the greeting that catches early talkers");
    static final Key<Limits.BareNewline> BARE_NEWLINE =
            TABLE.one(
                    "limits",
                    "bare-newline",
                    word(
                            Map.of(
                                    "reject", Limits.BareNewline.REJECT,
                                    "normalize", Limits.BareNewline.NORMALIZE)),
                    "reject",
                    "bare CR, bare LF and NUL in content: 550 5.6.11, or made CRLF (NUL dropped)");
    static final Key<Integer> MAX_RECEIVED_HOPS =
            limit(
                    "max-received-hops",
                    "50",
                    "Received fields before a message is taken to loop, 554 5.4.6");
    static final Key<Duration> DRAIN =
            TABLE.one(
                    "limits",
                    "drain",
                    DURATION_TYPE,
                    "30s",
                    "how long a stop waits for messages in DATA");

    /** Every key of this section. */
    static final List<Key<?>> ALL = TABLE.all();

    private LimitKeys() {}

    private static Key<Integer> limit(String name, String fallback, String doc) {
        return TABLE.one("limits", name, number(0, Integer.MAX_VALUE), fallback, doc);
    }
}
