package org.postern.core.config;

import static org.postern.core.config.ValueTypes.BOOLEAN;
import static org.postern.core.config.ValueTypes.DURATION_TYPE;
import static org.postern.core.config.ValueTypes.TEXT;
import static org.postern.core.config.ValueTypes.number;
import static org.postern.core.config.ValueTypes.word;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The settings of section {@code downstreams}: a part of the table of {@link Keys}. */
final class DownstreamKeys {
    private static final KeyTable TABLE = new KeyTable();

    static final Key<String> URI =
            TABLE.required("downstreams.*", "uri", TEXT, "where it is: " + DownstreamUri.FORMS);
    static final Key<DownstreamConfig.Tls> TLS =
            TABLE.one(
                    "downstreams.*",
                    "tls",
                    word(
                            Map.of(
                                    "none", DownstreamConfig.Tls.NONE,
                                    "opportunistic", DownstreamConfig.Tls.OPPORTUNISTIC,
                                    "required", DownstreamConfig.Tls.REQUIRED)),
                    "opportunistic",
                    "TLS towards it: never, where offered, or always and verified (smtps:"
                            + " required)");
    static final Key<Integer> CONNECTIONS =
            TABLE.one(
                    "downstreams.*", "connections", number(1, 10_000), "20", "deliveries at once");
    static final Key<Duration> TIMEOUT =
            TABLE.one(
                    "downstreams.*", "timeout", DURATION_TYPE, "5m", "longest wait for one reply");
    static final Key<String> CA_FILE =
            TABLE.one(
                    "downstreams.*",
                    "ca-file",
                    TEXT,
                    "",
                    "PEM file of the certification authorities trusted with tls: required; none:"
                            + " the machine's own");
    static final Key<String> PINS =
            TABLE.list(
                    "downstreams.*",
                    "pins",
                    TEXT,
                    "SHA-256 of the public key (SubjectPublicKeyInfo) trusted with tls: required,"
                            + " 64 hex digits");
    static final Key<Boolean> DANE =
            TABLE.one(
                    "downstreams.*",
                    "dane",
                    BOOLEAN,
                    "false",
                    "true asks for TLSA records and demands what they say");
    static final Key<Boolean> MX =
            TABLE.one(
                    "downstreams.*",
                    "mx",
                    BOOLEAN,
                    "false",
                    "true takes the host of smtp: as a domain and delivers to its MX hosts");
    static final Key<Boolean> XCLIENT =
            TABLE.one(
                    "downstreams.*",
                    "xclient",
                    BOOLEAN,
                    "false",
                    "true passes the client's address on by XCLIENT where the downstream takes it");

    /** Every key of this section. */
    static final List<Key<?>> ALL = TABLE.all();

    private DownstreamKeys() {}
}
