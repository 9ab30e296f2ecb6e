package org.postern.core.config;

import static org.postern.core.config.ValueTypes.IP;
import static org.postern.core.config.ValueTypes.TEXT;
import static org.postern.core.config.ValueTypes.number;
import static org.postern.core.config.ValueTypes.word;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;

/** The settings of listeners and their certificates: a part of the table of {@link Keys}. */
final class ListenerKeys {
    private static final KeyTable TABLE = new KeyTable();

    static final Key<InetAddress> LISTENER_ADDRESS =
            TABLE.required(
                    "listeners[]", "address", IP, "local address; 0.0.0.0 or \"::\" for all");
    static final Key<Integer> LISTENER_PORT =
            TABLE.required("listeners[]", "port", number(0, 65_535), "port; 0 takes any free one");
    static final Key<ListenerConfig.Tls> LISTENER_TLS =
            TABLE.one(
                    "listeners[]",
                    "tls",
                    word(
                            Map.of(
                                    "starttls", ListenerConfig.Tls.STARTTLS,
                                    "implicit", ListenerConfig.Tls.IMPLICIT,
                                    "none", ListenerConfig.Tls.NONE)),
                    "starttls",
                    "when TLS begins: by STARTTLS where a certificate is configured, at once, or"
                            + " never");
    static final Key<Integer> LISTENER_BACKLOG =
            TABLE.one(
                    "listeners[]",
                    "backlog",
                    number(1_024, 65_535),
                    "1024",
                    "connections that the kernel holds before they are accepted");

    static final Key<String> TLS_CHAIN =
            TABLE.required("tls.certificates[]", "chain", TEXT, "PEM file, the leaf first");
    static final Key<String> TLS_KEY =
            TABLE.required("tls.certificates[]", "key", TEXT, "PEM file, PKCS#8, unencrypted");

    /** Every key of these sections. */
    static final List<Key<?>> ALL = TABLE.all();

    private ListenerKeys() {}
}
