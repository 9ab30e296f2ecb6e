package org.postern.core.recipients;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.postern.core.mail.EmailAddress;

/**
 * Where an alias ends that leads out of its own source: its target may be an alias of another
 * source, or of another domain of ours, whose store knows nothing of it. Mail goes where mail to
 * the target itself would go. Only what is in memory is asked. Used by one thread, once.
 */
final class AliasEnds {
    /** How many targets are looked at on the way. */
    private static final int MAX_STEPS = 20_000;

    private final Function<EmailAddress, Optional<List<EmailAddress>>> aliasOf;
    private final Set<EmailAddress> ends = new LinkedHashSet<>();
    private final Set<String> entered = new HashSet<>();
    private final Deque<String> open = new ArrayDeque<>();
    private int steps;
    private String trouble = "";

    private AliasEnds(Function<EmailAddress, Optional<List<EmailAddress>>> aliasOf) {
        this.aliasOf = aliasOf;
    }

    /**
     * Follows the targets of an alias.
     *
     * @param address the alias
     * @param targets where its own source says that its mail goes
     * @param aliasOf where the mail of any alias goes, as its source says
     */
    static AliasWalk.Ends of(
            EmailAddress address,
            List<EmailAddress> targets,
            Function<EmailAddress, Optional<List<EmailAddress>>> aliasOf) {
        AliasEnds walk = new AliasEnds(aliasOf);
        walk.follow(address, targets);
        return walk.trouble.isEmpty()
                ? new AliasWalk.Ends(List.copyOf(walk.ends), "")
                : new AliasWalk.Ends(List.of(), walk.trouble);
    }

    private void follow(EmailAddress address, List<EmailAddress> targets) {
        if (open.size() > AliasWalk.MAX_DEPTH) {
            trouble = "leads through more than " + AliasWalk.MAX_DEPTH + " others";
            return;
        }
        if (!entered.add(address.key())) {
            return;
        }
        open.push(address.key());
        for (EmailAddress target : targets) {
            Optional<List<EmailAddress>> further =
                    // an alias that names itself keeps a copy in the mailbox of that name
                    target.key().equals(address.key()) ? Optional.empty() : aliasOf.apply(target);
            if (further.isEmpty()) {
                ends.add(target);
            } else if (further.get().isEmpty()) {
                trouble = "leads to " + target + ", which leads nowhere";
            } else if (open.contains(target.key())) {
                trouble = "leads back to itself";
            } else {
                follow(target, further.get());
            }
            if (++steps > MAX_STEPS || ends.size() > AliasWalk.MAX_TARGETS) {
                trouble = "leads to more than " + AliasWalk.MAX_TARGETS + " addresses";
            }
            if (!trouble.isEmpty()) {
                return;
            }
        }
        open.pop();
    }
}
