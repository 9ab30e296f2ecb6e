package org.postern.core.recipients;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.RecipientsConfig;

/**
 * Whether a store may be believed that says no. One that has lost its table of users says of
 * everybody that there is no such mailbox, for good and in the words of a healthy one. So it is
 * watched what it says of those whom it knew: of the last {@value #RECENT} of them, of all domains
 * and of each, no more than {@code recipients.max-removal} may be gone (and {@value
 * org.postern.core.config.RecipientsConfig#ALWAYS} always may), and of {@value #NONE_LEFT} or more
 * not everybody. It is believed again when it says yes to enough of them, or somebody confirms it.
 *
 * <p>Counted in answers and not in hours: a large site sees the loss with its next fifty questions,
 * a small one within its own day. Not thread-safe; no clock of its own.
 */
final class StoreDoubt {
    /** Of how many of those whom the store knew the last answers count. */
    static final int RECENT = 50;

    /** Of so many or more not everybody may be gone. */
    static final int NONE_LEFT = 3;

    /** How many must have been asked after a start until an earlier doubt is settled. */
    static final int ENOUGH = 10;

    private final DoubleSupplier maxRemoval;
    private final Answers all = new Answers();
    private final Map<String, Answers> ofDomains = new HashMap<>();
    private int carried;
    private @Nullable Instant believedUntil;

    /**
     * The last answer about one of them.
     *
     * @param knownAt when the store last said yes, or null if it says yes now
     * @param at when it was given
     */
    private record Said(@Nullable Instant knownAt, Instant at) {}

    /** Answers by the key of the address, the oldest first. */
    private static final class Answers {
        private final LinkedHashMap<String, Said> said = new LinkedHashMap<>();
        private int lost;

        void note(String key, Said answer) {
            remove(key);
            said.put(key, answer);
            lost += answer.knownAt() == null ? 0 : 1;
            if (said.size() > RECENT) {
                remove(said.firstEntry().getKey());
            }
        }

        private void remove(String key) {
            Said before = said.remove(key);
            lost -= before == null || before.knownAt() == null ? 0 : 1;
        }

        boolean isDoubtful(double maxRemoval) {
            return lost > Math.max(RecipientsConfig.ALWAYS, said.size() * maxRemoval)
                    || (lost >= NONE_LEFT && lost == said.size() && maxRemoval < 1);
        }
    }

    /**
     * @param maxRemoval the share of those whom it knew that may be gone
     */
    StoreDoubt(DoubleSupplier maxRemoval) {
        this.maxRemoval = maxRemoval;
    }

    /** A run before this one has doubted so many: so does this one, until enough are asked. */
    void carry(int lost) {
        carried = lost;
    }

    /** The store said yes. */
    void yes(String key, Instant now) {
        note(key, new Said(null, now));
    }

    /**
     * The store said no to somebody whom it knew.
     *
     * @param knownAt when it last said yes
     * @return whether it is doubted for this answer, and was not before
     */
    boolean no(String key, Instant knownAt, Instant now) {
        if (isBelieved(now)) {
            return false;
        }
        int before = doubtful().size();
        note(key, new Said(knownAt, now));
        return doubtful().size() > before;
    }

    private void note(String key, Said said) {
        all.note(key, said);
        ofDomains.computeIfAbsent(domain(key), d -> new Answers()).note(key, said);
    }

    private static String domain(String key) {
        return key.substring(key.lastIndexOf('@') + 1);
    }

    private List<Answers> doubtful() {
        double share = maxRemoval.getAsDouble();
        List<Answers> found = new ArrayList<>();
        if (all.isDoubtful(share)) {
            found.add(all);
        }
        ofDomains.values().stream().filter(a -> a.isDoubtful(share)).forEach(found::add);
        return found;
    }

    /** Whether a no to this address says nothing now. */
    boolean isOf(String key, Instant now) {
        if (isBelieved(now)) {
            return false;
        }
        double share = maxRemoval.getAsDouble();
        Answers own = ofDomains.get(domain(key));
        return carried > 0 || all.isDoubtful(share) || (own != null && own.isDoubtful(share));
    }

    /** Who is missing of those for whom it is doubted, and when the store last knew them. */
    Map<String, Instant> lost() {
        Map<String, Instant> found = new LinkedHashMap<>();
        for (Answers answers : doubtful()) {
            answers.said.forEach((key, said) -> {
                if (said.knownAt() != null) {
                    found.put(key, said.knownAt());
                }
            });
        }
        return found;
    }

    /** When the first of {@link #lost} was answered no, or null without any. */
    @Nullable Instant since() {
        Instant first = null;
        for (Answers answers : doubtful()) {
            for (Said said : answers.said.values()) {
                if (said.knownAt() != null && (first == null || said.at().isBefore(first))) {
                    first = said.at();
                }
            }
        }
        return first;
    }

    /** How many are missing; 0 where it is believed. */
    int count(Instant now) {
        return isBelieved(now) ? 0 : Math.max(carried, lost().size());
    }

    private boolean isBelieved(Instant now) {
        Instant until = believedUntil;
        return until != null && now.isBefore(until);
    }

    /** Whether others whom it knew should be asked about: it said no to one, or did before. */
    boolean wantsMore() {
        return carried > 0 || all.lost > 0;
    }

    /** Whether an answer about this address has come since the store first said no to one. */
    boolean hasSince(String key) {
        Said said = all.said.get(key);
        return said != null
                && all.said.values().stream()
                        .filter(other -> other.knownAt() != null)
                        .noneMatch(lost -> said.at().isBefore(lost.at()));
    }

    /** Whether the store said no to somebody of the same domain whom it knew. */
    boolean isNear(String key) {
        Answers own = ofDomains.get(domain(key));
        return own != null && own.lost > 0;
    }

    /**
     * Ends what an earlier run has doubted, once enough have been asked: from here on the answers
     * themselves say it.
     *
     * @param known how many there are whom it knew
     */
    void settle(int known) {
        if (all.said.size() >= Math.min(ENOUGH, known)) {
            carried = 0;
        }
    }

    /** Somebody has looked: a no is a no until then. */
    void believe(Instant until) {
        carried = 0;
        all.said.clear();
        all.lost = 0;
        ofDomains.clear();
        believedUntil = until;
    }
}
