package org.postern.queue.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postern.queue.spool.EntryState;

class EntryIndexTest {
    private static final Set<EntryState> ALL = Set.of(EntryState.values());

    private EntryIndex index = new EntryIndex();

    @AfterEach
    void close() {
        index.close();
    }

    private Slot entry(long id, String route) {
        return Slot.fresh(
                id,
                (int) id + 1,
                (int) id + 2,
                EntryState.QUEUED,
                (int) id + 3,
                index.route(route),
                10,
                (int) id + 4,
                (int) id + 5,
                (int) id + 6);
    }

    private List<Long> ids(Set<EntryState> states) {
        List<Long> ids = new ArrayList<>();
        Walk walk = index.walk(states);
        for (List<Slot> slots = walk.next(); slots != null; slots = walk.next()) {
            slots.forEach(s -> ids.add(s.id()));
        }
        return ids;
    }

    @Test
    void isWhatASortedMapIsWhateverComesAndGoesInWhateverOrder() {
        for (int seed = 0; seed < 30; seed++) {
            close();
            index = new EntryIndex();
            Random random = new Random(seed);
            NavigableMap<Long, Slot> model = new TreeMap<>();
            // some seeds nearly in order, as sessions commit; some without any
            int disorder = seed % 3 == 0 ? 1 : seed % 3 == 1 ? 100 : 1_000_000;
            double gone = random.nextDouble();
            for (int i = 0; i < 20_000; i++) {
                long id = i * 3L + random.nextInt(disorder);
                Slot slot = entry(id, "r" + id % 7);
                if (model.putIfAbsent(id, slot) == null) {
                    index.put(slot);
                }
                if (random.nextDouble() < gone) {
                    remove(model, random.nextLong(i * 3L + disorder));
                }
            }
            compare(model);
            while (model.size() > 20) {
                remove(model, random.nextLong(60_000L + disorder));
            }
            compare(model);
            while (!model.isEmpty()) {
                remove(model, 0);
            }
            compare(model);
        }
    }

    private void remove(NavigableMap<Long, Slot> model, long near) {
        Long id = model.ceilingKey(near);
        if (id == null && !model.isEmpty()) {
            id = model.lastKey();
        }
        if (id != null) {
            assertThat(index.remove(id)).isEqualTo(model.remove(id));
            assertThat(index.get(id)).isNull();
        }
    }

    private void compare(NavigableMap<Long, Slot> model) {
        assertThat(ids(ALL)).isEqualTo(new ArrayList<>(model.keySet()));
        model.forEach((id, slot) -> assertThat(index.get(id)).isEqualTo(slot));
        assertThat(index.count(EntryState.QUEUED)).isEqualTo(model.size());
        assertThat(index.bytes()).isEqualTo(model.size() * 10L);
        assertThat(index.oldestTriable())
                .isEqualTo(model.isEmpty() ? null : model.firstEntry().getValue());
    }

    @Test
    void takesNoMoreForOneEntryBecauseItsNeighboursHaveGone() {
        for (long id = 0; id < 1_000_000; id++) {
            index.put(entry(id, "a.example"));
        }
        long full = index.footprint().plain();
        assertThat(full).isLessThan(70_000_000);
        for (long id = 0; id < 1_000_000; id++) {
            if (id % 100 != 0) {
                index.remove(id);
            }
        }
        assertThat(ids(ALL)).hasSize(10_000);
        assertThat(index.footprint().plain()).isLessThan(full / 3);
        for (long id = 0; id < 1_000_000; id += 100) {
            index.remove(id);
        }
        assertThat(index.footprint().plain()).isLessThanOrEqualTo(4 << 20);
        index.put(entry(7, "a.example"));
        assertThat(ids(ALL)).containsExactly(7L);
    }

    @Test
    void takesTheDiskBeyondItsShareOfMemoryAndDoesWithoutWhenThatIsFull() {
        AtomicInteger asked = new AtomicInteger();
        close();
        index =
                new EntryIndex(
                        (octets, arena) -> {
                            if (asked.incrementAndGet() > 2) {
                                throw new IOException("No space left on device");
                            }
                            return arena.allocate(octets);
                        },
                        5 << 20);
        for (long id = 0; id < 400_000; id++) {
            index.put(entry(id, "a.example"));
        }
        assertThat(index.footprint().backed()).isEqualTo(8 << 20);
        assertThat(index.footprint().plain()).isGreaterThan(8 << 20);
        assertThat(ids(ALL)).hasSize(400_000);
        for (long id = 0; id < 400_000; id++) {
            index.remove(id);
        }
        assertThat(index.footprint().backed()).isZero();
    }

    @Test
    void passesOverPagesOfRoutesThatAreRefused() {
        for (long id = 0; id < 100_000; id++) {
            index.put(entry(id, id % 50_000 == 49_999 ? "open.example" : "shut.example"));
        }
        List<String> asked = new ArrayList<>();
        List<Slot> claimed =
                index.claimDue(
                        10,
                        1_000_000,
                        false,
                        route -> {
                            asked.add(route);
                            return route.equals("open.example");
                        });
        assertThat(claimed).extracting(Slot::id).containsExactly(49_999L, 99_999L);
        assertThat(asked).containsExactly("shut.example", "open.example", "open.example");
        assertThat(index.activeCount()).isEqualTo(2);
        assertThat(index.claimDue(10, 1_000_000, false, r -> r.equals("open.example"))).isEmpty();
        index.unclaim(49_999, -1);
        assertThat(index.claimDue(10, 1_000_000, false, r -> r.equals("open.example")))
                .extracting(Slot::id)
                .containsExactly(49_999L);
    }

    @Test
    void refusesOneOfManyRoutesWithoutTheOthers() {
        for (long id = 0; id < 1000; id++) {
            index.put(entry(id, "d" + id % 200 + ".example"));
        }
        assertThat(index.claimDue(1000, 10_000, false, r -> !r.equals("d7.example"))).hasSize(995);
        assertThat(index.claimDue(1000, 10_000, false, r -> true))
                .hasSize(5)
                .allMatch(s -> index.routeText(s.route()).equals("d7.example"));
    }

    @Test
    void claimsWhatBecomesDueAgainInPagesThatWerePassedOver() {
        for (long id = 0; id < 2000; id++) {
            index.put(entry(id, "a.example"));
        }
        assertThat(index.claimDue(2000, 3000, false, r -> true)).hasSize(2000);
        for (long id = 0; id < 2000; id++) {
            index.setState(id, 1, 1, EntryState.DEFERRED, 10_000 + (int) id);
            index.unclaim(id, -1);
        }
        assertThat(index.claimDue(2000, 9999, false, r -> true)).isEmpty();
        assertThat(index.setWake(1234, 0)).isTrue();
        index.put(entry(5000, "a.example"));
        assertThat(index.claimDue(10, 9999, true, r -> true))
                .extracting(Slot::id)
                .containsExactly(5000L, 1234L);
        assertThat(index.claimDue(2000, 10_010, false, r -> true))
                .extracting(Slot::id)
                .containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
    }

    @Test
    void findsWhatTheTrashLetsGo() {
        for (long id = 0; id < 1000; id++) {
            index.put(entry(id, "a.example"));
        }
        index.setState(400, 1, 1, EntryState.TRASH, 50);
        index.setState(700, 1, 1, EntryState.TRASH, 60);
        assertThat(index.expiredTrash(49, 10)).isEmpty();
        assertThat(index.expiredTrash(50, 10)).containsExactly(400L);
        assertThat(index.expiredTrash(60, 10)).containsExactly(400L, 700L);
        index.remove(400);
        index.setState(700, 1, 1, EntryState.HELD, 60);
        assertThat(index.expiredTrash(1000, 10)).isEmpty();
        assertThat(ids(Set.of(EntryState.HELD))).containsExactly(700L);
    }

    @Test
    void numbersNoMoreRoutesThanItHasRoomFor() {
        for (int i = 0; i < 70_000; i++) {
            index.route("d" + i + ".example");
        }
        assertThat(index.routeText(index.route("d7.example"))).isEqualTo("d7.example");
        assertThat(index.route("d69999.example")).isZero();
        assertThat(index.route("x,".repeat(600))).isZero();
        assertThat(index.routeText(0)).isEmpty();
    }

    @Test
    void isEmptyOnceClosed() {
        index.put(entry(1, "a.example"));
        index.close();
        assertThat(index.get(1)).isNull();
        assertThat(index.claimDue(1, 100, false, r -> true)).isEmpty();
        assertThat(ids(ALL)).isEmpty();
        index.put(entry(2, "a.example"));
        assertThat(index.get(2)).isNull();
    }
}
