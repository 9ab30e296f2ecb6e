package org.postern.core.dnsbl;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What all lists together say. A list that is switched off, does not answer or answers late says
 * nothing: it is neither a hit nor an acquittal.
 *
 * @param hits the lists that have the client or a name, in the order of the configuration
 * @param unanswered names of lists that are switched off, or were asked and could not say in time
 * @param mercy how much lower the score might be if all of these had spoken, not negative
 */
public record DnsblVerdict(List<DnsblHit> hits, List<String> unanswered, int mercy) {
    /** Nobody was asked, or nobody has anything. */
    public static final DnsblVerdict NOTHING = new DnsblVerdict(List.of(), List.of(), 0);

    public DnsblVerdict {
        hits = List.copyOf(hits);
        unanswered = List.copyOf(unanswered);
    }

    /**
     * The weights of all lists with a hit together. A list counts once, however many of HELO,
     * sender and author it has: that is one opinion, not three.
     */
    public int score() {
        Set<String> counted = new HashSet<>();
        return hits.stream()
                .filter(hit -> counted.add(hit.list()))
                .mapToInt(DnsblHit::weight)
                .sum();
    }

    /** The score if every list that could not say had spoken for the client. */
    public int leastScore() {
        return score() - mercy;
    }

    /** Whether a list of this name has a hit. */
    public boolean hit(String list) {
        return hits.stream().anyMatch(h -> h.list().equals(list));
    }

    /** Whether there is a hit on such a subject. */
    public boolean about(Subject subject) {
        return hits.stream().anyMatch(h -> h.subject() == subject);
    }

    /** The hit that weighs most against the client, the first of several. */
    public Optional<DnsblHit> heaviest() {
        return hits.stream()
                .filter(h -> h.weight() > 0)
                .max(
                        Comparator.comparingInt(DnsblHit::weight)
                                .thenComparing(Comparator.comparingInt(hits::indexOf).reversed()));
    }

    /** All hits on one line for logs; empty where there is none. */
    public String describe() {
        return hits.stream().map(DnsblHit::toString).collect(Collectors.joining(", "));
    }
}
