package org.postern.core.recipients;

import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.PosternConfig;

/**
 * What recipients may ask for by name.
 *
 * @param downstreams names of {@code downstreams}
 * @param sets names of {@code policy.sets}
 */
record Offered(Set<String> downstreams, Set<String> sets) {
    Offered {
        downstreams = Set.copyOf(downstreams);
        sets = Set.copyOf(sets);
    }

    static Offered by(PosternConfig config) {
        return new Offered(config.downstreams().keySet(), config.policy().sets().keySet());
    }

    /** What is asked for and not there, in words. */
    Optional<String> missing(Handling handling) {
        return missing("downstream", handling.downstream(), downstreams, "downstreams")
                .or(() -> missing("set of rules", handling.policy(), sets, "policy.sets"));
    }

    private static Optional<String> missing(
            String what, @Nullable String name, Collection<String> known, String section) {
        if (name == null || known.contains(name)) {
            return Optional.empty();
        }
        String has =
                known.isEmpty()
                        ? section + " names none"
                        : section + " has " + String.join(", ", known.stream().sorted().toList());
        return Optional.of("no " + what + " is called " + name + "; " + has);
    }
}
