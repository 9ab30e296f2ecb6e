package org.postern.queue.spool.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.postern.queue.spool.disk.SimulatedDisk;
import org.postern.queue.spool.disk.SimulatedDisk.Kind;
import org.postern.queue.spool.disk.SimulatedDisk.Unforced;

/**
 * The crash points of {@code docs/spool.md}, enumerated: the machine stops at the first operation
 * that changes the disk, at the second, and so on to the last, and each time a restart finds of the
 * unforced writes nothing, all, or any part.
 */
class CrashPointTest {
    /** Every n-th point in a normal run; {@code -Dpostern.crash.step=1} takes them all. */
    private static final int STEP = Integer.getInteger("postern.crash.step", 1);

    @Test
    void losesNothingWhereverTheMachineStops() throws Exception {
        SimulatedDisk whole = new SimulatedDisk();
        CrashWorkload undisturbed = new CrashWorkload();
        undisturbed.run(whole);
        undisturbed.check(whole.restart(Unforced.KEPT, 0), "undisturbed");
        assertThat(whole.files()).noneMatch(f -> f.endsWith("00000001.seg"));
        long operations = whole.operations();
        Map<Kind, Integer> kinds = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            kinds.put(kind, whole.count(kind));
        }
        assertThat(kinds.values()).as("the workload does every kind of thing").doesNotContain(0);
        int points = 0;
        for (long at = 1; at <= operations; at += STEP) {
            SimulatedDisk disk = new SimulatedDisk().stopAt(at);
            CrashWorkload work = new CrashWorkload();
            work.run(disk);
            for (Unforced unforced : Unforced.values()) {
                work.check(
                        disk.restart(unforced, at),
                        "stopped at operation " + at + ", unforced writes " + unforced);
                points++;
            }
        }
        System.getLogger("CrashPointTest")
                .log(
                        System.Logger.Level.INFO,
                        "{0} operations, {1} crash points checked: {2}",
                        operations,
                        points,
                        kinds);
    }

    @Test
    void losesNothingWhenTheRestartIsStoppedToo() throws Exception {
        int points = 0;
        for (long at = 5; at <= 300; at += 23) {
            SimulatedDisk first = new SimulatedDisk().stopAt(at);
            CrashWorkload work = new CrashWorkload();
            work.run(first);
            for (long again = 1; again <= 40; again += 3) {
                SimulatedDisk second = first.restart(Unforced.SOME, at).stopAt(again);
                work.openOnly(second);
                work.check(
                        second.restart(Unforced.SOME, again),
                        "stopped at operation " + at + " and at " + again + " of the restart");
                points++;
            }
        }
        assertThat(points).isGreaterThan(100);
    }
}
