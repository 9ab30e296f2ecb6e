package org.postern.smtp.listener;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.postern.core.config.Limits;
import org.postern.core.net.Ip;
import org.postern.smtp.NamedLimit;
import org.postern.smtp.SessionEnd;
import org.postern.smtp.session.Helo;

/** Who the client really is: PROXY headers and XCLIENT. */
class TrueAddressTest {
    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static InetSocketAddress address(String ip, int port) {
        return new InetSocketAddress(Ip.parse(ip), port);
    }

    @Test
    void aListedBalancerNamesTheClient() throws Exception {
        try (TestGateway gateway = TestGateway.plain().behindBalancer();
                TestClient c = gateway.connect()) {
            c.write(ascii("PROXY TCP4 192.0.2.7 203.0.113.25 40000 25\r\n"));
            assertThat(c.line()).startsWith("220 ");
            assertThat(gateway.handler.clients.getFirst().client())
                    .isEqualTo(address("192.0.2.7", 40000));
            assertThat(gateway.handler.clients.getFirst().local())
                    .isEqualTo(address("203.0.113.25", 25));
            assertThat(gateway.handler.clients.getFirst().peer().getAddress().isLoopbackAddress())
                    .isTrue();
        }
    }

    @Test
    void aHeaderInManyPacketsWithTheGreetingOfTheClientBehindItIsRead() throws Exception {
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        header.writeBytes(ascii("\r\n\r\n\0\r\nQUIT\n"));
        header.writeBytes(new byte[] {0x21, 0x21, 0, 36 + 5});
        header.writeBytes(Ip.parse("2001:db8::7").getAddress());
        header.writeBytes(Ip.parse("2001:db8::25").getAddress());
        header.writeBytes(new byte[] {(byte) 0xff, (byte) 0xfe, 0, 25});
        header.writeBytes(new byte[] {4, 0, 2, 0, 0}); // a NOOP TLV
        try (TestGateway gateway = TestGateway.plain().behindBalancer();
                TestClient c = gateway.connect()) {
            for (byte b : header.toByteArray()) {
                c.write(new byte[] {b});
            }
            assertThat(c.line()).startsWith("220 ");
            assertThat(gateway.handler.clients.getFirst().client())
                    .isEqualTo(address("2001:db8::7", 65534));
        }
    }

    @Test
    void aListedBalancerWithoutHeaderIsSentAway() throws Exception {
        try (TestGateway gateway = TestGateway.plain().behindBalancer();
                TestClient c = gateway.connect()) {
            c.send("EHLO client.test");
            assertThat(c.line()).startsWith("421 4.3.5 PROXY header expected");
            assertThat(c.line()).isEqualTo(TestClient.EOF);
            assertThat(gateway.handler.clients).isEmpty();
            Awaitility.await().until(() -> gateway.counts.ends(SessionEnd.PROXY) == 1);
        }
    }

    @Test
    void aBalancerThatSpeaksForItselfIsTheClient() throws Exception {
        try (TestGateway gateway = TestGateway.plain().behindBalancer();
                TestClient c = gateway.connect()) {
            c.write(ascii("PROXY UNKNOWN\r\n"));
            assertThat(c.line()).startsWith("220 ");
            assertThat(gateway.handler.clients.getFirst().client().getAddress().isLoopbackAddress())
                    .isTrue();
        }
    }

    @Test
    void limitsCountTheTrueClient() throws Exception {
        try (TestGateway gateway =
                TestGateway.withLimits(Limits.defaults().toBuilder().connectionsPerClient(1))
                        .behindBalancer()) {
            try (TestClient a = gateway.connect();
                    TestClient b = gateway.connect();
                    TestClient c = gateway.connect()) {
                a.write(ascii("PROXY TCP4 192.0.2.7 203.0.113.25 40000 25\r\n"));
                assertThat(a.line()).startsWith("220 ");
                b.write(ascii("PROXY TCP4 192.0.2.8 203.0.113.25 40000 25\r\n"));
                assertThat(b.line()).startsWith("220 ");
                c.write(ascii("PROXY TCP4 192.0.2.7 203.0.113.25 40001 25\r\n"));
                assertThat(c.line()).startsWith("421 4.7.0 Too many connections");
                assertThat(gateway.counts.hits(NamedLimit.CONNECTIONS_PER_CLIENT)).isEqualTo(1);
            }
        }
    }

    @Test
    void aTrustedRelayNamesTheClientByXclientAndGetsANewGreeting() throws Exception {
        try (TestGateway gateway = TestGateway.plain().behindRelay();
                TestClient c = gateway.connect()) {
            assertThat(c.line()).startsWith("220 ");
            c.send("EHLO relay.test");
            assertThat(c.reply()).anyMatch(l -> l.contains("XCLIENT NAME ADDR"));
            c.send("XCLIENT NAME=mail.client.test ADDR=IPV6:2001:db8::9 PORT=4711");
            assertThat(c.line()).startsWith("220 ");
            c.send("EHLO mail.client.test", "QUIT");
            assertThat(c.reply()).anyMatch(l -> l.contains("PIPELINING"));
            assertThat(c.line()).startsWith("221 ");
            assertThat(gateway.handler.clients.getLast().client())
                    .isEqualTo(address("2001:db8::9", 4711));
            assertThat(gateway.handler.clients.getLast().claimedName())
                    .contains("mail.client.test");
            Awaitility.await()
                    .until(() ->
                            gateway.handler.ends.equals(
                                    List.of(SessionEnd.XCLIENT, SessionEnd.QUIT)));
        }
    }

    @Test
    void whatXclientSaysOfHeloStandsUntilAnother() throws Exception {
        try (TestGateway gateway = TestGateway.plain().behindRelay();
                TestClient c = gateway.connect()) {
            assertThat(c.line()).startsWith("220 ");
            c.send("XCLIENT ADDR=192.0.2.7 HELO=mail.client.test PROTO=SMTP");
            assertThat(c.line()).startsWith("220 ");
            assertThat(gateway.handler.helos.getLast())
                    .isEqualTo(new Helo("mail.client.test", false));
            c.send("MAIL FROM:<a@client.test> SIZE=1");
            assertThat(c.line()).as("it said HELO").startsWith("555 ");
            c.send("MAIL FROM:<a@client.test>", "RSET");
            assertThat(c.line()).startsWith("250 2.1.0");
            assertThat(c.line()).startsWith("250 ");
            c.send("XCLIENT HELO=mail.client.test");
            assertThat(c.line()).startsWith("220 ");
            c.send("MAIL FROM:<a@client.test> SIZE=1", "RSET", "EHLO other.test");
            assertThat(c.line()).startsWith("250 2.1.0");
            assertThat(c.line()).startsWith("250 ");
            assertThat(c.reply()).isNotEmpty();
            assertThat(gateway.handler.helos.getLast()).isEqualTo(new Helo("other.test", true));
            c.send("XCLIENT ADDR=192.0.2.8 HELO=[UNAVAILABLE]");
            assertThat(c.line()).startsWith("220 ");
            c.send("MAIL FROM:<a@client.test>");
            assertThat(c.line()).startsWith("503 5.5.1 Say EHLO");
            c.send("XCLIENT PROTO=LMTP");
            assertThat(c.line()).startsWith("501 5.5.4");
        }
    }

    @Test
    void aClientToldOfInSeveralXclientsCameOnce() throws Exception {
        try (TestGateway gateway =
                        TestGateway.withLimits(
                                        Limits.defaults().toBuilder().connectionRatePerClient(1))
                                .behindRelay();
                TestClient c = gateway.connect()) {
            assertThat(c.line()).startsWith("220 ");
            for (String part :
                    List.of(
                            "XCLIENT NAME=mail.client.test",
                            "XCLIENT ADDR=192.0.2.7",
                            "XCLIENT HELO=mail.client.test PROTO=ESMTP")) {
                c.send(part);
                assertThat(c.line()).as(part).startsWith("220 ");
            }
            c.send("XCLIENT ADDR=192.0.2.7");
            assertThat(c.line()).as("a second client of that address").startsWith("421 4.7.0");
        }
    }

    @Test
    void xclientOfBadFormIsRefused() throws Exception {
        try (TestGateway gateway = TestGateway.plain().behindRelay();
                TestClient c = gateway.connect()) {
            assertThat(c.line()).startsWith("220 ");
            for (String bad :
                    List.of(
                            "XCLIENT",
                            "XCLIENT ADDR",
                            "XCLIENT ADDR=nowhere",
                            "XCLIENT PORT=70000",
                            "XCLIENT WHAT=ever",
                            "XCLIENT ADDR=192.0.2.1 ADDR=192.0.2.2",
                            "XCLIENT ADDR=127.1",
                            "XCLIENT ADDR=3232235777",
                            "XCLIENT ADDR=0.0.0.0",
                            "XCLIENT ADDR=224.0.0.1",
                            "XCLIENT ADDR=IPV6:ff02::1",
                            "XCLIENT NAME=a+0D+0Ab")) {
                c.send(bad);
                assertThat(c.line()).as(bad).startsWith("501 5.5.4");
            }
            c.send("XCLIENT NAME=[UNAVAILABLE] ADDR=192.0.2.1");
            assertThat(c.line()).startsWith("220 ");
        }
    }

    @Test
    void limitsCountTheClientThatXclientNames() throws Exception {
        try (TestGateway gateway =
                        TestGateway.withLimits(
                                        Limits.defaults().toBuilder().connectionsPerClient(1))
                                .behindRelay();
                TestClient a = gateway.connect();
                TestClient b = gateway.connect()) {
            assertThat(a.line()).startsWith("220 ");
            assertThat(b.line()).as("the relay itself is not counted").startsWith("220 ");
            a.send("XCLIENT ADDR=192.0.2.7");
            assertThat(a.line()).startsWith("220 ");
            a.send("XCLIENT ADDR=192.0.2.7");
            assertThat(a.line()).as("the same client again").startsWith("220 ");
            b.send("XCLIENT ADDR=192.0.2.7");
            assertThat(b.line()).startsWith("421 4.7.0 Too many connections");
            assertThat(b.line()).isEqualTo(TestClient.EOF);
            assertThat(gateway.counts.hits(NamedLimit.CONNECTIONS_PER_CLIENT)).isEqualTo(1);
            a.send("QUIT");
            assertThat(a.line()).startsWith("221 ");
            Awaitility.await()
                    .untilAsserted(() -> {
                        try (TestClient c = gateway.connect()) {
                            c.line();
                            c.send("XCLIENT ADDR=192.0.2.7");
                            assertThat(c.line()).startsWith("220 ");
                        }
                    });
        }
    }
}
