package org.postern.core.recipients;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postern.core.lists.NameIndex;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;

/**
 * The content of one recipient file: who exists, what aliases stand for, what separates a
 * subaddress, who gets the rest. A local part written alone holds for every domain that uses the
 * file. Filled by {@link RecipientFileReader}, then only read; any thread.
 */
final class RecipientFile implements RecipientDirectory {
    /** How many aliases one may lead through, and how many addresses it may end at. */
    static final int MAX_ALIAS_DEPTH = 10;

    static final int MAX_TARGETS = 1_000;

    private final Path path;
    private final NameIndex lines = new NameIndex();
    private final Map<String, List<Target>> aliases = new HashMap<>();
    private final Map<String, Handling> handlings = new HashMap<>();
    private final Map<Handling, Handling> distinct = new HashMap<>();
    private @Nullable Character separator;
    private @Nullable Target catchAll;

    /**
     * An address that mail goes to.
     *
     * @param localPart without quotes
     * @param domain null for the domain that was asked for
     */
    record Target(String localPart, @Nullable Domain domain) {
        EmailAddress in(Domain asked) {
            return EmailAddress.of(localPart, domain == null ? asked : domain);
        }
    }

    RecipientFile(Path path) {
        this.path = path;
    }

    /** Notes a recipient or alias; returns the line that already has it, if any. */
    Optional<Integer> add(String key, int line) {
        int before = lines.putIfAbsent(key, line);
        return before == NameIndex.NONE ? Optional.empty() : Optional.of(before);
    }

    void addAlias(String key, List<Target> targets) {
        aliases.put(key, List.copyOf(targets));
    }

    /** Notes what is asked for a recipient alone; the same thing for many is kept once. */
    void handle(String key, Handling handling) {
        if (!handling.equals(Handling.NONE)) {
            handlings.put(key, distinct.computeIfAbsent(handling, h -> h));
        }
    }

    void separator(char character) {
        separator = character;
    }

    void catchAll(Target target) {
        catchAll = target;
    }

    /** The key of a local part in a domain, or in every domain. */
    static String key(String localPart, @Nullable Domain domain) {
        String local = localPart.toLowerCase(java.util.Locale.ROOT) + "@";
        return domain == null ? local : local + domain.ascii();
    }

    @Override
    public RecipientLookup lookup(EmailAddress address) {
        if (!(address.host() instanceof Domain domain)) {
            return RecipientLookup.Unknown.INSTANCE;
        }
        return exact(address, address.localPart(), domain)
                .or(() -> withoutDetail(address, domain))
                .or(() -> theRest(domain))
                .orElse(RecipientLookup.Unknown.INSTANCE);
    }

    private Optional<RecipientLookup> withoutDetail(EmailAddress address, Domain domain) {
        return user(address.localPart()).flatMap(user -> exact(address, user, domain));
    }

    /** What stands before the detail of a subaddress. */
    private Optional<String> user(String localPart) {
        int end =
                separator == null
                        ? -1
                        : localPart.indexOf(separator); // RFC 5233, 1: user, separator, detail
        return end <= 0 ? Optional.empty() : Optional.of(localPart.substring(0, end));
    }

    @Override
    public Optional<Handling> handling(EmailAddress address) {
        if (!(address.host() instanceof Domain domain)) {
            return Optional.empty();
        }
        return listed(address.localPart(), domain)
                .or(() -> user(address.localPart()).flatMap(user -> listed(user, domain)))
                .map(key -> handlings.getOrDefault(key, Handling.NONE));
    }

    @Override
    public Set<Handling> handlings() {
        return Set.copyOf(distinct.keySet());
    }

    /** The key that a local part stands under. */
    private Optional<String> listed(String localPart, Domain domain) {
        String own = key(localPart, domain);
        if (lines.find(own) != NameIndex.NONE) {
            return Optional.of(own);
        }
        String every = key(localPart, null);
        return lines.find(every) != NameIndex.NONE ? Optional.of(every) : Optional.empty();
    }

    private Optional<RecipientLookup> theRest(Domain domain) {
        return Optional.ofNullable(catchAll)
                .map(target ->
                        new RecipientLookup.Known(
                                List.of(target.in(domain)), path + " (catch-all)"));
    }

    private Optional<RecipientLookup> exact(EmailAddress asked, String localPart, Domain domain) {
        return listed(localPart, domain)
                .map(key ->
                        new RecipientLookup.Known(
                                aliases.containsKey(key) ? resolve(key, domain) : List.of(asked),
                                path + ":" + lines.find(key),
                                handlings.getOrDefault(key, Handling.NONE)));
    }

    /** What an alias ends at, in the order of the file; the reader has made sure it ends. */
    private List<EmailAddress> resolve(String key, Domain domain) {
        Set<EmailAddress> ends = new LinkedHashSet<>();
        collect(key, domain, 0, ends);
        return List.copyOf(ends);
    }

    private void collect(String key, Domain domain, int depth, Set<EmailAddress> ends) {
        for (Target target : aliases.getOrDefault(key, List.of())) {
            Domain in = target.domain() == null ? domain : target.domain();
            Optional<String> further = aliasKey(target.localPart(), in);
            if (further.isPresent() && depth < MAX_ALIAS_DEPTH && ends.size() < MAX_TARGETS) {
                collect(further.get(), in, depth + 1, ends);
            } else {
                ends.add(target.in(in));
            }
        }
    }

    private Optional<String> aliasKey(String localPart, Domain domain) {
        return listed(localPart, domain).filter(aliases::containsKey);
    }

    /** An alias that leads back to itself or through too many others, if the given one does. */
    boolean leadsInCircles(String key, Domain domain) {
        return circles(key, domain, new ArrayList<>());
    }

    private boolean circles(String key, Domain domain, List<String> way) {
        String step = key + " " + domain;
        if (way.contains(step) || way.size() > MAX_ALIAS_DEPTH) {
            return true;
        }
        way.add(step);
        for (Target target : aliases.getOrDefault(key, List.of())) {
            Domain in = target.domain() == null ? domain : target.domain();
            Optional<String> further = aliasKey(target.localPart(), in);
            if (further.isPresent() && circles(further.get(), in, way)) {
                return true;
            }
        }
        way.removeLast();
        return false;
    }

    /**
     * How many names of this file another lacks, those of domains that are no longer ours left
     * aside.
     */
    int missingIn(RecipientFile other, Set<Domain> hosted) {
        Set<String> ours = new HashSet<>();
        hosted.forEach(domain -> ours.add(domain.ascii()));
        int[] missing = {0};
        lines.forEach(key -> {
            String domain = key.substring(key.lastIndexOf('@') + 1);
            if ((domain.isEmpty() || ours.contains(domain))
                    && other.lines.find(key) == NameIndex.NONE) {
                missing[0]++;
            }
        });
        return missing[0];
    }

    /** How many recipients and aliases there are. */
    int size() {
        return lines.size();
    }

    @Override
    public String name() {
        return "file";
    }
}
