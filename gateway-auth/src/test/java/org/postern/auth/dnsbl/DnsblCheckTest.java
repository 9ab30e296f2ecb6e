package org.postern.auth.dnsbl;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.postern.auth.client.ClientAddressJudge;
import org.postern.auth.dns.DnsAnswer;
import org.postern.auth.dns.DnsBudget;
import org.postern.auth.dns.DnsClient;
import org.postern.auth.dns.TestDns;
import org.postern.core.config.CodePattern;
import org.postern.core.config.DnsListConfig;
import org.postern.core.config.DnsblConfig;
import org.postern.core.config.NetworksConfig;
import org.postern.core.config.RuleConfig;
import org.postern.core.dnsbl.DnsblHit;
import org.postern.core.dnsbl.DnsblVerdict;
import org.postern.core.dnsbl.Subject;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.ReversePath;
import org.postern.core.net.Cidr;
import org.postern.core.net.Ip;
import org.postern.core.time.TimeSource;

class DnsblCheckTest {
    private static final InetAddress CLIENT = Ip.parse("192.0.2.9");

    private final Map<String, DnsblListener.Outcome> outcomes = new ConcurrentHashMap<>();
    private final DnsblListener listener =
            new DnsblListener() {
                @Override
                public void asked(String list, Outcome outcome) {
                    outcomes.put(list, outcome);
                }

                @Override
                public void switchedOff(String zone, ListState.Reason reason) {}
            };
    private final ListWatch watch = new ListWatch(TimeSource.system(), listener);

    private static DnsListConfig list(String name, int weight, String codes, Subject... ask) {
        return new DnsListConfig(
                name,
                Domain.of(name + ".example"),
                Set.of(ask),
                weight,
                List.of(CodePattern.parse(codes)),
                false);
    }

    private DnsLists lists(DnsClient dns, NetworksConfig networks, DnsListConfig... lists)
            throws InterruptedException {
        return lists(dns, networks, Duration.ofSeconds(5), lists);
    }

    private DnsLists lists(
            DnsClient dns, NetworksConfig networks, Duration timeout, DnsListConfig... lists)
            throws InterruptedException {
        DnsblConfig config =
                new DnsblConfig(
                        5,
                        RuleConfig.Mode.ENFORCE,
                        timeout,
                        Duration.ofMinutes(10),
                        List.of(lists));
        watch.watch(config, TestDns.of());
        watch.testDue();
        return new DnsLists(
                config,
                networks,
                new ClientAddressJudge(networks, Set.of()),
                dns,
                watch,
                listener,
                TimeSource.system());
    }

    private DnsblCheck begun(DnsClient dns, DnsListConfig... lists) throws InterruptedException {
        return lists(dns, NetworksConfig.NONE, lists).begin(CLIENT, null).orElseThrow();
    }

    private DnsblVerdict client(DnsClient dns, InetAddress client, DnsListConfig... lists)
            throws InterruptedException {
        try (DnsblCheck check =
                lists(dns, NetworksConfig.NONE, lists).begin(client, null).orElseThrow()) {
            return check.verdict();
        }
    }

    @Test
    void aListedAddressIsAHitWithItsTextAndWeight() throws InterruptedException {
        TestDns dns =
                TestDns.of()
                        .a("9.2.0.192.zen.example", "127.0.0.4")
                        .txt("9.2.0.192.zen.example", "See https://zen.example/\u0007?ip\r\nEvil");
        assertThat(client(dns, CLIENT, list("zen", 5, "127.0.0.2-11", Subject.CLIENT)).hits())
                .containsExactly(
                        new DnsblHit(
                                "zen",
                                "zen.example",
                                Subject.CLIENT,
                                "192.0.2.9",
                                5,
                                "127.0.0.4",
                                "See https://zen.example/??ip??Evil"));
    }

    @Test
    void anIpv6AddressIsAskedByItsNibblesReversed() throws InterruptedException {
        TestDns dns =
                TestDns.of()
                        .a(
                                "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2"
                                        + ".zen.example",
                                "127.0.0.2");
        DnsblVerdict verdict =
                client(dns, Ip.parse("2001:db8::1"), list("zen", 5, "127.0.0.2", Subject.CLIENT));
        assertThat(verdict.score()).isEqualTo(5);
    }

    @Test
    void anAnswerThatCodesLeaveOutIsNoHit() throws InterruptedException {
        TestDns dns = TestDns.of().a("9.2.0.192.zen.example", "127.0.0.10", "127.0.0.11");
        assertThat(client(dns, CLIENT, list("zen", 5, "127.0.0.2-9", Subject.CLIENT)))
                .isEqualTo(DnsblVerdict.NOTHING);
        assertThat(outcomes).containsEntry("zen", DnsblListener.Outcome.FILTERED);
    }

    @Test
    void weightsOfBlockAndAllowListsAddUp() throws InterruptedException {
        TestDns dns =
                TestDns.of()
                        .a("9.2.0.192.one.example", "127.0.0.2")
                        .a("9.2.0.192.two.example", "127.0.0.2")
                        .a("9.2.0.192.allow.example", "127.0.5.2");
        DnsblVerdict verdict =
                client(
                        dns,
                        CLIENT,
                        list("one", 3, "127.0.0.2", Subject.CLIENT),
                        list("two", 4, "127.0.0.2", Subject.CLIENT),
                        list("allow", -5, "127.0.*.1-3", Subject.CLIENT));
        assertThat(verdict.score()).isEqualTo(2);
        assertThat(verdict.heaviest().orElseThrow().list()).isEqualTo("two");
    }

    @Test
    void aHitIsAHitThoughTheListsOwnWordsDoNotCome() throws InterruptedException {
        TestDns dns = TestDns.of().a("9.2.0.192.zen.example", "127.0.0.2");
        CountDownLatch never = new CountDownLatch(1);
        DnsClient textHangs =
                (DnsClient)
                        Proxy.newProxyInstance(
                                getClass().getClassLoader(),
                                new Class<?>[] {DnsClient.class},
                                (proxy, method, arguments) -> {
                                    if (method.getName().equals("txt")) {
                                        DnsBudget budget = (DnsBudget) arguments[1];
                                        boolean came =
                                                never.await(
                                                        budget.deadline().remaining().toNanos(),
                                                        TimeUnit.NANOSECONDS);
                                        assertThat(came).isFalse();
                                        return new DnsAnswer.TempError<byte[]>(
                                                DnsAnswer.Reason.TIMEOUT, "");
                                    }
                                    return method.invoke(dns, arguments);
                                });
        DnsLists lists =
                lists(
                        textHangs,
                        NetworksConfig.NONE,
                        Duration.ofMillis(400),
                        list("zen", 5, "127.0.0.2", Subject.CLIENT));
        try (DnsblCheck check = lists.begin(CLIENT, null).orElseThrow()) {
            assertThat(check.verdict().hits()).extracting(DnsblHit::text).containsExactly("");
        }
    }

    @Test
    void anAnswerThatNoEntryMayHaveSwitchesTheListOffWhateverCodesSay()
            throws InterruptedException {
        DnsListConfig zen = list("zen", 5, "127.*.*.*", Subject.CLIENT);
        TestDns dns = TestDns.of().a("9.2.0.192.zen.example", "127.0.0.1");
        assertThat(client(dns, CLIENT, zen).score()).isZero();
        assertThat(watch.state(zen)).isInstanceOf(ListState.Off.class);
    }

    @Test
    void anAnswerThatAListOfTheZoneNamesIsNoTroubleToAnyOfThem() throws InterruptedException {
        DnsListConfig good = list("good", -5, "127.0.0.1", Subject.CLIENT);
        DnsListConfig bad = list("bad", 5, "127.0.0.2", Subject.CLIENT);
        TestDns dns =
                TestDns.of()
                        .a("9.2.0.192.good.example", "127.0.0.1")
                        .a("9.2.0.192.bad.example", "127.0.0.2");
        assertThat(client(dns, CLIENT, good, bad).score()).isZero();
        assertThat(watch.state(good)).isInstanceOf(ListState.Well.class);
    }

    @Test
    void aDnsTroubleIsNoHitAndIsSaid() throws InterruptedException {
        TestDns dns = TestDns.of().servfail("9.2.0.192.zen.example");
        DnsblVerdict verdict = client(dns, CLIENT, list("zen", 5, "127.0.0.2", Subject.CLIENT));
        assertThat(verdict.hits()).isEmpty();
        assertThat(verdict.unanswered()).containsExactly("zen");
    }

    @Test
    void anAnswerThatMeansTroubleSwitchesTheListOffAndIsNoHit() throws InterruptedException {
        DnsListConfig zen = list("zen", 5, "127.*.*.*", Subject.CLIENT);
        TestDns dns = TestDns.of().a("9.2.0.192.zen.example", "127.255.255.254");
        assertThat(client(dns, CLIENT, zen).score()).isZero();
        assertThat(watch.state(zen))
                .isEqualTo(
                        new ListState.Off(
                                ListState.Reason.OPEN_RESOLVER,
                                "9.2.0.192.zen.example is 127.255.255.254"));
    }

    @Test
    void aListThatIsOffIsNotAsked() throws InterruptedException {
        DnsListConfig zen = list("zen", 5, "127.0.0.2", Subject.CLIENT);
        TestDns dns = TestDns.of().a("9.2.0.192.zen.example", "127.0.0.2");
        DnsLists lists = lists(dns, NetworksConfig.NONE, zen);
        watch.trouble(zen, ListState.Reason.OVER_QUOTA, "so it says");
        try (DnsblCheck check = lists.begin(CLIENT, null).orElseThrow()) {
            assertThat(check.verdict().hits()).isEmpty();
            // no acquittal either: a rule against who is not listed must not bite
            assertThat(check.verdict().unanswered()).containsExactly("zen");
        }
        assertThat(dns.asked()).isEmpty();
        assertThat(outcomes).containsEntry("zen", DnsblListener.Outcome.OFF);
    }

    @Test
    void namesAreAskedAboutAsTheyCome() throws InterruptedException {
        TestDns dns =
                TestDns.of()
                        .a("mx.bad.example.dbl.example", "127.0.1.2")
                        .a("sender.example.dbl.example", "127.0.1.2")
                        .a("author.example.dbl.example", "127.0.1.2");
        try (DnsblCheck check =
                begun(
                        dns,
                        list(
                                "dbl",
                                2,
                                "127.0.1.*",
                                Subject.HELO,
                                Subject.SENDER,
                                Subject.AUTHOR))) {
            assertThat(check.verdict().score()).isZero();
            check.helo("mx.bad.example");
            check.sender(ReversePath.of(EmailAddress.of("a@sender.example")));
            assertThat(check.verdict().hits()).hasSize(2);
            check.authors(List.of("author.example"));
            assertThat(check.verdict().hits()).hasSize(3);
            assertThat(check.verdict().score()).as("one list has one opinion").isEqualTo(2);
            check.helo("192.0.2.9");
            check.authors(List.of("203.0.113.7"));
            check.sender(ReversePath.of(EmailAddress.of("a@sender.123")));
            assertThat(check.verdict())
                    .as("addresses are no names")
                    .isEqualTo(DnsblVerdict.NOTHING);
            check.helo("[192.0.2.9]");
            check.sender(ReversePath.Null.INSTANCE);
            assertThat(check.verdict().score()).isZero();
        }
    }

    @Test
    void eachAuthorIsAskedAboutAndAnAllowListMustHaveThemAll() throws InterruptedException {
        TestDns dns =
                TestDns.of()
                        .a("spammer.example.dbl.example", "127.0.1.2")
                        .a("ok.example.dwl.example", "127.0.2.1")
                        .a("good.example.dwl.example", "127.0.2.1");
        try (DnsblCheck check =
                begun(
                        dns,
                        list("dbl", 6, "127.0.1.*", Subject.AUTHOR),
                        list("dwl", -6, "127.0.2.*", Subject.AUTHOR))) {
            check.authors(List.of("ok.example", "spammer.example"));
            assertThat(check.verdict().score()).isEqualTo(6);
            assertThat(check.verdict().hits())
                    .extracting(DnsblHit::value)
                    .containsExactly("spammer.example");
            check.authors(List.of("ok.example", "good.example"));
            assertThat(check.verdict().score()).isEqualTo(-6);
            check.authors(List.of("ok.example", "203.0.113.7"));
            assertThat(check.verdict().hits()).as("a name that no list can have").isEmpty();
            check.authors(List.of());
            assertThat(check.verdict()).isEqualTo(DnsblVerdict.NOTHING);
        }
    }

    @Test
    void ourOwnClientsRelaysAndImpossibleAddressesAreNotAskedAbout() throws InterruptedException {
        TestDns dns = TestDns.of();
        NetworksConfig networks =
                new NetworksConfig(
                        List.of(Cidr.parse("192.0.2.0/28")),
                        List.of(Cidr.parse("198.51.100.1/32")),
                        List.of(),
                        List.of(),
                        Map.of());
        DnsLists lists = lists(dns, networks, list("zen", 5, "127.0.0.2", Subject.CLIENT));
        for (String client : List.of("192.0.2.9", "198.51.100.1", "10.1.2.3", "127.0.0.1", "::1")) {
            try (DnsblCheck check = lists.begin(Ip.parse(client), null).orElseThrow()) {
                assertThat(check.verdict()).isEqualTo(DnsblVerdict.NOTHING);
            }
        }
        assertThat(dns.asked()).isEmpty();
    }

    @Test
    void aListThatHangsCostsNoMoreThanTheDeadline() throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        DnsClient hangs =
                (DnsClient)
                        Proxy.newProxyInstance(
                                getClass().getClassLoader(),
                                new Class<?>[] {DnsClient.class},
                                (proxy, method, arguments) -> {
                                    assertThat(never.await(20, TimeUnit.SECONDS)).isTrue();
                                    return new DnsAnswer.NxDomain<>(false);
                                });
        DnsLists lists =
                lists(
                        hangs,
                        NetworksConfig.NONE,
                        Duration.ofMillis(50),
                        list("zen", 5, "127.0.0.2", Subject.CLIENT));
        try (DnsblCheck check = lists.begin(CLIENT, null).orElseThrow()) {
            assertThat(check.verdict().unanswered()).containsExactly("zen");
        } finally {
            never.countDown();
        }
    }

    @Test
    void threeHundredAddressesAndAnAliasAreAnswersLikeOthersAndOneThatMeansTroubleIsEnough()
            throws InterruptedException {
        DnsListConfig zen = list("zen", 5, "127.0.0.2", Subject.CLIENT);
        String[] many = new String[300];
        for (int i = 0; i < many.length; i++) {
            many[i] = "127.1.%d.%d".formatted(i / 250, i % 250);
        }
        many[299] = "127.0.0.2";
        TestDns dns =
                TestDns.of()
                        .cname("9.2.0.192.zen.example", "many.zen.example")
                        .a("many.zen.example", many);
        assertThat(client(dns, CLIENT, zen).score()).isEqualTo(5);
        many[150] = "127.255.255.255";
        TestDns over = TestDns.of().a("9.2.0.192.zen.example", many);
        assertThat(client(over, CLIENT, zen).score()).isZero();
        assertThat(watch.state(zen)).isInstanceOf(ListState.Off.class);
    }

    @Test
    void aListsWordsAreOneLineOfPrintableAscii() throws InterruptedException {
        TestDns dns =
                TestDns.of()
                        .a("9.2.0.192.zen.example", "127.0.0.2")
                        .txt(
                                "9.2.0.192.zen.example",
                                "bad\r\n250 OK\u0000\u001b[31m\u00e4"
                                        .getBytes(StandardCharsets.UTF_8));
        assertThat(client(dns, CLIENT, list("zen", 5, "127.0.0.2", Subject.CLIENT)).hits())
                .singleElement()
                .extracting(DnsblHit::text)
                .asString()
                .matches("[ -~]+")
                .startsWith("bad??250 OK??[31m");
    }
}
