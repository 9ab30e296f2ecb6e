package org.postern.core.config;

import static org.postern.core.config.ValueTypes.BOOLEAN;
import static org.postern.core.config.ValueTypes.CIDR;
import static org.postern.core.config.ValueTypes.DOMAIN;
import static org.postern.core.config.ValueTypes.DURATION_TYPE;
import static org.postern.core.config.ValueTypes.EMAIL_ADDRESS;
import static org.postern.core.config.ValueTypes.IP;
import static org.postern.core.config.ValueTypes.RESOLVER;
import static org.postern.core.config.ValueTypes.TEXT;
import static org.postern.core.config.ValueTypes.number;
import static org.postern.core.config.ValueTypes.oneOf;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.net.Cidr;

/**
 * Every setting there is: those of small sections here, the others in a table each. A key that is
 * in none is unknown. The order in a section is that of the documentation. The defaults are those
 * of the records; a test keeps the two in step.
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

    static final Key<String> LISTS_ALLOW =
            TABLE.list(
                    "lists",
                    "allow",
                    TEXT,
                    "list files of who passes by the deny lists, and by what else docs/reception.md"
                            + " says");
    static final Key<String> LISTS_DENY =
            TABLE.list("lists", "deny", TEXT, "list files whose hits are refused");

    /** One of {@code lists.named}, whose keys are names. */
    static Key<String> namedList(String name) {
        return new Key<>("lists.named", name, TEXT, Key.Shape.LIST, "", "");
    }

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
                            ListenerKeys.ALL,
                            LimitKeys.ALL,
                            AuthenticationKeys.ALL,
                            SpoolKeys.ALL,
                            DownstreamKeys.ALL,
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
}
