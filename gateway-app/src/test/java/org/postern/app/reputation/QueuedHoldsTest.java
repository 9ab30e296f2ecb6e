package org.postern.app.reputation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.app.telemetry.Metrics;
import org.postern.core.config.ReputationConfig;
import org.postern.core.config.RuleConfig;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.QueueId;
import org.postern.core.mail.Recipient;
import org.postern.core.mail.ReversePath;
import org.postern.core.net.Ip;
import org.postern.core.reply.SmtpReply;
import org.postern.core.time.ManualTimeSource;
import org.postern.queue.schedule.RelayEvent;
import org.postern.queue.spool.Change;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.MessageMeta;
import org.postern.queue.spool.QueueEntry;
import org.postern.queue.spool.Spool;
import org.postern.queue.spool.SpoolListener;
import org.postern.queue.spool.SpoolOptions;
import org.postern.queue.spool.SpoolWriter;
import org.postern.queue.spool.log.DiskSpool;

class QueuedHoldsTest {
    private static final InetAddress CLIENT = Ip.parse("192.0.2.1");
    private static final Duration HOLD = Duration.ofHours(1);
    private static final ReversePath ANNA = path("anna@partner.example");

    @TempDir Path folder;

    private final ManualTimeSource time =
            new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z"));
    private final Metrics metrics = new Metrics();
    private final List<String> told = new ArrayList<>();
    private final Chronicle chronicle = new Chronicle();
    private final List<String> notes = new ArrayList<>();
    private boolean off;
    private RuleConfig.Mode mode = RuleConfig.Mode.ENFORCE;
    private final AnomalousSenders senders = senders();
    private Spool spool;
    private QueuedHolds queue;

    private static ReversePath path(String address) {
        return ReversePath.of(EmailAddress.of(address));
    }

    private AnomalousSenders senders() {
        return new AnomalousSenders(
                () -> off ? config(0) : config(2), client -> false, metrics, chronicle, time);
    }

    private ReputationConfig config(int most) {
        return TestSettings.anomalies(most, most, mode, HOLD);
    }

    @BeforeEach
    void open() throws IOException {
        spool =
                DiskSpool.open(
                        new SpoolOptions(folder.resolve("spool"), 4 << 20, 1 << 20, 0, 1 << 20),
                        time,
                        SpoolListener.NONE);
        queue = queue(senders);
    }

    private QueuedHolds queue(AnomalousSenders of) {
        return new QueuedHolds(
                of,
                spool,
                event -> told.add(event.what() + " " + event.ids().size() + ": " + event.reason()),
                id -> told.add("undecided"),
                time);
    }

    @AfterEach
    void close() {
        spool.close();
        metrics.close();
    }

    private QueueId store(ReversePath from) throws IOException {
        return store(from, Map.of());
    }

    private QueueId store(ReversePath from, Map<String, String> notes) throws IOException {
        byte[] content = "Subject: x\r\n\r\nx\r\n".getBytes(StandardCharsets.US_ASCII);
        try (SpoolWriter writer = spool.begin()) {
            writer.write(content, 0, content.length);
            return writer.commit(
                            new MessageMeta(
                                    Envelope.of(
                                            from,
                                            List.of(
                                                    Recipient.of(
                                                            EmailAddress.of("b@example.test")))),
                                    time.instant(),
                                    Ip.text(CLIENT),
                                    "client.example",
                                    new byte[0],
                                    List.of(),
                                    notes))
                    .id();
        }
    }

    private Optional<AnomalousSenders.Judged> burst() {
        Optional<AnomalousSenders.Judged> held = Optional.empty();
        for (int i = 0; i < 3; i++) {
            held = senders.judge(CLIENT, ANNA, false);
        }
        return held;
    }

    private long held() throws IOException {
        try (Stream<QueueEntry> entries = spool.entries(Set.of(EntryState.HELD))) {
            return entries.count();
        }
    }

    @Test
    void whatIsQueuedOfASenderIsHeldAndLetGoWhenTheHoldIsOverWhateverTheWallClock()
            throws IOException {
        store(ANNA);
        store(ANNA);
        store(path("ben@partner.example"));
        assertThat(burst())
                .hasValueSatisfying(why ->
                        assertThat(why.why())
                                .startsWith(
                                        "what claims to be of sender <anna@partner.example>: sent 3"
                                                + " messages within the hour, 0 at most before;"
                                                + " on hold until 2026-11-21T11:00:00Z"));
        queue.round(HOLD);
        assertThat(held()).isEqualTo(2);
        time.stepWallClock(Duration.ofDays(-300));
        queue.round(HOLD);
        assertThat(held()).isEqualTo(2);
        time.advance(HOLD.plusSeconds(1));
        queue.round(HOLD);
        assertThat(held()).isZero();
        assertThat(told).hasSize(2);
        assertThat(told.getFirst()).startsWith("hold 2: what claims to be of sender <anna@");
        assertThat(told.getLast()).isEqualTo("release 2: the hold has expired");
        assertThat(senders.held()).isZero();
    }

    @Test
    void whatAPersonLetGoIsNotHeldAgainNotEvenAfterARestart() throws IOException {
        QueueId id = store(ANNA);
        burst();
        queue.round(HOLD);
        assertThat(held()).isEqualTo(1);
        assertThat(spool.change(List.of(id), new Change.Release("olga", true, "")))
                .containsExactly(id);
        queue.round(HOLD);
        assertThat(held()).as("a round later").isZero();
        Path file = folder.resolve("holds.tsv");
        senders.holds().save(file);
        AnomalousSenders after = senders();
        after.loadHolds(file);
        assertThat(after.held()).isEqualTo(1);
        queue(after).round(HOLD);
        assertThat(held()).as("after a restart").isZero();
        assertThat(after.judge(CLIENT, ANNA, false)).as("new mail is").isPresent();
    }

    @Test
    void whoEndsAHoldLeavesWhatItHeldToThePlansOrToItsTime() throws IOException {
        store(ANNA);
        burst();
        queue.round(HOLD);
        assertThat(senders.end("anna@partner.example", "olga")).hasSize(1);
        assertThat(senders.judge(CLIENT, ANNA, false)).isEmpty();
        queue.round(HOLD);
        assertThat(held()).isEqualTo(1);
        Path file = folder.resolve("holds.tsv");
        senders.holds().save(file);
        AnomalousSenders after = senders();
        after.loadHolds(file);
        assertThat(after.held()).isZero();
        QueuedHolds afterwards = queue(after);
        afterwards.round(HOLD);
        assertThat(held()).as("after a restart").isEqualTo(1);
        time.advance(HOLD.plusSeconds(1));
        afterwards.round(HOLD);
        assertThat(held()).isZero();
    }

    @Test
    void whatIsHeldAtAcceptanceKeepsItsTimeThroughAReloadOfAnother() throws IOException {
        for (Duration length : List.of(HOLD, HOLD.multipliedBy(3))) {
            store(
                    ANNA,
                    Map.of(
                            "rule",
                            AnomalousSenders.RULE,
                            MessageMeta.HOLD,
                            AnomalousSenders.RULE + ": reputation.anomaly",
                            AnomalousSenders.HELD_SECONDS,
                            Long.toString(length.toSeconds())));
        }
        time.advance(HOLD.dividedBy(2));
        queue.round(Duration.ofSeconds(1));
        assertThat(held()).as("a shorter hold is for what comes").isEqualTo(2);
        queue.round(HOLD.multipliedBy(10));
        time.advance(HOLD.dividedBy(2).plusSeconds(1));
        queue.round(HOLD.multipliedBy(10));
        assertThat(held()).as("so is a longer one").isEqualTo(1);
        time.advance(HOLD.multipliedBy(2));
        queue.round(HOLD.multipliedBy(10));
        assertThat(held()).isZero();
    }

    @Test
    void deferralsOfOurOwnSayNothingAboutASenderAndAMessageCountsOnce() throws IOException {
        for (int i = 0; i < 12; i++) {
            senders.outcome(outcome(store(path("ben@pass.example")), false, false));
        }
        for (int i = 0; i < 10; i++) {
            senders.outcome(outcome(store(ANNA), true, true));
        }
        assertThat(senders.held()).as("our own").isZero();
        QueueId one = store(ANNA);
        for (int i = 0; i < 10; i++) {
            senders.outcome(outcome(one, true, false));
        }
        assertThat(senders.held()).as("one message, ten recipients").isZero();
        for (int i = 0; i < 2; i++) {
            senders.outcome(outcome(store(ANNA), true, false));
        }
        assertThat(senders.holds().all())
                .singleElement()
                .satisfies(hold ->
                        assertThat(hold.why())
                                .isEqualTo(
                                        "had 3 of its 3 messages within the hour put off by"
                                                + " store, 0 % before"));
    }

    private RelayEvent outcome(QueueId id, boolean deferred, boolean ours) throws IOException {
        QueueEntry entry = spool.find(id).orElseThrow();
        return new RelayEvent(
                entry,
                entry.envelope().recipients().getFirst(),
                deferred ? RelayEvent.Outcome.DEFERRED : RelayEvent.Outcome.DELIVERED,
                SmtpReply.of(deferred ? 451 : 250, deferred ? "4.2.0" : "2.0.0", "words"),
                ours,
                "store",
                1,
                Duration.ZERO,
                new RelayEvent.Via("store", null, "", RelayEvent.Handover.STORED),
                "",
                Duration.ZERO);
    }

    @Test
    void whatARuleOfANameLikeOursHoldsIsNotLetGo() throws IOException {
        QueueId id = store(ANNA);
        for (String reason :
                List.of(
                        "anomalous-senders: policy.anomalous-senders",
                        "anomalous-sender-partner: policy.x")) {
            spool.change(List.of(id), new Change.Hold("policy", reason));
            queue(senders()).round(Duration.ZERO);
            assertThat(held()).as(reason).isEqualTo(1);
            spool.change(List.of(id), new Change.Release("olga", true, ""));
        }
        QueueId ours = store(ANNA);
        spool.change(
                List.of(ours), new Change.Hold("policy", "anomalous-sender: reputation.anomaly"));
        queue(senders()).round(Duration.ZERO);
        assertThat(held()).as("ours").isZero();
    }

    @Test
    void whatAnEarlierVersionHeldGoesWhenItSaidAndNotAtTheFirstRound() throws IOException {
        QueueId id = store(ANNA);
        time.advance(HOLD.multipliedBy(5));
        spool.change(
                List.of(id),
                new Change.Hold(
                        "policy",
                        "anomalous-sender until "
                                + time.instant().plusSeconds(600)
                                + ": reputation.anomaly"));
        QueuedHolds after = queue(senders());
        after.round(HOLD);
        assertThat(held()).isEqualTo(1);
        time.advance(Duration.ofMinutes(11));
        after.round(HOLD);
        assertThat(held()).isZero();
    }

    @Test
    void inModeObserveItIsToldAndNothingIsHeldUntilAReloadEnforces() throws IOException {
        chronicle.tell((kind, detail) -> notes.add(kind + " " + detail));
        mode = RuleConfig.Mode.OBSERVE;
        store(ANNA);
        assertThat(burst()).hasValueSatisfying(judged -> assertThat(judged.enforced()).isFalse());
        queue.round(HOLD);
        assertThat(held()).isZero();
        assertThat(senders.held()).isZero();
        assertThat(senders.observed()).isEqualTo(1);
        assertThat(notes)
                .singleElement()
                .asString()
                .startsWith("hold-observed what claims to be of sender <anna@partner.example>:")
                .endsWith("; would be on hold until 2026-11-21T11:00:00Z");
        mode = RuleConfig.Mode.ENFORCE;
        queue.round(HOLD);
        assertThat(held()).as("after a reload that enforces").isEqualTo(1);
        assertThat(senders.held()).isEqualTo(1);
        assertThat(senders.observed()).isZero();
        assertThat(senders.judge(CLIENT, ANNA, false))
                .hasValueSatisfying(judged -> assertThat(judged.enforced()).isTrue());
        mode = RuleConfig.Mode.OBSERVE;
        assertThat(senders.judge(CLIENT, ANNA, false))
                .hasValueSatisfying(judged -> assertThat(judged.enforced()).isFalse());
        queue.round(HOLD);
        assertThat(held()).as("what lies held keeps its time").isEqualTo(1);
        time.advance(HOLD.plusSeconds(1));
        queue.round(HOLD);
        assertThat(held()).isZero();
        assertThat(senders.observed()).isZero();
    }

    @Test
    void aReloadThatSwitchesAnomaliesOffEndsEveryHoldAndLeavesWhatIsHeldToThePlans()
            throws IOException {
        store(ANNA);
        burst();
        queue.round(HOLD);
        assertThat(senders.held()).isEqualTo(1);
        off = true;
        assertThat(senders.judge(CLIENT, ANNA, false)).isEmpty();
        queue.round(HOLD);
        assertThat(senders.held()).isZero();
        assertThat(held()).isEqualTo(1);
        time.advance(HOLD.plusSeconds(1));
        queue.round(HOLD);
        assertThat(held()).isZero();
    }

    @Test
    void twoHoldsThatBeginInTheSameMillisecondAreToldApart() throws IOException {
        ReversePath ben = path("ben@other.example");
        store(ANNA);
        store(ben);
        burst();
        for (int i = 0; i < 3; i++) {
            senders.judge(Ip.parse("198.51.100.1"), ben, false);
        }
        assertThat(senders.holds().all())
                .extracting(Holds.Hold::id)
                .doesNotHaveDuplicates()
                .hasSize(2);
        queue.round(HOLD);
        assertThat(held()).isEqualTo(2);
        assertThat(senders.holds().all()).extracting(Holds.Hold::taken).containsOnly(2L);
    }
}
