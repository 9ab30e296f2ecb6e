package org.postern.queue.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.postern.queue.schedule.RelayFixture.OK;
import static org.postern.queue.schedule.RelayFixture.recipient;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.QueueId;
import org.postern.core.mail.Recipient;
import org.postern.core.mail.ReversePath;
import org.postern.queue.delivery.DeliveryReport;
import org.postern.queue.spool.EntryBrief;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.Route;

/** Recipients whose mail goes elsewhere than that of their domain. */
class OwnDownstreamTest extends WithRelay {
    private static final Duration SOON = Duration.ofSeconds(20);

    @BeforeEach
    void open() throws Exception {
        relay.answers("store", false, true, r -> OK);
        relay.answers("west", false, true, r -> OK);
    }

    private Map<String, String> waysOfAll(int count) {
        await().atMost(SOON).until(() -> relay.events.size() >= count);
        return relay.events.stream()
                .collect(
                        Collectors.toMap(
                                e -> e.recipient().address().toString(), RelayEvent::downstream));
    }

    @Test
    void eachRecipientOfOneMessageGoesItsOwnWay() throws Exception {
        relay.own.put("bob@example.net", "west");
        relay.start()
                .store(
                        "a@example.org",
                        recipient("alice@example.net"),
                        recipient("bob@example.net"));
        assertThat(waysOfAll(2))
                .containsOnly(
                        Map.entry("alice@example.net", "store"),
                        Map.entry("bob@example.net", "west"));
        await().atMost(SOON).until(() -> relay.finished.size() == 1);
    }

    @Test
    void whoseDirectoryCannotSayWaitsAndIsOfferedToNoOtherStore() throws Exception {
        relay.unsure.add("bob@example.net");
        relay.start()
                .store(
                        "a@example.org",
                        recipient("alice@example.net"),
                        recipient("bob@example.net"));
        assertThat(waysOfAll(2))
                .containsOnly(
                        Map.entry("alice@example.net", "store"), Map.entry("bob@example.net", ""));
        relay.unsure.clear();
        relay.own.put("bob@example.net", "west");
        await().atMost(SOON)
                .until(() -> {
                    relay.time.advance(Duration.ofMinutes(1));
                    return relay.finished.size() == 1;
                });
        assertThat(relay.events.getLast().downstream()).isEqualTo("west");
    }

    @Test
    void aDownstreamThatHangsHoldsUpNobodyWhoHasAnother() throws Exception {
        CountDownLatch open = new CountDownLatch(1);
        relay.does(
                "west",
                true,
                request -> {
                    assertThat(open.await(20, TimeUnit.SECONDS)).isTrue();
                    return new DeliveryReport(
                            request.envelope().recipients().stream()
                                    .collect(
                                            Collectors.toMap(
                                                    r -> r, r -> RelayFixture.outcome(OK))),
                            "west:25",
                            null,
                            "TLS",
                            false,
                            Duration.ZERO);
                });
        relay.own.put("bob@example.net", "west");
        relay.start();
        for (int i = 0; i < 40; i++) {
            relay.store("a@example.org", recipient("bob@example.net"));
        }
        QueueId last = relay.store("a@example.org", recipient("alice@example.net"));
        await().atMost(SOON).until(() -> relay.find(last).isEmpty());
        assertThat(relay.scheduler.lanes())
                .filteredOn(l -> l.downstream().equals("west"))
                .singleElement()
                .satisfies(l -> assertThat(l.running() + l.waiting()).isLessThanOrEqualTo(6));
        open.countDown();
        await().atMost(SOON).until(() -> relay.finished.size() == 41);
    }

    @Test
    void whoHasMovedWhileTheMessageWaitedGetsItWhereTheyAreNow() throws Exception {
        relay.own.put("bob@example.net", "west");
        relay.store("a@example.org", recipient("bob@example.net"));
        relay.store("a@example.org", recipient("carol@example.net"));
        relay.own.clear();
        relay.own.put("carol@example.net", "west");
        relay.start();
        assertThat(waysOfAll(2))
                .containsOnly(
                        Map.entry("bob@example.net", "store"),
                        Map.entry("carol@example.net", "west"));
    }

    /** Recipients whose domains together are a route that the index cannot number. */
    private Recipient[] manyDomains() throws Exception {
        Recipient[] all = new Recipient[20];
        for (int i = 0; i < all.length; i++) {
            String domain = "d" + i + "." + "x".repeat(60) + ".example";
            relay.routes.put(domain, "store");
            all[i] = recipient("ann@" + domain);
        }
        return all;
    }

    @Test
    void whatHasNoRouteInTheIndexIsNotGatheredBeforeADownstreamThatIsStopped() throws Exception {
        List<QueueId> ids = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            ids.add(relay.store("a@example.org", manyDomains()));
        }
        relay.scheduler.pause("store", "test", Duration.ofHours(1));
        relay.start();
        await().atMost(SOON)
                .untilAsserted(() -> {
                    List<EntryBrief> all = new ArrayList<>();
                    relay.spool.survey(Set.of(EntryState.QUEUED), all::add);
                    assertThat(all)
                            .hasSize(ids.size())
                            .allSatisfy(e -> {
                                assertThat(e.active()).isFalse();
                                assertThat(e.waitSeconds()).as("let go for a while").isPositive();
                            });
                });
        assertThat(relay.scheduler.lanes())
                .filteredOn(l -> l.downstream().equals("store"))
                .allSatisfy(l -> assertThat(l.waiting()).isZero());
        relay.scheduler.resume("store");
        await().atMost(SOON)
                .until(() -> {
                    relay.time.advance(Duration.ofSeconds(31));
                    relay.scheduler.wake();
                    return relay.finished.size() == ids.size();
                });
    }

    @Test
    void theWayOutlivesARestart() throws Exception {
        relay.own.put("bob@example.net", "west");
        QueueId id = relay.store("a@example.org", recipient("bob@example.net"));
        relay.close();
        relay.open();
        assertThat(relay.find(id).orElseThrow().notes())
                .containsEntry(Route.NOTE, "example.net>west");
        relay.start();
        assertThat(waysOfAll(1)).containsOnly(Map.entry("bob@example.net", "west"));
    }

    @Test
    void aRouteHasAPartForEachDomainAndForEachDownstreamOfItsOwn() throws Exception {
        Envelope envelope =
                Envelope.of(
                        ReversePath.of(EmailAddress.of("a@example.org")),
                        List.of(
                                recipient("b@two.example"),
                                recipient("c@one.example"),
                                recipient("d@one.example"),
                                recipient("e@one.example")));
        assertThat(Route.of(envelope, a -> a.localPart().equals("c") ? "west" : null))
                .isEqualTo("one.example,one.example>west,two.example");
        assertThat(Route.of(envelope, Map.of())).isEqualTo("one.example,two.example");
        assertThat(Route.of(envelope, Map.of(Route.NOTE, "x>y"))).isEqualTo("x>y");
        assertThat(Route.host("one.example>west")).isEqualTo("one.example");
        assertThat(Route.downstream("one.example>west")).isEqualTo("west");
        assertThat(Route.downstream("one.example")).isNull();
    }
}
