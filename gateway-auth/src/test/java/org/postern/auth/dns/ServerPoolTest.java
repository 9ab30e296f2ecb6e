package org.postern.auth.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.config.DnsConfig;
import org.postern.core.net.Ip;
import org.postern.core.time.Deadline;
import org.postern.core.time.TimeSource;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** The whole client against servers on loopback that behave well, badly, or against us. */
class ServerPoolTest {
    private static final DnsName NAME = DnsName.of("example.test");
    private static final String TXT = "example.test. 300 TXT \"v=spf1 -all\"";
    private static final Duration TIMEOUT = Duration.ofMillis(150);

    private final List<AutoCloseable> open = new ArrayList<>();
    private final Recorder recorder = new Recorder();

    private DnsResponder responder(DnsResponder.Script script) throws IOException {
        DnsResponder responder = new DnsResponder(script);
        open.add(responder);
        return responder;
    }

    private DnsClient client(int tries, InetSocketAddress... servers) throws IOException {
        DnsConfig config = new DnsConfig(List.of(servers), TIMEOUT, tries);
        CachingDnsClient client = CachingDnsClient.of(config, TimeSource.system(), recorder);
        open.add(client);
        return client;
    }

    private DnsClient client(DnsResponder.Script script) throws IOException {
        return client(2, responder(script).address());
    }

    private static DnsBudget budget() {
        return DnsBudget.until(Deadline.after(TimeSource.system(), Duration.ofSeconds(10)));
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable c : open.reversed()) {
            c.close();
        }
    }

    private static List<String> texts(DnsAnswer<byte[]> answer) {
        return answer.records().stream()
                .map(b -> new String(b, StandardCharsets.ISO_8859_1))
                .toList();
    }

    private static DnsAnswer.Reason reason(DnsAnswer<?> answer) {
        assertThat(answer).isInstanceOf(DnsAnswer.TempError.class);
        return ((DnsAnswer.TempError<?>) answer).reason();
    }

    @Test
    void recordsOfEachTypeComeBackInOurTerms() throws Exception {
        DnsClient dns =
                client(
                        DnsResponder.records(
                                "example.test. 300 TXT \"one \" \"two\" \"\\195\\188\\\"\\\\\"",
                                "example.test. 300 A 192.0.2.1",
                                "example.test. 300 AAAA 2001:db8::1",
                                "example.test. 300 MX 10 mail.example.test.",
                                "example.test. 300 MX 0 .",
                                "1.2.0.192.in-addr.arpa. 300 PTR Mail.Example.TEST.",
                                "example.test. 300 TLSA 3 1 1 00ff"));
        assertThat(texts(dns.txt(NAME, budget()))).containsExactly("one two\u00c3\u00bc\"\\");
        assertThat(dns.a(NAME, budget()).records()).containsExactly(Ip.parse("192.0.2.1"));
        assertThat(dns.aaaa(NAME, budget()).records()).containsExactly(Ip.parse("2001:db8::1"));
        assertThat(dns.mx(NAME, budget()).records())
                .containsExactlyInAnyOrder(
                        new MxRecord(10, DnsName.of("mail.example.test")),
                        new MxRecord(0, DnsName.ROOT));
        assertThat(dns.ptr(Ip.parse("192.0.2.1"), budget()).records())
                .containsExactly(DnsName.of("mail.example.test"));
        TlsaRecord tlsa = dns.tlsa(NAME, budget()).records().getFirst();
        assertThat(tlsa.usage()).isEqualTo(3);
        assertThat(tlsa.data()).containsExactly(0, 0xff);
    }

    @Test
    void oddNamesGoOutOctetByOctet() throws Exception {
        List<Name> seen = new ArrayList<>();
        DnsClient dns =
                client((query, tcp) -> {
                    seen.add(query.getQuestion().getName());
                    return List.of(DnsResponder.negative(query, 3, 60).toWire());
                });
        DnsName name = DnsName.of("a b\\\"ü(.example.test");
        assertThat(dns.txt(name, budget())).isInstanceOf(DnsAnswer.NxDomain.class);
        assertThat(WireNames.read(seen.getFirst())).isEqualTo(name);
        assertThat(WireNames.read(WireNames.write(DnsName.ROOT))).isEqualTo(DnsName.ROOT);
        Name dotted = new Name(new byte[] {3, 'a', '.', 'b', 0});
        assertThat(WireNames.read(dotted)).isNull();
    }

    @Test
    void noSuchNameNoSuchRecordAndFailuresAreToldApart() throws Exception {
        assertThat(
                        client((q, t) -> List.of(DnsResponder.negative(q, 3, 60).toWire()))
                                .txt(NAME, budget()))
                .isInstanceOf(DnsAnswer.NxDomain.class);
        assertThat(
                        client((q, t) -> List.of(DnsResponder.negative(q, 0, 60).toWire()))
                                .txt(NAME, budget()))
                .isInstanceOf(DnsAnswer.NoData.class);
        assertThat(
                        reason(
                                client((q, t) -> List.of(DnsResponder.answer(q, 2).toWire()))
                                        .txt(NAME, budget())))
                .isEqualTo(DnsAnswer.Reason.SERVFAIL);
        assertThat(
                        reason(
                                client((q, t) -> List.of(DnsResponder.answer(q, 5).toWire()))
                                        .txt(NAME, budget())))
                .isEqualTo(DnsAnswer.Reason.REFUSED);
    }

    @Test
    void aWrongIdIsIgnoredAndTheRightAnswerBehindItTaken() throws Exception {
        DnsClient dns =
                client((query, tcp) -> {
                    byte[] right = DnsResponder.answer(query, 0, TXT).toWire();
                    byte[] forged =
                            DnsResponder.answer(query, 0, "example.test. 300 TXT \"forged\"")
                                    .toWire();
                    forged[1] ^= 1;
                    return List.of(forged, forged, right);
                });
        assertThat(texts(dns.txt(NAME, budget()))).containsExactly("v=spf1 -all");
        assertThat(recorder.events()).filteredOn(e -> e == DnsListener.Event.IGNORED).hasSize(2);
    }

    @Test
    void aWrongIdAloneIsAskedAgain() throws Exception {
        AtomicInteger count = new AtomicInteger();
        DnsClient dns =
                client((query, tcp) -> {
                    byte[] wire = DnsResponder.answer(query, 0, TXT).toWire();
                    if (count.getAndIncrement() == 0) {
                        wire[0] ^= 0x40;
                    }
                    return List.of(wire);
                });
        assertThat(texts(dns.txt(NAME, budget()))).containsExactly("v=spf1 -all");
        assertThat(recorder.events()).contains(DnsListener.Event.RETRIED);
    }

    @Test
    void answersToOtherQuestionsAreNotBelieved() throws Exception {
        DnsClient dns =
                client((query, tcp) -> {
                    Message m = new Message(query.getHeader().getID());
                    m.getHeader().setFlag(Flags.QR);
                    m.addRecord(
                            Record.newRecord(Name.fromString("other.test."), Type.TXT, DClass.IN),
                            Section.QUESTION);
                    m.addRecord(DnsResponder.record(TXT), Section.ANSWER);
                    return List.of(m.toWire());
                });
        assertThat(reason(dns.txt(NAME, budget()))).isEqualTo(DnsAnswer.Reason.BAD_ANSWER);
    }

    @Test
    void recordsAtOtherNamesInTheAnswerAreNotBelieved() throws Exception {
        DnsClient dns = client(DnsResponder.records("other.test. 300 TXT \"v=spf1 +all\""));
        assertThat(dns.txt(NAME, budget())).isInstanceOf(DnsAnswer.NoData.class);
    }

    @Test
    void aTruncatedAnswerIsAskedForByTcp() throws Exception {
        String big =
                "example.test. 300 TXT \"" + "x".repeat(255) + "\"" + (" " + quoted()).repeat(99);
        DnsResponder server =
                responder((query, tcp) -> {
                    Message m = DnsResponder.answer(query, 0, big);
                    if (tcp) {
                        return List.of(m.toWire());
                    }
                    Message cut = DnsResponder.answer(query, 0);
                    cut.getHeader().setFlag(Flags.TC);
                    return List.of(cut.toWire());
                });
        DnsClient dns = client(2, server.address());
        assertThat(texts(dns.txt(NAME, budget())).getFirst()).hasSize(255 + 99 * 50);
        assertThat(server.asked())
                .containsExactly("UDP TXT example.test.", "TCP TXT example.test.");
        assertThat(recorder.events()).contains(DnsListener.Event.TRUNCATED);
    }

    @Test
    void aTextRecordOfSixtyKilobytesArrivesWhole() throws Exception {
        String text = "v=spf1" + " ip4:192.0.2.1".repeat(4_300) + " -all";
        try (WireDns wire = new WireDns(TestDns.of().txt("example.test", text))) {
            assertThat(texts(wire.client().txt(NAME, budget()))).containsExactly(text);
        }
    }

    @Test
    void anAnswerThatIsTruncatedByTcpTooIsABadAnswer() throws Exception {
        DnsResponder server =
                responder((query, tcp) -> {
                    Message cut = DnsResponder.answer(query, 0);
                    cut.getHeader().setFlag(Flags.TC);
                    return List.of(cut.toWire());
                });
        assertThat(reason(client(2, server.address()).txt(NAME, budget())))
                .isEqualTo(DnsAnswer.Reason.BAD_ANSWER);
    }

    @Test
    void aFloodOfForgedAnswersEndsAndTheNextTryIsTaken() throws Exception {
        AtomicInteger count = new AtomicInteger();
        DnsClient dns =
                client((query, tcp) -> {
                    byte[] right = DnsResponder.answer(query, 0, TXT).toWire();
                    if (count.getAndIncrement() > 0) {
                        return List.of(right);
                    }
                    byte[] forged = right.clone();
                    forged[0] ^= 1;
                    return Collections.nCopies(3_000, forged);
                });
        assertThat(texts(dns.txt(NAME, budget()))).containsExactly("v=spf1 -all");
    }

    private static String quoted() {
        return "\"" + "y".repeat(50) + "\"";
    }

    @Test
    void aTruncatedAnswerWhoseTcpHangsIsATimeout() throws Exception {
        DnsClient dns =
                client((query, tcp) -> {
                    Message cut = DnsResponder.answer(query, 0);
                    cut.getHeader().setFlag(Flags.TC);
                    return tcp ? List.of() : List.of(cut.toWire());
                });
        assertThat(reason(dns.txt(NAME, budget()))).isEqualTo(DnsAnswer.Reason.TIMEOUT);
    }

    @Test
    void aServerThatHangsEndsInATimeoutAfterItsTries() throws Exception {
        DnsResponder server = responder(DnsResponder.silence());
        DnsClient dns = client(3, server.address());
        assertThat(reason(dns.txt(NAME, budget()))).isEqualTo(DnsAnswer.Reason.TIMEOUT);
        assertThat(server.asked()).hasSize(3);
        assertThat(recorder.events()).contains(DnsListener.Event.SERVER_DOWN);
        assertThat(recorder.outcomes()).containsExactly(DnsListener.Outcome.TIMEOUT);
    }

    @Test
    void anotherServerAnswersWhereOneHangsAndTheHangingOneGoesLast() throws Exception {
        DnsResponder dead = responder(DnsResponder.silence());
        DnsResponder alive =
                responder((q, t) ->
                        List.of(
                                DnsResponder.answer(
                                                q, 0, q.getQuestion().getName() + " 300 TXT \"ok\"")
                                        .toWire()));
        DnsClient dns = client(3, dead.address(), alive.address());
        for (int i = 0; i < 10; i++) {
            assertThat(texts(dns.txt(DnsName.of("n" + i + ".test"), budget())))
                    .containsExactly("ok");
        }
        assertThat(dead.asked()).as("two failures and it goes last").hasSize(2);
        assertThat(alive.asked()).hasSize(10);
    }

    @Test
    void aPortWhereNobodyListensIsUnreachableAtOnce() throws Exception {
        DnsResponder gone = new DnsResponder(DnsResponder.silence());
        InetSocketAddress address = gone.address();
        gone.close();
        assertThat(reason(client(3, address).txt(NAME, budget())))
                .isEqualTo(DnsAnswer.Reason.UNREACHABLE);
    }

    @Test
    void whatOneServerFailsAtAnotherIsAsked() throws Exception {
        DnsResponder refusing =
                responder((q, t) -> List.of(DnsResponder.answer(q, Rcode.REFUSED).toWire()));
        DnsResponder good = responder(DnsResponder.records(TXT));
        DnsClient dns = client(3, refusing.address(), good.address());
        assertThat(texts(dns.txt(NAME, budget()))).containsExactly("v=spf1 -all");
        assertThat(refusing.asked()).hasSize(1);
    }

    @Test
    void aServerThatFailsIsNotAskedTheSameAgain() throws Exception {
        DnsResponder failing =
                responder((q, t) -> List.of(DnsResponder.answer(q, Rcode.SERVFAIL).toWire()));
        assertThat(reason(client(3, failing.address()).txt(NAME, budget())))
                .isEqualTo(DnsAnswer.Reason.SERVFAIL);
        assertThat(failing.asked()).hasSize(1);
    }

    @Test
    void aServerFromBeforeEdnsIsAskedWithoutIt() throws Exception {
        DnsResponder old =
                responder((q, t) ->
                        List.of(
                                q.getOPT() != null
                                        ? DnsResponder.answer(q, Rcode.FORMERR).toWire()
                                        : DnsResponder.answer(q, 0, TXT).toWire()));
        assertThat(texts(client(2, old.address()).txt(NAME, budget())))
                .containsExactly("v=spf1 -all");
    }

    @Test
    void garbageIsABadAnswer() throws Exception {
        Random random = new Random(7);
        DnsClient dns =
                client((query, tcp) -> {
                    byte[] junk = DnsResponder.answer(query, 0, TXT).toWire();
                    for (int i = 12; i < junk.length; i++) {
                        junk[i] = (byte) random.nextInt();
                    }
                    return List.of(junk, new byte[0], new byte[5]);
                });
        assertThat(reason(dns.txt(NAME, budget()))).isEqualTo(DnsAnswer.Reason.BAD_ANSWER);
    }

    @Test
    void anAnswerCutShortWithoutSayingSoIsABadAnswer() throws Exception {
        DnsClient dns =
                client((query, tcp) -> {
                    byte[] wire = DnsResponder.answer(query, 0, TXT).toWire();
                    return List.of(Arrays.copyOf(wire, wire.length - 6));
                });
        assertThat(reason(dns.txt(NAME, budget()))).isEqualTo(DnsAnswer.Reason.BAD_ANSWER);
    }

    @Test
    void aliasesAreFollowedWithinTheAnswer() throws Exception {
        DnsClient dns =
                client(
                        DnsResponder.records(
                                "c.test. 30 A 192.0.2.9",
                                "b.test. 300 CNAME c.test.",
                                "example.test. 300 CNAME B.test."));
        DnsAnswer.Found<?> found = (DnsAnswer.Found<?>) dns.a(NAME, budget());
        assertThat(found.records()).hasSize(1);
        assertThat(found.ttl()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void anAliasThatTheServerLeavesOpenIsAskedFor() throws Exception {
        DnsResponder server =
                responder((q, t) ->
                        List.of(
                                q.getQuestion().getName().toString().equals("example.test.")
                                        ? DnsResponder.answer(
                                                        q, 0, "example.test. 300 CNAME b.test.")
                                                .toWire()
                                        : DnsResponder.answer(q, 0, "b.test. 300 A 192.0.2.9")
                                                .toWire()));
        assertThat(client(2, server.address()).a(NAME, budget()).records()).hasSize(1);
        assertThat(server.asked()).containsExactly("UDP A example.test.", "UDP A b.test.");
    }

    @Test
    void anAliasOfANameThatDoesNotExistIsNoSuchName() throws Exception {
        DnsClient dns =
                client((q, t) -> {
                    Message m = DnsResponder.answer(q, 3, "example.test. 300 CNAME gone.test.");
                    m.addRecord(
                            DnsResponder.record("test. 60 SOA ns.test. r.test. 1 1 1 1 60"),
                            Section.AUTHORITY);
                    return List.of(m.toWire());
                });
        assertThat(dns.a(NAME, budget())).isInstanceOf(DnsAnswer.NxDomain.class);
    }

    @Test
    void aliasesInACircleEndWithinAnAnswerAndOverMany() throws Exception {
        assertThat(
                        reason(
                                client(
                                                DnsResponder.records(
                                                        "example.test. 300 CNAME b.test.",
                                                        "b.test. 300 CNAME example.test."))
                                        .a(NAME, budget())))
                .isEqualTo(DnsAnswer.Reason.CNAME_LOOP);
        AtomicInteger count = new AtomicInteger();
        DnsResponder endless =
                responder((q, t) ->
                        List.of(
                                DnsResponder.answer(
                                                q,
                                                0,
                                                q.getQuestion().getName()
                                                        + " 300 CNAME n"
                                                        + count.incrementAndGet()
                                                        + ".test.")
                                        .toWire()));
        assertThat(reason(client(2, endless.address()).a(NAME, budget())))
                .isEqualTo(DnsAnswer.Reason.CNAME_LOOP);
        assertThat(endless.asked()).hasSizeLessThanOrEqualTo(AnswerReader.MAX_CNAMES + 1);
    }

    @Test
    void authenticDataIsBelievedFromThisHostOnly() throws Exception {
        DnsResponder.Script validated =
                (q, t) -> {
                    Message m = DnsResponder.answer(q, 0, TXT);
                    if (q.getHeader().getFlag(Flags.AD)) {
                        m.getHeader().setFlag(Flags.AD);
                    }
                    return List.of(m.toWire());
                };
        DnsAnswer<byte[]> answer = client(validated).txt(NAME, budget());
        assertThat(((DnsAnswer.Found<byte[]>) answer).authentic()).isTrue();
        Message m = DnsResponder.answer(Message.newQuery(DnsResponder.record(TXT)), 0, TXT);
        m.getHeader().setFlag(Flags.AD);
        Name name = Name.fromString("example.test.");
        var remote =
                (AnswerReader.Reading.Final) AnswerReader.read(m, name, QueryType.TXT, false, 0);
        assertThat(((DnsAnswer.Found<?>) remote.answer()).authentic()).isFalse();
    }

    @Test
    void emptyServersMeansThoseOfResolvConf(@TempDir Path dir) throws Exception {
        ResolvConf conf =
                ResolvConf.parse(
                        """
                        # comment
                        search example.test corp.test
                        nameserver 192.0.2.53
                        nameserver\t2001:db8::53
                        nameserver not-an-address
                        options edns0 trust-ad
                        """);
        assertThat(conf.servers())
                .containsExactly(
                        new InetSocketAddress(Ip.parse("192.0.2.53"), 53),
                        new InetSocketAddress(Ip.parse("2001:db8::53"), 53));
        assertThat(conf.trustAd()).isTrue();
        assertThat(ResolvConf.parse("").servers().getFirst().getAddress().isLoopbackAddress())
                .isTrue();
        Path file = Files.writeString(dir.resolve("resolv.conf"), "nameserver 192.0.2.7\n");
        assertThat(ResolvConf.read(file).servers()).hasSize(1);
        assertThat(ResolvConf.read(dir.resolve("none")).servers()).hasSize(1);
    }

    @Test
    void searchListsAreNeverUsed() throws Exception {
        DnsResponder server =
                responder((q, t) -> List.of(DnsResponder.negative(q, 3, 60).toWire()));
        client(2, server.address()).a(DnsName.of("mail"), budget());
        client(2, server.address()).a(DnsName.of("localhost"), budget());
        assertThat(server.asked()).containsExactly("UDP A mail.", "UDP A localhost.");
    }
}
