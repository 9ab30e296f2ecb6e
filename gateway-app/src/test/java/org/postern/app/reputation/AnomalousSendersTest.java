package org.postern.app.reputation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
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
import org.postern.queue.dsn.SenderAuthentication;
import org.postern.queue.schedule.RelayEvent;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.QueueEntry;

/** Whose mail is held when it is far more than ever, by which name, and until when. */
class AnomalousSendersTest {
    private static final Duration HOLD = Duration.ofHours(1);
    private static final InetAddress CLIENT = Ip.parse("192.0.2.1");
    private static final InetAddress CARRIER = Ip.parse("203.0.113.1");
    private static final String ANNA = "anna@partner.example";

    private final ManualTimeSource time =
            new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z"));
    private final Metrics metrics = new Metrics();
    private final Chronicle chronicle = new Chronicle();
    private final List<String> notes = new ArrayList<>();
    private ReputationConfig config = TestSettings.anomalies(10, 5, RuleConfig.Mode.ENFORCE, HOLD);
    private final AnomalousSenders senders =
            new AnomalousSenders(() -> config, CARRIER::equals, metrics, chronicle, time);
    private int entries;

    @AfterEach
    void close() {
        metrics.close();
    }

    private static InetAddress client(int number) {
        return Ip.parse("198.51.100." + number);
    }

    /** A message that SPF or a signature vouches for. */
    private Optional<AnomalousSenders.Judged> send(InetAddress client, String from) {
        return senders.judge(client, ReversePath.of(EmailAddress.of(from)), true);
    }

    /** How many of so many messages of a sender, one after the other, are held. */
    private int heldOf(int messages, InetAddress client, String from) {
        int held = 0;
        for (int i = 0; i < messages; i++) {
            held += send(client, from).isPresent() ? 1 : 0;
        }
        return held;
    }

    private List<String> onHold() {
        return senders.holds().all().stream().map(h -> h.whose().text()).sorted().toList();
    }

    private String scraped() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        metrics.scrape(out, null);
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void theNarrowestOfThoseWhoGoBeyondIsHeldAndTheOthersAreToldOfWithIt() throws IOException {
        chronicle.tell((kind, detail) -> notes.add(kind + " " + detail));
        List<HoldKey> begun = new ArrayList<>();
        senders.onBegin(() -> begun.addAll(senders.begun()));
        assertThat(heldOf(10, CLIENT, ANNA)).isZero();
        assertThat(send(CLIENT, ANNA))
                .contains(
                        new AnomalousSenders.Judged(
                                "sender <anna@partner.example>: sent 11 messages within the hour,"
                                        + " 0 at most before; on hold until 2026-11-21T11:00:00Z",
                                true));
        assertThat(onHold()).containsExactly("sender anna@partner.example");
        assertThat(begun).containsExactly(new HoldKey(HoldKey.Kind.SENDER, ANNA));
        assertThat(notes)
                .containsExactly(
                        "hold sender <anna@partner.example>: sent 11 messages within the hour, 0 at"
                                + " most before (beyond theirs too: domain partner.example 11, 0"
                                + " before; client 192.0.2.1 11, 0 before); on hold until"
                                + " 2026-11-21T11:00:00Z");
        assertThat(scraped())
                .contains("postern_reputation_anomalies_begun_total{of=\"sender\"} 1.0");
    }

    @Test
    void whatASenderExplainsIsTakenOutOfItsDomainAndItsClient() {
        assertThat(heldOf(11, CLIENT, ANNA)).isEqualTo(1);
        assertThat(heldOf(10, CLIENT, "ben@partner.example"))
                .as("the eleven of anna are not the domain's nor the client's")
                .isZero();
        assertThat(send(CLIENT, "carl@partner.example"))
                .hasValueSatisfying(judged ->
                        assertThat(judged.why())
                                .startsWith("domain partner.example: sent 11 messages"));
        assertThat(onHold())
                .containsExactly("domain partner.example", "sender anna@partner.example");
        assertThat(heldOf(10, CLIENT, "dora@other.example")).as("nor of the client").isZero();
    }

    @Test
    void aDomainIsHeldOfWhichNoSenderIsBeyondItsOwnWhereverItComesFrom() {
        for (int i = 1; i <= 10; i++) {
            assertThat(send(client(i), "p" + i + "@partner.example")).isEmpty();
        }
        assertThat(send(client(11), "p11@Partner.Example")).isPresent();
        assertThat(onHold()).containsExactly("domain partner.example");
        assertThat(send(client(12), "somebody.else@partner.example"))
                .as("whoever of it comes now")
                .isPresent();
        assertThat(send(client(12), "anna@other.example")).isEmpty();
        assertThat(senders.holds().all()).extracting(Holds.Hold::taken).containsExactly(2L);
    }

    @Test
    void aClientIsHeldOfManyDomainsAndOneWhoseAddressSaysNothingIsNot() {
        for (int i = 1; i <= 11; i++) {
            assertThat(send(CARRIER, "a@d" + i + ".example")).isEmpty();
        }
        for (int i = 21; i <= 30; i++) {
            assertThat(send(CLIENT, "a@d" + i + ".example")).isEmpty();
        }
        assertThat(send(CLIENT, "a@d31.example")).isPresent();
        assertThat(onHold()).containsExactly("client 192.0.2.1");
        assertThat(send(client(1), "a@d31.example")).as("from elsewhere").isEmpty();
    }

    @Test
    void whoForgesANameOrMakesOthersBounceHasHisOwnMailHeldAndNobodyElses() {
        ReversePath anna = ReversePath.of(EmailAddress.of(ANNA));
        for (int i = 1; i <= 11; i++) {
            senders.judge(client(i), anna, false);
        }
        assertThat(onHold()).containsExactly("claimed-sender anna@partner.example");
        assertThat(send(CLIENT, ANNA)).as("what is hers").isEmpty();
        for (int i = 1; i <= 11; i++) {
            senders.judge(CLIENT, ReversePath.Null.INSTANCE, false);
        }
        assertThat(onHold())
                .containsExactly("bounces 192.0.2.1", "claimed-sender anna@partner.example");
        assertThat(send(CLIENT, "ben@other.example")).as("no bounce").isEmpty();
    }

    @Test
    void whatAPersonHasFoundGoodIsUsualFromThenOn() {
        chronicle.tell((kind, detail) -> notes.add(kind + " " + detail));
        assertThat(heldOf(11, CARRIER, ANNA)).isEqualTo(1);
        assertThat(senders.end("ANNA@partner.example", "olga")).hasSize(1);
        assertThat(notes).last().isEqualTo("hold-ended sender <" + ANNA + ">: ended by olga");
        assertThat(senders.begun()).isEmpty();
        assertThat(heldOf(10, CARRIER, ANNA)).isZero();
        assertThat(send(CARRIER, ANNA))
                .as("hers are usual, the domain's are not")
                .hasValueSatisfying(judged ->
                        assertThat(judged.why()).startsWith("domain partner.example: sent 11"));
        assertThat(senders.end("partner.example", "olga")).hasSize(1);
        assertThat(heldOf(11, CARRIER, ANNA)).isZero();
        assertThat(send(CARRIER, ANNA))
                .as("beyond twice what was found good")
                .hasValueSatisfying(judged ->
                        assertThat(judged.why())
                                .startsWith(
                                        "sender <anna@partner.example>: sent 23 messages within"
                                                + " the hour, 11 at most before"));
        assertThat(senders.end("nobody@partner.example", "olga")).isEmpty();
    }

    @Test
    void whatIsSentWhileOnHoldIsNoPastAndWhoGoesOnIsHeldAgain() {
        chronicle.tell((kind, detail) -> notes.add(kind + " " + detail));
        heldOf(11, CLIENT, ANNA);
        assertThat(heldOf(500, CLIENT, ANNA)).isEqualTo(500);
        time.advance(HOLD.plusSeconds(1));
        assertThat(senders.held()).isZero();
        senders.expire();
        assertThat(notes).last().isEqualTo("hold-ended sender <" + ANNA + ">: its time is over");
        assertThat(senders.begun()).isEmpty();
        assertThat(heldOf(10, CLIENT, ANNA)).isZero();
        assertThat(send(CLIENT, ANNA))
                .hasValueSatisfying(judged ->
                        assertThat(judged.why()).contains("sent 11 messages", "0 at most before"));
    }

    @Test
    void whatIsSwitchedOffLearnsAllTheSame() {
        config = TestSettings.anomalies(0, 0, RuleConfig.Mode.ENFORCE, HOLD);
        assertThat(heldOf(30, CLIENT, ANNA)).isZero();
        time.advance(Duration.ofDays(3));
        config = TestSettings.anomalies(10, 5, RuleConfig.Mode.ENFORCE, HOLD);
        assertThat(heldOf(60, CLIENT, ANNA)).as("twice the thirty of its past").isZero();
        assertThat(heldOf(1, CLIENT, ANNA)).isEqualTo(1);
    }

    @Test
    void whoIsPutOffByAStoreAsNobodyElseIsIsHeldAndWhatAPersonFoundGoodIsUsual() {
        for (int i = 1; i <= 12; i++) {
            attempt("p" + i + "@d" + i + ".example", client(i), 1, "", false);
        }
        for (int i = 0; i < 5; i++) {
            attempt(ANNA, CLIENT, 1, "", true);
        }
        attempt(ANNA, CLIENT, 2, "", true); // it has been counted at its first
        attempt(ANNA, CLIENT, 1, "connecting", true); // the store was away
        assertThat(senders.held()).isZero();
        attempt(ANNA, CLIENT, 1, "", true);
        assertThat(senders.holds().all())
                .singleElement()
                .satisfies(hold -> {
                    assertThat(hold.whose().text()).isEqualTo("sender " + ANNA);
                    assertThat(hold.why())
                            .isEqualTo(
                                    "had 6 of its 6 messages within the hour put off by store,"
                                            + " 0 % before");
                });
        senders.end(ANNA, "olga");
        for (int i = 0; i < 50; i++) {
            attempt(ANNA, CARRIER, 1, "", true);
        }
        assertThat(onHold()).doesNotContain("sender " + ANNA);
    }

    @Test
    void aStoreThatPutsEverybodyOffMakesNobodyAnomalous() {
        for (int i = 1; i <= 12; i++) {
            attempt("p" + i + "@d" + i + ".example", client(i), 1, "", true);
        }
        for (int i = 0; i < 50; i++) {
            attempt(ANNA, CLIENT, 1, "", true);
        }
        assertThat(senders.held()).isZero();
    }

    /** An attempt of a message of its own that SPF vouched for. */
    private void attempt(
            String from, InetAddress client, int attempt, String trouble, boolean deferred) {
        Recipient recipient = Recipient.of(EmailAddress.of("b@example.test"));
        QueueEntry entry =
                new QueueEntry(
                        new QueueId(++entries),
                        EntryState.QUEUED,
                        true,
                        Envelope.of(ReversePath.of(EmailAddress.of(from)), List.of(recipient)),
                        List.of(),
                        time.instant(),
                        Duration.ZERO,
                        100,
                        attempt - 1,
                        Optional.empty(),
                        "",
                        "",
                        Ip.text(client),
                        "mx.example",
                        Map.of(SenderAuthentication.NOTE, SenderAuthentication.SPF.word()),
                        "");
        senders.outcome(
                new RelayEvent(
                        entry,
                        recipient,
                        deferred ? RelayEvent.Outcome.DEFERRED : RelayEvent.Outcome.DELIVERED,
                        SmtpReply.of(deferred ? 451 : 250, deferred ? "4.2.0" : "2.0.0", "words"),
                        false,
                        "store",
                        attempt,
                        Duration.ZERO,
                        new RelayEvent.Via("store", null, trouble, RelayEvent.Handover.STORED),
                        "",
                        Duration.ZERO));
    }
}
