package org.postern.core.config;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.postern.core.dnsbl.DnsblHit;
import org.postern.core.dnsbl.DnsblVerdict;
import org.postern.core.mail.Domain;

/**
 * Section {@code dnsbl}: DNS block and allow lists.
 *
 * @param threshold {@code threshold}: the score from which the rule {@code dnsbl} applies
 * @param mode {@code mode}: whether that rule refuses or is only counted
 * @param deadline {@code deadline}: how long an answer may take, from when it was asked for
 * @param selfTest {@code self-test}: how often each list is tested
 * @param lists {@code lists}
 */
public record DnsblConfig(
        int threshold,
        RuleConfig.Mode mode,
        Duration deadline,
        Duration selfTest,
        List<DnsListConfig> lists) {
    public DnsblConfig {
        lists = List.copyOf(lists);
    }

    /**
     * What the lists say together.
     *
     * @param unanswered the lists that could not say
     */
    public DnsblVerdict verdict(List<DnsblHit> hits, List<String> unanswered) {
        int mercy =
                lists.stream()
                        .filter(list -> list.weight() < 0 && unanswered.contains(list.name()))
                        .filter(list -> hits.stream().noneMatch(h -> h.list().equals(list.name())))
                        .mapToInt(list -> -list.weight())
                        .sum();
        return new DnsblVerdict(hits, unanswered, mercy);
    }

    /**
     * What these lists make of answers that others of the same zones had: their own weights, and
     * only the subjects and return codes that they take. A list of a zone that was not asked has no
     * hit.
     *
     * @param unanswered the names of lists that could not say
     */
    public DnsblVerdict again(List<DnsblHit> had, List<String> unanswered) {
        List<DnsblHit> hits =
                had.stream()
                        .flatMap(hit ->
                                lists.stream()
                                        .filter(list -> list.counts(hit))
                                        .map(list ->
                                                new DnsblHit(
                                                        list.name(),
                                                        hit.zone(),
                                                        hit.subject(),
                                                        hit.value(),
                                                        list.weight(),
                                                        hit.code(),
                                                        hit.text())))
                        .distinct()
                        .toList();
        return verdict(
                hits,
                unanswered.stream()
                        .filter(name -> lists.stream().anyMatch(l -> l.name().equals(name)))
                        .toList());
    }

    /**
     * Whether a list of a zone means something by exactly this answer: then it is an answer like
     * any other there.
     */
    public boolean names(Domain zone, InetAddress answer) {
        return lists.stream()
                .filter(list -> list.zone().equals(zone))
                .flatMap(list -> list.codes().stream())
                .anyMatch(code -> code.isExactly(answer));
    }

    /** No list is asked. */
    public static final DnsblConfig NONE =
            new DnsblConfig(
                    1,
                    RuleConfig.Mode.ENFORCE,
                    Duration.ofSeconds(3),
                    Duration.ofMinutes(10),
                    List.of());
}
