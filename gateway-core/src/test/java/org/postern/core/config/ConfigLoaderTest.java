package org.postern.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.net.Cidr;
import org.postern.core.net.Ip;

class ConfigLoaderTest {
    private static final String SMALLEST =
            """
            hostname: mx1.example.net
            data: /var/lib/postern
            listeners:
              - { address: 127.0.0.1, port: 25 }
            domains:
              example.net:
                recipients: { file: lists/recipients.yaml }
                downstream: lmtp://127.0.0.1:24
            """;

    @TempDir Path directory;

    private LoadResult load(String yaml) throws IOException {
        return SampleConfig.whole(directory, yaml);
    }

    private PosternConfig good(String yaml) throws IOException {
        return SampleConfig.taken(load(yaml));
    }

    private List<String> problems(String yaml) throws IOException {
        return SampleConfig.problemsOfWhole(directory, yaml);
    }

    @Test
    void theSmallestUsefulFileIsTaken() throws IOException {
        PosternConfig config = good(SMALLEST);
        Domain domain = Domain.of("example.net");
        assertThat(config.hostname()).isEqualTo(Domain.of("mx1.example.net"));
        assertThat(config.data()).isEqualTo(Path.of("/var/lib/postern"));
        assertThat(config.listeners())
                .containsExactly(
                        new ListenerConfig(
                                Ip.parse("127.0.0.1"), 25, ListenerConfig.Tls.STARTTLS, 1024));
        assertThat(config.domains())
                .containsExactly(
                        java.util.Map.entry(
                                domain,
                                new DomainConfig(
                                        domain,
                                        List.of(
                                                new RecipientSourceConfig.FromFile(
                                                        directory.resolve(
                                                                "lists/recipients.yaml"))),
                                        "lmtp://127.0.0.1:24")));
        assertThat(config.downstreams())
                .containsExactly(
                        java.util.Map.entry(
                                "lmtp://127.0.0.1:24",
                                new DownstreamConfig(
                                        "lmtp://127.0.0.1:24",
                                        new DownstreamConfig.Target.Lmtp("127.0.0.1", 24),
                                        DownstreamConfig.Tls.OPPORTUNISTIC,
                                        20,
                                        Duration.ofMinutes(5))));
    }

    @Test
    void whatTheFileDoesNotSayHasTheDefaultsOfTheRecords() throws IOException {
        PosternConfig config = good(SMALLEST);
        assertThat(config.limits()).isEqualTo(Limits.defaults());
        assertThat(config.dns()).isEqualTo(DnsConfig.DEFAULT);
        assertThat(config.tls()).isEqualTo(TlsConfig.NONE);
        assertThat(config.networks()).isEqualTo(NetworksConfig.NONE);
        assertThat(config.lists()).isEqualTo(ListsConfig.NONE);
        assertThat(config.authentication())
                .isEqualTo(AuthenticationConfig.defaults("mx1.example.net"));
        assertThat(config.spool())
                .isEqualTo(SpoolConfig.defaults(Path.of("/var/lib/postern/spool")));
        assertThat(config.admin())
                .isEqualTo(new AdminConfig(Ip.parse("127.0.0.1"), AdminConfig.DEFAULT_PORT));
        assertThat(config.log()).isEqualTo(new LogConfig("info", null));
    }

    @Test
    void everySectionIsRead() throws IOException {
        Files.writeString(directory.resolve("cert.pem"), "");
        Files.writeString(directory.resolve("key.pem"), "");
        PosternConfig config =
                good(
                        """
                        hostname: mx1.example.net
                        data: data
                        listeners:
                          - { address: 0.0.0.0, port: 25 }
                          - { address: "::1", port: 465, tls: implicit, backlog: 2048 }
                        tls:
                          certificates:
                            - { chain: cert.pem, key: key.pem }
                        downstreams:
                          store: lmtp+unix:///run/dovecot/lmtp
                          backup: { uri: "smtp://[2001:db8::1]:25", tls: required, connections: 3, timeout: 30s }
                        domains:
                          example.net:
                            recipients:
                              - { static: [alice@example.net, Bob@EXAMPLE.net] }
                              - { file: [a.txt, b.txt] }
                            downstream: store
                          example.org:
                            recipients: { accept-all: true }
                            downstream: backup
                          büro.example:
                            recipients: { static: postmaster@büro.example }
                            downstream: maildir:mail/in
                        dns: { servers: ["127.0.0.1:5353", 192.0.2.1, "[2001:db8::1]:53", "::1"], timeout: 500ms, tries: 2 }
                        networks:
                          internal: [10.0.0.0/8, 192.168.1.1]
                          trusted-relays: 192.0.2.7
                          load-balancers: [2001:db8::/32]
                          public: [172.16.0.0/12]
                          secondary: { 10.1.0.0/16: 203.0.113.9 }
                        authentication:
                          enabled: true
                          authserv-id: id.example.net
                          deadline: 5s
                          dmarc-exceptions: [lists.example.org]
                          trusted-sealers: forwarder.example
                        lists: { allow: lists/allow.yaml, deny: [lists/deny.yaml, /etc/postern/deny.yaml] }
                        spool:
                          directory: /srv/spool
                          segment-size: 128MB
                          min-free: 1GB
                          retry: { first: 30s, max: 2h, expire: 3d }
                        admin: { address: "::1", port: 0 }
                        log: { level: debug, json-file: log/postern.json }
                        """);
        assertThat(config.data()).isEqualTo(directory.resolve("data"));
        assertThat(config.listeners().get(1))
                .isEqualTo(
                        new ListenerConfig(
                                Ip.parse("::1"), 465, ListenerConfig.Tls.IMPLICIT, 2048));
        assertThat(config.tls().certificates())
                .containsExactly(
                        new TlsConfig.Certificate(
                                directory.resolve("cert.pem"), directory.resolve("key.pem")));
        assertThat(config.downstreams().get("store").target())
                .isEqualTo(new DownstreamConfig.Target.LmtpUnix(Path.of("/run/dovecot/lmtp")));
        assertThat(config.downstreams().get("backup"))
                .isEqualTo(
                        new DownstreamConfig(
                                "backup",
                                new DownstreamConfig.Target.Smtp("2001:db8::1", 25, false),
                                DownstreamConfig.Tls.REQUIRED,
                                3,
                                Duration.ofSeconds(30)));
        assertThat(config.downstreams().get("maildir:mail/in").target())
                .isEqualTo(new DownstreamConfig.Target.Maildir(directory.resolve("mail/in")));
        assertThat(config.domains().get(Domain.of("example.net")).recipients())
                .containsExactly(
                        new RecipientSourceConfig.Static(
                                List.of(
                                        EmailAddress.of("alice@example.net"),
                                        EmailAddress.of("Bob@example.net"))),
                        new RecipientSourceConfig.FromFile(directory.resolve("a.txt")),
                        new RecipientSourceConfig.FromFile(directory.resolve("b.txt")));
        assertThat(config.dns())
                .isEqualTo(
                        new DnsConfig(
                                List.of(
                                        new InetSocketAddress(Ip.parse("127.0.0.1"), 5353),
                                        new InetSocketAddress(Ip.parse("192.0.2.1"), 53),
                                        new InetSocketAddress(Ip.parse("2001:db8::1"), 53),
                                        new InetSocketAddress(Ip.parse("::1"), 53)),
                                Duration.ofMillis(500),
                                2));
        assertThat(config.networks().internal())
                .containsExactly(Cidr.parse("10.0.0.0/8"), Cidr.parse("192.168.1.1"));
        assertThat(config.networks().secondary())
                .containsEntry(Cidr.parse("10.1.0.0/16"), Ip.parse("203.0.113.9"));
        assertThat(config.authentication())
                .isEqualTo(
                        new AuthenticationConfig(
                                true,
                                "id.example.net",
                                Duration.ofSeconds(5),
                                List.of(Domain.of("lists.example.org")),
                                List.of(Domain.of("forwarder.example"))));
        assertThat(config.lists())
                .isEqualTo(
                        new ListsConfig(
                                List.of(directory.resolve("lists/allow.yaml")),
                                List.of(
                                        directory.resolve("lists/deny.yaml"),
                                        Path.of("/etc/postern/deny.yaml")),
                                Map.of()));
        assertThat(config.spool())
                .isEqualTo(
                        new SpoolConfig(
                                Path.of("/srv/spool"),
                                128L << 20,
                                1L << 30,
                                1000,
                                64L << 20,
                                32L << 20,
                                Duration.ofSeconds(30),
                                Duration.ofHours(2),
                                Duration.ofDays(3)));
        assertThat(config.log())
                .isEqualTo(new LogConfig("debug", directory.resolve("log/postern.json")));
    }

    @Test
    void everyProblemIsToldAtOnceWithItsPlace() throws IOException {
        assertThat(
                        problems(
                                """
                                hostnam: mx1.example.net
                                data: [a]
                                listeners:
                                  - { address: 999.0.0.1, port: 70000 }
                                domains:
                                  example..net:
                                    recipients: { static: [] }
                                    downstream: lmtp://127.0.0.1:24
                                  example.org:
                                    recipients: { ldap: { url: x } }
                                    downstream: nowhere
                                limits: { commands: many, comands: 3, greet-delay: 5 }
                                cluster: { enabled: true }
                                """))
                .containsExactly(
                        "1:1: hostname is missing: a domain such as example.net",
                        "1:1: unknown key hostnam; did you mean hostname?",
                        "2:7: data must be a text, found a list",
                        "4:16: listeners[].address must be an IP address such as 192.0.2.1 or"
                                + " 2001:db8::1, found 999.0.0.1",
                        "4:33: listeners[].port must be a whole number from 0 to 65535, found"
                                + " 70000",
                        "6:11: a key of domains must be a domain such as example.net: domain has an"
                                + " empty label",
                        "10:25: base is missing in domains.example.org.recipients.ldap: a text",
                        "10:32: url must begin with ldap:// or ldaps://",
                        "11:17: no downstream is called nowhere; downstreams names none; a URI such"
                                + " as lmtp://127.0.0.1:24 can stand here as well",
                        "12:21: limits.commands must be a whole number, 0 or more, found a text:"
                                + " many",
                        "12:27: unknown key comands in limits; did you mean commands?",
                        "12:52: limits.greet-delay must be a duration such as 500ms, 30s, 5m, 4h or"
                                + " 5d, found 5",
                        "13:1: section cluster is not supported in this version; remove it");
    }

    @Test
    void aMissingFileIsAProblemAndNoException() {
        assertThat(ConfigLoader.load(directory.resolve("none.yaml")))
                .isInstanceOfSatisfying(
                        LoadResult.Refused.class,
                        r -> assertThat(r.problems().toString()).contains("no such file"));
    }

    @Test
    void aDirectoryIsAProblemAndNoException() {
        assertThat(ConfigLoader.load(directory))
                .isInstanceOfSatisfying(
                        LoadResult.Refused.class,
                        r -> assertThat(r.problems().toString()).contains("it is a directory"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nothing\n", "---\n", "[]", "x", "5", "- a\n- b\n", "{}"})
    void aFileThatIsNoConfigurationIsRefused(String yaml) throws IOException {
        assertThat(problems(yaml)).isNotEmpty();
    }

    @Test
    void durationsAndSizesOutOfRangeAreRefused() throws IOException {
        assertThat(
                        problems(
                                SMALLEST
                                        + """
                                        limits: { drain: 9999999d, message-bytes: 99999999999TB, line-bytes: 4GB, errors: -1 }
                                        spool: { segment-size: 1KB, retry: { first: 2h, max: 1h } }
                                        dns: { timeout: 0 }
                                        """))
                .hasSize(7);
    }

    @Test
    void whatIsDoubtfulIsWarnedOf() throws IOException {
        LoadResult result =
                load(
                        SMALLEST.replace("127.0.0.1, port", "0.0.0.0, port")
                                        .replace(
                                                "{ file: lists/recipients.yaml }",
                                                "{ accept-all: true }")
                                + "limits: { connections: 0, recipients: 5 }\n"
                                + "admin: { address: 0.0.0.0 }\n");
        assertThat(result)
                .isInstanceOfSatisfying(
                        LoadResult.Loaded.class,
                        l ->
                                assertThat(l.warnings())
                                        .extracting(p -> p.place().line() + " " + p.message())
                                        .satisfiesExactly(
                                                w ->
                                                        assertThat(w)
                                                                .startsWith(
                                                                        "4 this listener offers no"
                                                                                + " TLS"),
                                                w ->
                                                        assertThat(w)
                                                                .startsWith(
                                                                        "7 accept-all takes mail"),
                                                w ->
                                                        assertThat(w)
                                                                .startsWith(
                                                                        "9 limits.connections is"
                                                                                + " 0"),
                                                w ->
                                                        assertThat(w)
                                                                .startsWith(
                                                                        "9 limits.recipients is"
                                                                                + " below"),
                                                w ->
                                                        assertThat(w)
                                                                .startsWith(
                                                                        "10 metrics and health")));
    }

    @Test
    void aliasesThatMultiplyAreStopped() throws IOException {
        StringBuilder laughs = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 10; i++) {
            String before = "*a" + (i - 1);
            laughs.append("a" + i + ": &a" + i + " [" + (before + ", ").repeat(9) + before + "]\n");
        }
        assertThat(problems(laughs.toString()))
                .singleElement()
                .asString()
                .contains("aliases bring in more than 10000 values");
    }

    @Test
    void aliasesMayBeUsedWithMeasure() throws IOException {
        assertThat(
                        good(SMALLEST.replace("lmtp://127.0.0.1:24", "&store lmtp://127.0.0.1:24")
                                        + """
                                          example.org:
                                            recipients: { static: a@example.org }
                                            downstream: *store
                                        """
                                                .indent(0))
                                .domains())
                .hasSize(2);
    }
}
