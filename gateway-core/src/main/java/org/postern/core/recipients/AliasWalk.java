package org.postern.core.recipients;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;

/**
 * The way from one alias to the addresses where it ends. Each alias is entered once, however many
 * lead to it: ten aliases that each name the next ten would otherwise be ten thousand million ways.
 * Used by one thread, once.
 */
final class AliasWalk {
    /** How many aliases one may lead through in a row. */
    static final int MAX_DEPTH = 10;

    /** How many addresses one may end at. */
    static final int MAX_TARGETS = 1_000;

    /** How many targets are looked at on the way. */
    private static final int MAX_STEPS = 20_000;

    private final RecipientFile file;
    private final Set<EmailAddress> ends = new LinkedHashSet<>();
    private final Set<String> entered = new HashSet<>();
    private final Set<String> open = new HashSet<>();
    private int steps;
    private String trouble = "";

    private AliasWalk(RecipientFile file) {
        this.file = file;
    }

    /**
     * Where an alias ends.
     *
     * @param targets in the order of the file; empty where there is a trouble
     * @param trouble why nobody can say, as the end of a sentence about the alias; or empty
     */
    record Ends(List<EmailAddress> targets, String trouble) {}

    /**
     * Follows an alias.
     *
     * @param key what the alias stands under
     * @param domain the domain that was asked for
     */
    static Ends of(RecipientFile file, String key, Domain domain) {
        AliasWalk walk = new AliasWalk(file);
        walk.follow(key, domain, 0);
        return walk.trouble.isEmpty()
                ? new Ends(List.copyOf(walk.ends), "")
                : new Ends(List.of(), walk.trouble);
    }

    private void follow(String key, Domain domain, int depth) {
        String here = key + " " + domain.ascii();
        if (open.contains(here)) {
            trouble = "leads back to itself";
            return;
        }
        if (depth > MAX_DEPTH) {
            trouble = "leads through more than " + MAX_DEPTH + " others";
            return;
        }
        if (!entered.add(here)) {
            return;
        }
        open.add(here);
        for (RecipientFile.Target target : file.targets(key)) {
            Domain in = target.domain() == null ? domain : target.domain();
            Optional<String> further = file.aliasKey(target.localPart(), in, domain);
            // an alias that names itself keeps a copy in the mailbox of that name
            boolean itself = further.isPresent() && further.get().equals(key) && in.equals(domain);
            if (further.isPresent() && !itself) {
                follow(further.get(), in, depth + 1);
            } else {
                ends.add(target.in(in));
            }
            if (++steps > MAX_STEPS || ends.size() > MAX_TARGETS) {
                trouble = "leads to more than " + MAX_TARGETS + " addresses";
            }
            if (!trouble.isEmpty()) {
                return;
            }
        }
        open.remove(here);
    }
}
