package org.postern.core.config;

import static org.postern.core.config.ValueTypes.BOOLEAN;
import static org.postern.core.config.ValueTypes.CIDR;
import static org.postern.core.config.ValueTypes.DOMAIN;
import static org.postern.core.config.ValueTypes.DURATION_TYPE;
import static org.postern.core.config.ValueTypes.EMAIL_ADDRESS;
import static org.postern.core.config.ValueTypes.IP;
import static org.postern.core.config.ValueTypes.PERCENTAGE;
import static org.postern.core.config.ValueTypes.RESOLVER;
import static org.postern.core.config.ValueTypes.SELECTOR;
import static org.postern.core.config.ValueTypes.SIZE_TYPE;
import static org.postern.core.config.ValueTypes.TEXT;
import static org.postern.core.config.ValueTypes.intSize;
import static org.postern.core.config.ValueTypes.number;
import static org.postern.core.config.ValueTypes.oneOf;
import static org.postern.core.config.ValueTypes.word;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.net.Cidr;

/**
 * Every setting there is, in the order of the documentation. A key that is not here is unknown. The
 * defaults are those of the records; a test keeps the two in step.
 */
final class Keys {
    private static final KeyTable TABLE = new KeyTable();

    static final Key<Domain> HOSTNAME =
            TABLE.required(
                    "",
                    "hostname",
                    DOMAIN,
                    "our name in the greeting, Received and Authentication-Results");
    static final Key<String> DATA =
            TABLE.required(
                    "",
                    "data",
                    TEXT,
                    "folder of the spool, the journal, the token and all else that is kept");

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

    static final Key<String> RECIPIENTS_FILE =
            TABLE.list(
                    "domains.*.recipients",
                    "file",
                    TEXT,
                    "list of recipients: YAML where the name ends in .yaml or .yml, otherwise one"
                            + " address a line");
    static final Key<EmailAddress> RECIPIENTS_STATIC =
            TABLE.list(
                    "domains.*.recipients",
                    "static",
                    EMAIL_ADDRESS,
                    "recipients written right here");
    static final Key<Boolean> RECIPIENTS_ACCEPT_ALL =
            TABLE.one(
                    "domains.*.recipients",
                    "accept-all",
                    BOOLEAN,
                    "",
                    "true takes every address as known; unknown users then bounce, and bounces go"
                            + " to forged senders");
    static final Key<String> DOMAIN_DOWNSTREAM =
            TABLE.required(
                    "domains.*",
                    "downstream",
                    TEXT,
                    "where mail goes: " + DownstreamUri.FORMS + ", or a name from downstreams");

    static final Key<String> TLS_CHAIN =
            TABLE.required("tls.certificates[]", "chain", TEXT, "PEM file, the leaf first");
    static final Key<String> TLS_KEY =
            TABLE.required("tls.certificates[]", "key", TEXT, "PEM file, PKCS#8, unencrypted");

    static final Key<InetSocketAddress> DNS_SERVERS =
            TABLE.list(
                    "dns",
                    "servers",
                    RESOLVER,
                    "resolvers; without them, those of /etc/resolv.conf");
    static final Key<Duration> DNS_TIMEOUT =
            TABLE.one(
                    "dns",
                    "timeout",
                    DURATION_TYPE,
                    "2s",
                    "longest wait for one answer before the next try");
    static final Key<Integer> DNS_TRIES =
            TABLE.one(
                    "dns",
                    "tries",
                    number(1, 10),
                    "3",
                    "questions sent before the answer is temperror");

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
            limit("unknown-recipients", "20", "unknown recipients in one session before 421 4.7.0");
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

    static final Key<Cidr> INTERNAL = TABLE.list("networks", "internal", CIDR, "our own clients");
    static final Key<Cidr> TRUSTED_RELAYS =
            TABLE.list(
                    "networks",
                    "trusted-relays",
                    CIDR,
                    "hosts whose Received hop names the true client");
    static final Key<Cidr> LOAD_BALANCERS =
            TABLE.list(
                    "networks",
                    "load-balancers",
                    CIDR,
                    "hosts that must, and alone may, send a PROXY header");
    static final Key<Cidr> PUBLIC =
            TABLE.list(
                    "networks",
                    "public",
                    CIDR,
                    "private-looking networks whose clients are what they seem");
    static final Key<InetAddress> SECONDARY =
            TABLE.one(
                    "networks",
                    "secondary",
                    IP,
                    "",
                    "mapping of internal networks to the public address each is known by, such as {"
                            + " 10.1.0.0/16: 192.0.2.1 }");

    static final Key<Boolean> AUTHENTICATION_ENABLED =
            TABLE.one(
                    "authentication",
                    "enabled",
                    BOOLEAN,
                    "true",
                    "false switches all checks off, and every message's Authentication-Results says"
                            + " so");
    static final Key<Domain> AUTHSERV_ID =
            TABLE.one(
                    "authentication",
                    "authserv-id",
                    DOMAIN,
                    "",
                    "our id in Authentication-Results, by default the hostname");
    static final Key<Duration> AUTHENTICATION_DEADLINE =
            TABLE.one(
                    "authentication",
                    "deadline",
                    DURATION_TYPE,
                    "10s",
                    "time for all look-ups of one message; beyond it is temperror");
    static final Key<Domain> DMARC_EXCEPTIONS =
            TABLE.list(
                    "authentication",
                    "dmarc-exceptions",
                    DOMAIN,
                    "author domains whose p=reject is not enforced");
    static final Key<AuthenticationConfig.DmarcReject> DMARC_REJECT =
            TABLE.one(
                    "authentication",
                    "dmarc-reject",
                    word(
                            Map.of(
                                    "reject", AuthenticationConfig.DmarcReject.REJECT,
                                    "quarantine", AuthenticationConfig.DmarcReject.QUARANTINE)),
                    "reject",
                    "what a message that fails p=reject meets: 550, or only the mark of quarantine,"
                            + " as RFC 9989, 7.4 advises for the sake of mailing lists");
    static final Key<Domain> TRUSTED_SEALERS =
            TABLE.list(
                    "authentication",
                    "trusted-sealers",
                    DOMAIN,
                    "ARC sealers that may override a DMARC failure");
    static final Key<Boolean> RECEIVED_SPF =
            TABLE.one(
                    "authentication",
                    "received-spf",
                    BOOLEAN,
                    "false",
                    "true adds a Received-SPF field (RFC 7208, 9.1) to each message");
    static final Key<Double> SECOND_OPINION =
            TABLE.one(
                    "authentication",
                    "second-opinion",
                    PERCENTAGE,
                    "0%",
                    "share of messages that jSPF and jDKIM are asked about afterwards, to count"
                            + " where they differ");
    static final Key<Domain> ARC_SEAL_DOMAIN =
            TABLE.required(
                    "authentication.arc-seal",
                    "domain",
                    DOMAIN,
                    "d= of the ARC set that is added to each message");
    static final Key<String> ARC_SEAL_SELECTOR =
            TABLE.required(
                    "authentication.arc-seal",
                    "selector",
                    SELECTOR,
                    "s= of it: the key is published at selector._domainkey.domain");
    static final Key<String> ARC_SEAL_KEY =
            TABLE.required(
                    "authentication.arc-seal",
                    "key",
                    TEXT,
                    "PEM file, RSA or Ed25519, unencrypted");

    static final Key<String> LISTS_ALLOW =
            TABLE.list("lists", "allow", TEXT, "list files whose hits pass by the deny lists");
    static final Key<String> LISTS_DENY =
            TABLE.list("lists", "deny", TEXT, "list files whose hits are refused");

    /** One of {@code lists.named}, whose keys are names. */
    static Key<String> namedList(String name) {
        return new Key<>("lists.named", name, TEXT, Key.Shape.LIST, "", "");
    }

    static final Key<String> SPOOL_DIRECTORY =
            TABLE.one(
                    "spool",
                    "directory",
                    TEXT,
                    "",
                    "where the spool lies, by default spool under data");
    static final Key<Long> SPOOL_SEGMENT_SIZE =
            TABLE.one(
                    "spool",
                    "segment-size",
                    SIZE_TYPE,
                    "64MB",
                    "size of one log segment, 1MB to 1GB");
    static final Key<Long> SPOOL_MIN_FREE =
            TABLE.one(
                    "spool",
                    "min-free",
                    SIZE_TYPE,
                    "256MB",
                    "free disk space below which MAIL gets 452 4.3.1");
    static final Key<Integer> SPOOL_MIN_FREE_INODES =
            TABLE.one(
                    "spool",
                    "min-free-inodes",
                    number(0, Integer.MAX_VALUE),
                    "1000",
                    "free inodes below which MAIL gets 452 4.3.1, where the file system counts"
                            + " them");
    static final Key<Long> SPOOL_INDEX_MEMORY =
            TABLE.one(
                    "spool",
                    "index-memory",
                    SIZE_TYPE,
                    "64MB",
                    "memory outside the heap for the queue's index (52 bytes a message); the rest"
                            + " of it lies in a file without a name in the spool");
    static final Key<Long> SPOOL_COMPACTION_RATE =
            TABLE.one(
                    "spool",
                    "compaction-rate",
                    SIZE_TYPE,
                    "32MB",
                    "bytes a second that giving disk space back may read and write, 1MB at least");
    static final Key<Duration> RETRY_FIRST =
            TABLE.one("spool.retry", "first", DURATION_TYPE, "1m", "wait after the first deferral");
    static final Key<Duration> RETRY_MAX =
            TABLE.one("spool.retry", "max", DURATION_TYPE, "1h", "longest wait between attempts");
    static final Key<Duration> RETRY_EXPIRE =
            TABLE.one(
                    "spool.retry",
                    "expire",
                    DURATION_TYPE,
                    "5d",
                    "age at which an undelivered message is given up");

    static final Key<String> DOWNSTREAM_URI =
            TABLE.required("downstreams.*", "uri", TEXT, "where it is: " + DownstreamUri.FORMS);
    static final Key<DownstreamConfig.Tls> DOWNSTREAM_TLS =
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
    static final Key<Integer> DOWNSTREAM_CONNECTIONS =
            TABLE.one(
                    "downstreams.*", "connections", number(1, 10_000), "20", "deliveries at once");
    static final Key<Duration> DOWNSTREAM_TIMEOUT =
            TABLE.one(
                    "downstreams.*", "timeout", DURATION_TYPE, "5m", "longest wait for one reply");
    static final Key<String> DOWNSTREAM_CA_FILE =
            TABLE.one(
                    "downstreams.*",
                    "ca-file",
                    TEXT,
                    "",
                    "PEM file of the certification authorities trusted with tls: required; none:"
                            + " the machine's own");
    static final Key<String> DOWNSTREAM_PINS =
            TABLE.list(
                    "downstreams.*",
                    "pins",
                    TEXT,
                    "SHA-256 of the public key (SubjectPublicKeyInfo) trusted with tls: required,"
                            + " 64 hex digits");
    static final Key<Boolean> DOWNSTREAM_DANE =
            TABLE.one(
                    "downstreams.*",
                    "dane",
                    BOOLEAN,
                    "false",
                    "true asks for TLSA records and demands what they say");
    static final Key<Boolean> DOWNSTREAM_MX =
            TABLE.one(
                    "downstreams.*",
                    "mx",
                    BOOLEAN,
                    "false",
                    "true takes the host of smtp: as a domain and delivers to its MX hosts");
    static final Key<Boolean> DOWNSTREAM_XCLIENT =
            TABLE.one(
                    "downstreams.*",
                    "xclient",
                    BOOLEAN,
                    "false",
                    "true passes the client's address on by XCLIENT where the downstream takes it");

    static final Key<InetAddress> ADMIN_ADDRESS =
            TABLE.one(
                    "admin",
                    "address",
                    IP,
                    "127.0.0.1",
                    "local address of metrics, health and commands");
    static final Key<Integer> ADMIN_PORT =
            TABLE.one("admin", "port", number(0, 65_535), "8025", "port; 0 takes any free one");

    static final Key<String> LOG_LEVEL =
            TABLE.one(
                    "log",
                    "level",
                    oneOf(List.of("error", "warn", "info", "debug")),
                    "info",
                    "least that is logged");
    static final Key<String> LOG_JSON_FILE =
            TABLE.one(
                    "log",
                    "json-file",
                    TEXT,
                    "",
                    "file that gets one JSON object a line; none by default");

    /** Every key. */
    static final List<Key<?>> ALL =
            Stream.of(
                            TABLE.all(),
                            SourceKeys.ALL,
                            ReputationKeys.ALL,
                            PolicyKeys.ALL,
                            RelayKeys.ALL,
                            DnsblKeys.ALL,
                            EvidenceKeys.ALL,
                            AlertKeys.ALL,
                            ProbeKeys.ALL,
                            GreylistingKeys.ALL,
                            ScannerKeys.ALL)
                    .flatMap(List::stream)
                    .<Key<?>>map(k -> k)
                    .toList();

    /** Sections that a later version will know; naming one is an error, never ignored. */
    static final List<String> NOT_YET = List.of("cluster");

    private Keys() {}

    private static Key<Integer> limit(String name, String fallback, String doc) {
        return TABLE.one("limits", name, number(0, Integer.MAX_VALUE), fallback, doc);
    }
}
