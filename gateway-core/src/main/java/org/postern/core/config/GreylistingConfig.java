package org.postern.core.config;

import java.time.Duration;
import java.util.List;
import org.postern.core.net.Cidr;

/**
 * Section {@code greylisting}.
 *
 * @param mode {@code mode}: off unless told otherwise
 * @param delay {@code delay}: how long a new triplet waits
 * @param window {@code retry-window}: how long after its first try it may come back
 * @param keep {@code keep}: how long a triplet that passed is let in, from when it last was
 * @param entries {@code entries}: triplets remembered at most
 * @param pools {@code pools}: networks that are let by
 * @param domains {@code domains}: sender domains that are let by where SPF passes
 */
public record GreylistingConfig(
        Mode mode,
        Duration delay,
        Duration window,
        Duration keep,
        int entries,
        List<Cidr> pools,
        List<ConditionConfig.DomainPattern> domains) {
    public GreylistingConfig {
        pools = List.copyOf(pools);
        domains = List.copyOf(domains);
    }

    /** Whether it is done. */
    public enum Mode {
        /** Nothing is remembered and nobody waits. */
        OFF,
        /** Remembered and counted; nobody waits. */
        OBSERVE,
        /** Who is new waits. */
        ENFORCE
    }

    /** Off. */
    public static final GreylistingConfig OFF =
            new GreylistingConfig(
                    Mode.OFF,
                    Duration.ofMinutes(5),
                    Duration.ofDays(2),
                    Duration.ofDays(35),
                    1_000_000,
                    List.of(),
                    List.of());
}
