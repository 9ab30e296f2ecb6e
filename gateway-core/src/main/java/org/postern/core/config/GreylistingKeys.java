package org.postern.core.config;

import static org.postern.core.config.ValueTypes.CIDR;
import static org.postern.core.config.ValueTypes.DURATION_TYPE;
import static org.postern.core.config.ValueTypes.number;

import java.time.Duration;
import java.util.List;
import org.postern.core.config.Key.Shape;
import org.postern.core.net.Cidr;

/** The settings of section {@code greylisting}: a part of the table of {@link Keys}. */
final class GreylistingKeys {
    private static final String SECTION = "greylisting";

    static final Key<GreylistingConfig.Mode> MODE =
            new Key<>(
                    SECTION,
                    "mode",
                    PolicyWords.greylisting(),
                    Shape.ONE,
                    "off",
                    "observe remembers and counts, and nobody waits; enforce answers who is new"
                            + " 451 4.7.1");
    static final Key<Duration> DELAY =
            duration(
                    "delay", "5m", "how long a new triplet of network, sender and recipient waits");
    static final Key<Duration> WINDOW =
            duration(
                    "retry-window",
                    "2d",
                    "how long after its first try it may come back; later it is new again");
    static final Key<Duration> KEEP =
            duration("keep", "35d", "how long one that came back is let in, from when it last was");
    static final Key<Integer> ENTRIES =
            new Key<>(
                    SECTION,
                    "entries",
                    number(1_000, 50_000_000),
                    Shape.ONE,
                    "1000000",
                    "triplets remembered at most, about 50 octets each; the waiting go first");
    static final Key<Cidr> POOLS =
            new Key<>(
                    SECTION,
                    "pools",
                    CIDR,
                    Shape.LIST,
                    "",
                    "networks that are let by, such as those whose retries come from elsewhere");
    static final Key<ConditionConfig.DomainPattern> DOMAINS =
            new Key<>(
                    SECTION,
                    "domains",
                    ValueTypes.DOMAIN_PATTERN,
                    Shape.LIST,
                    "",
                    "sender domains that are let by where SPF passes for them");

    /** Every key of the section. */
    static final List<Key<?>> ALL = List.of(MODE, DELAY, WINDOW, KEEP, ENTRIES, POOLS, DOMAINS);

    /** A pool of fewer bits is warned of: nobody sends from more of IPv4. */
    private static final int WIDEST_POOL = 8;

    /** The same for IPv6, of which a registry has a /12 at the least. */
    private static final int WIDEST_POOL_V6 = 16;

    private GreylistingKeys() {}

    private static Key<Duration> duration(String name, String fallback, String doc) {
        return new Key<>(SECTION, name, DURATION_TYPE, Shape.ONE, fallback, doc);
    }

    /** Reads the section. */
    static GreylistingConfig read(Section s, org.postern.core.problem.ProblemCollector problems) {
        GreylistingConfig config =
                new GreylistingConfig(
                        s.orDefault(MODE),
                        s.orDefault(DELAY),
                        s.orDefault(WINDOW),
                        s.orDefault(KEEP),
                        s.orDefault(ENTRIES),
                        s.values(POOLS),
                        s.values(DOMAINS));
        s.finish();
        config.pools().stream()
                .filter(pool ->
                        pool.prefix()
                                < (pool.networkBytes().length == 4 ? WIDEST_POOL : WIDEST_POOL_V6))
                .forEach(pool ->
                        problems.warning(
                                s.placeOf(POOLS),
                                "pool "
                                        + pool
                                        + " lets a great part of the internet by, and all who send"
                                        + " from there without coming twice"));
        if (config.delay().isZero()) {
            problems.error(s.placeOf(DELAY), "greylisting.delay must be longer than 0");
        }
        if (config.delay().compareTo(config.window()) >= 0) {
            problems.error(
                    s.placeOf(s.has(WINDOW.name()) ? WINDOW : DELAY),
                    "greylisting.delay must be shorter than greylisting.retry-window");
        }
        if (config.keep().compareTo(config.window()) < 0) {
            problems.error(
                    s.placeOf(KEEP),
                    "greylisting.keep must not be shorter than greylisting.retry-window");
        }
        if (config.delay().compareTo(Duration.ofHours(1)) > 0) {
            problems.warning(
                    s.placeOf(DELAY),
                    "greylisting.delay of more than an hour: many senders come back after one, and"
                            + " then wait for hours");
        }
        return config;
    }
}
