package org.postern.app.alerts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postern.app.state.GatewayState;
import org.postern.core.snapshot.Snapshots;
import org.postern.core.time.ManualTimeSource;
import org.postern.queue.delivery.Downstream;
import org.postern.queue.delivery.DownstreamStatus;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.Spool;
import org.postern.queue.spool.SpoolHealth;
import org.postern.queue.spool.SpoolSummary;
import org.postern.smtp.admission.Gauge;
import org.postern.smtp.admission.OverloadController;

/** Each condition begins with what it is about, says it, and ends with it. */
class GatewayConditionsTest {
    private static final Instant START = Instant.parse("2026-11-22T10:00:00Z");
    private static final long ROOM = 50_000_000_000L;

    /** What a gateway is like; a test changes one thing of it. */
    static final class Site {
        private final ManualTimeSource time = new ManualTimeSource(START);
        private SpoolHealth health = new SpoolHealth(true, true, ROOM, ROOM, "");
        private Map<EntryState, Long> queue = Map.of();
        private Duration oldest = Duration.ZERO;
        private List<GatewayState.Part> parts = List.of(new GatewayState.Part("spool", true, ""));
        private List<GatewayState.Helper> helpers = List.of();
        private @Nullable String downstreamTrouble;
        private double load;
        private Optional<Snapshots.Refusal> refusal = Optional.empty();
        private double implausible;
        private Optional<Instant> certificate = Optional.of(START.plus(Duration.ofDays(60)));
        private Optional<String> probe = Optional.empty();
        private double topSender;
        private Optional<String> journal = Optional.empty();
        private int held;
        private int unusual;
        private int keptOut;
        private Optional<String> refusedLists = Optional.empty();
        private Optional<String> staleLists = Optional.empty();

        private final OverloadController overload =
                new OverloadController(List.of(new Gauge("connections", () -> load, true)), time);

        private AlertBoard board() {
            Spool spool =
                    like(
                            Spool.class,
                            Map.of(
                                    "health",
                                    () -> health,
                                    "summary",
                                    () -> new SpoolSummary(queue, 0, 0, oldest, 0, 0)));
            Downstream store =
                    like(
                            Downstream.class,
                            Map.of(
                                    "status",
                                    () ->
                                            new DownstreamStatus(
                                                    "store",
                                                    0,
                                                    0,
                                                    1,
                                                    0,
                                                    downstreamTrouble,
                                                    downstreamTrouble == null ? null : START,
                                                    START.minusSeconds(1))));
            GatewayState gateway =
                    like(
                            GatewayState.class,
                            Map.of(
                                    "spool", () -> spool,
                                    "parts", () -> parts,
                                    "helpers", () -> helpers,
                                    "refusal", () -> refusal,
                                    "downstreams", () -> List.of(store),
                                    "overload", () -> overload));
            return GatewayConditions.board(
                    gateway,
                    new GatewayConditions.Sources(
                            () -> implausible,
                            () -> certificate,
                            () -> probe,
                            () -> topSender,
                            () -> journal,
                            () -> held,
                            () -> unusual,
                            () -> keptOut,
                            () -> refusedLists,
                            () -> staleLists),
                    time);
        }

        private void helper(String kind, String name, String detail) {
            helpers = List.of(new GatewayState.Helper(kind, name, false, detail));
        }

        private void part(String name, String detail) {
            parts = List.of(new GatewayState.Part(name, false, detail));
        }
    }

    private interface Answer {
        Object give();
    }

    /** An object of an interface that answers these methods and no other. */
    private static <T> T like(Class<T> type, Map<String, Answer> answers) {
        return type.cast(
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (proxy, method, arguments) -> {
                            Answer answer = answers.get(method.getName());
                            if (answer == null) {
                                throw new AssertionError("nobody should ask for " + method);
                            }
                            return answer.give();
                        }));
    }

    /** One alert, what brings it about, and words of what it says. */
    record Case(String alert, Duration lasts, Consumer<Site> trouble, String words) {
        @Override
        public String toString() {
            return alert;
        }
    }

    static Stream<Case> cases() {
        Duration none = Duration.ZERO;
        return Stream.of(
                new Case(
                        "PosternNotReady",
                        Duration.ofMinutes(5),
                        s -> s.part("listeners", "not open yet"),
                        "listeners: not open yet"),
                new Case(
                        "PosternSpoolNotWritable",
                        Duration.ofMinutes(1),
                        s -> s.health = new SpoolHealth(false, true, ROOM, ROOM, "read-only"),
                        "read-only"),
                new Case(
                        "PosternDiskFull",
                        Duration.ofMinutes(1),
                        s -> s.health = new SpoolHealth(true, true, 999_999_999, ROOM, ""),
                        "are left"),
                new Case(
                        "PosternDiskFull",
                        Duration.ofMinutes(1),
                        s -> s.health = new SpoolHealth(true, false, ROOM, 3, "3 inodes"),
                        "3 inodes"),
                new Case("PosternClockStepped", none, s -> s.part("clock", "an hour"), "an hour"),
                new Case(
                        "PosternQueueOld",
                        Duration.ofMinutes(10),
                        s -> s.oldest = Duration.ofMinutes(61),
                        "1h 1m"),
                new Case(
                        "PosternQueueStuck",
                        Duration.ofMinutes(10),
                        s -> s.oldest = Duration.ofHours(7),
                        "7h"),
                new Case(
                        "PosternQueueGrows",
                        Duration.ofMinutes(10),
                        s -> s.queue = Map.of(EntryState.QUEUED, 501L),
                        "501 messages wait, 0 did"),
                new Case(
                        "PosternTopSender",
                        Duration.ofMinutes(10),
                        s -> {
                            s.queue = Map.of(EntryState.HELD, 201L);
                            s.topSender = 0.6;
                        },
                        "60% of 201"),
                new Case("PosternSenderHeld", none, s -> s.held = 2, "mail of 2 senders"),
                new Case(
                        "PosternSenderUnusual",
                        none,
                        s -> s.unusual = 1,
                        "mail of 1 sender, sender domain or client would be held, in mode enforce"),
                new Case(
                        "PosternNetworkKeptOut",
                        none,
                        s -> s.keptOut = 1,
                        "1 network or domain is kept out for unknown recipients; look: postern"
                                + " lists show ban"),
                new Case(
                        "PosternDeliveryTrouble",
                        Duration.ofMinutes(10),
                        s -> s.downstreamTrouble = "connection refused",
                        "store: connection refused"),
                new Case(
                        "PosternClientsImplausible",
                        Duration.ofMinutes(5),
                        s -> s.implausible = 0.9,
                        "90%"),
                new Case(
                        "PosternProbeFails",
                        none,
                        s -> s.probe = Optional.of("forged: taken"),
                        "forged: taken"),
                new Case(
                        "PosternOverload",
                        Duration.ofMinutes(5),
                        s -> s.load = 0.95,
                        "connections"),
                new Case(
                        "PosternCertificateExpires",
                        none,
                        s -> s.certificate = Optional.of(START.plus(Duration.ofDays(13))),
                        "2026-12-05"),
                new Case(
                        "PosternCertificateExpired",
                        none,
                        s -> s.certificate = Optional.of(START.plus(Duration.ofDays(1))),
                        "2026-11-23"),
                new Case(
                        "PosternDnsListOff",
                        Duration.ofMinutes(15),
                        s -> s.helper("dns list", "zen", "OFF: over quota"),
                        "zen: OFF: over quota"),
                new Case(
                        "PosternScannerFails",
                        Duration.ofMinutes(5),
                        s -> s.helper("scanner", "clamav", "FAILS"),
                        "clamav: FAILS"),
                new Case(
                        "PosternJournalIncomplete",
                        none,
                        s -> s.journal = Optional.of("12 events lost"),
                        "12 events lost"),
                new Case(
                        "PosternRecipientsRefused",
                        none,
                        s -> s.refusedLists = Optional.of("ldap: 130 of 700"),
                        "130 of 700"),
                new Case(
                        "PosternRecipientsStale",
                        Duration.ofMinutes(10),
                        s -> s.staleLists = Optional.of("ldap: NEVER LOADED"),
                        "ldap: NEVER LOADED"),
                new Case(
                        "PosternRuleEnded",
                        none,
                        s -> s.helper("rule", "storm", "ENDED"),
                        "storm: ENDED"),
                new Case(
                        "PosternReloadFailed",
                        Duration.ofMinutes(1),
                        s ->
                                s.refusal =
                                        Optional.of(
                                                new Snapshots.Refusal(START, "postern.yaml:3:1")),
                        "older configuration is in force: postern.yaml:3:1"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void anAlertIsToldWhenItsConditionHasLastedAndWithItsWords(Case one) {
        Site site = new Site();
        AlertBoard board = site.board();
        assertThat(board.look(Duration.ZERO)).as("all is well").isEmpty();
        one.trouble().accept(site);
        if (!one.lasts().isZero()) {
            assertThat(told(board)).doesNotContainKey(one.alert());
            site.time.advance(one.lasts().minusSeconds(1));
            assertThat(told(board)).doesNotContainKey(one.alert());
            site.time.advance(Duration.ofSeconds(1));
        }
        Map<String, String> told = told(board);
        assertThat(told).containsKey(one.alert());
        assertThat(told.get(one.alert())).contains(one.words());
    }

    private static Map<String, String> told(AlertBoard board) {
        return board.look(Duration.ZERO).stream()
                .filter(news -> news.kind() == AlertNews.Kind.FIRING)
                .collect(
                        Collectors.toMap(
                                news -> news.alert().name(), news -> news.alert().summary()));
    }

    @Test
    void whatIsOverIsToldAsResolved() {
        Site site = new Site();
        AlertBoard board = site.board();
        site.held = 1;
        board.look(Duration.ZERO);
        site.held = 0;
        assertThat(board.look(Duration.ZERO))
                .singleElement()
                .satisfies(news -> {
                    assertThat(news.kind()).isEqualTo(AlertNews.Kind.RESOLVED);
                    assertThat(news.alert().name()).isEqualTo("PosternSenderHeld");
                });
    }

    @Test
    void everyConditionHasItsCase() throws IOException {
        Path source =
                Path.of(System.getProperty("postern.root", ".."))
                        .resolve("gateway-app/src/main/java")
                        .resolve(GatewayConditions.class.getName().replace('.', '/') + ".java");
        List<String> names =
                Pattern.compile("(?:page|ticket)\\(\"(\\w+)\"")
                        .matcher(Files.readString(source))
                        .results()
                        .map(found -> found.group(1))
                        .toList();
        assertThat(names).hasSizeGreaterThan(20);
        assertThat(cases().map(Case::alert).distinct().toList())
                .containsExactlyInAnyOrderElementsOf(names);
    }
}
