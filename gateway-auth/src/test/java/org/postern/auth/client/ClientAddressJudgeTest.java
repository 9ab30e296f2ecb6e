package org.postern.auth.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.auth.client.ClientAddress.BehindRelay;
import org.postern.auth.client.ClientAddress.Implausible;
import org.postern.auth.client.ClientAddress.Known;
import org.postern.auth.header.HeaderReader;
import org.postern.auth.header.HeaderSection;
import org.postern.core.config.NetworksConfig;
import org.postern.core.net.Cidr;
import org.postern.core.net.Ip;

class ClientAddressJudgeTest {
    private final ClientAddressJudge judge =
            new ClientAddressJudge(
                    new NetworksConfig(
                            List.of(),
                            List.of(Cidr.parse("10.0.0.0/24"), Cidr.parse("203.0.113.25/32")),
                            List.of(Cidr.parse("203.0.113.80/32")),
                            List.of(Cidr.parse("10.9.0.0/16")),
                            Map.of(
                                    Cidr.parse("10.8.0.0/16"), Ip.parse("198.51.100.8"),
                                    Cidr.parse("10.8.8.0/24"), Ip.parse("198.51.100.88"))),
                    Set.of(Ip.parse("203.0.113.1")));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "10.1.2.3",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "169.254.1.1",
                "100.64.0.1",
                "100.127.255.255",
                "0.0.0.0",
                "::1",
                "::",
                "fe80::1",
                "fd12::1",
                "fc00::1",
                "::ffff:10.1.2.3",
                "203.0.113.1",
                "203.0.113.80",
            })
    void nobody_out_there_has_such_an_address(String address) {
        assertThat(judge.connection(Ip.parse(address), null, "h")).isInstanceOf(Implausible.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "8.8.8.8",
                "192.0.2.1",
                "198.51.100.1",
                "203.0.113.9",
                "198.18.0.10",
                "198.19.255.255",
                "172.32.0.1",
                "100.128.0.1",
                "2001:db8::1",
                "2a00::1",
                "10.9.1.1",
            })
    void documentation_benchmark_and_listed_networks_are_ordinary(String address) {
        assertThat(judge.connection(Ip.parse(address), null, "h"))
                .isInstanceOfSatisfying(
                        Known.class, k -> assertThat(k.address()).isEqualTo(Ip.parse(address)));
    }

    @Test
    void whoever_comes_from_the_address_that_it_connected_to_is_ourselves() {
        assertThat(judge.connection(Ip.parse("198.51.100.3"), Ip.parse("198.51.100.3"), "h"))
                .isInstanceOfSatisfying(
                        Implausible.class,
                        i -> assertThat(i.explanation()).contains("our own address"));
        assertThat(judge.connection(Ip.parse("198.51.100.4"), Ip.parse("198.51.100.3"), "h"))
                .isInstanceOf(Known.class);
        // listed under public: it is what it seems
        assertThat(judge.connection(Ip.parse("10.9.0.1"), Ip.parse("10.9.0.1"), "h"))
                .isInstanceOf(Known.class);
    }

    @Test
    void the_narrowest_secondary_range_counts() {
        assertThat(judge.connection(Ip.parse("10.8.1.1"), null, "h").address())
                .isEqualTo(Ip.parse("198.51.100.8"));
        assertThat(judge.connection(Ip.parse("10.8.8.1"), null, "h").address())
                .isEqualTo(Ip.parse("198.51.100.88"));
    }

    @Test
    void relays_are_followed_as_long_as_they_are_trusted() {
        assertThat(
                        behind(
                                """
                                Received: from b (b [203.0.113.25]) by a
                                Received: from x.example (x [192.0.2.7]) by b
                                Received: from y (y [192.0.2.8]) by x

                                """))
                .isInstanceOfSatisfying(
                        Known.class,
                        k -> {
                            assertThat(k.address()).isEqualTo(Ip.parse("192.0.2.7"));
                            assertThat(k.helo()).isEqualTo("x.example");
                        });
        assertThat(behind("Received: from x (x [10.7.7.7]) by b\r\n\r\n"))
                .isInstanceOf(Implausible.class);
        assertThat(behind("Received: by b with LMTP\r\n\r\n")).isInstanceOf(Implausible.class);
        assertThat(behind("Subject: x\r\n\r\n")).isInstanceOf(Implausible.class);
        assertThat(behind("Received: from b (b [10.0.0.7]) by a\r\n".repeat(1000) + "\r\n"))
                .isInstanceOf(Implausible.class);
    }

    @Test
    void a_stream_taken_over_is_noticed() {
        ClientStream stream = new ClientStream();
        for (int i = 0; i < 1000; i++) {
            stream.observe(judge.connection(Ip.parse("192.0.2." + i % 200), null, "h"));
        }
        assertThat(stream.implausibleShare()).isZero();
        assertThat(stream.topShare()).isLessThan(0.1);
        for (int i = 0; i < 200; i++) {
            stream.observe(judge.connection(Ip.parse("10.1.1.1"), null, "h"));
        }
        assertThat(stream.implausibleShare()).isGreaterThan(0.7);
        assertThat(stream.topShare()).isGreaterThan(0.7);
    }

    private ClientAddress behind(String header) {
        ClientAddress relay = judge.connection(Ip.parse("10.0.0.1"), null, "relay");
        assertThat(relay).isInstanceOf(BehindRelay.class);
        byte[] octets = header.getBytes(StandardCharsets.US_ASCII);
        HeaderReader reader = new HeaderReader();
        reader.accept(octets, 0, octets.length);
        HeaderSection section = reader.finish();
        return judge.behind((BehindRelay) relay, section);
    }
}
