package org.postern.core.recipients;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.postern.core.lists.NameIndex;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.InvalidAddressException;

/**
 * The content of one recipient file: who exists, what aliases stand for, what separates a
 * subaddress, who gets the rest. A local part written alone holds for every domain that uses the
 * file. Filled by {@link RecipientFileReader}, then only read; any thread.
 */
final class RecipientFile implements RecipientDirectory {
    private final Path path;
    private final NameIndex lines = new NameIndex();
    private final Map<String, List<Target>> aliases = new HashMap<>();
    private final Map<String, Handling> handlings = new HashMap<>();
    private final Map<Handling, Handling> distinct = new HashMap<>();
    private @Nullable Character separator;
    private @Nullable Target catchAll;
    private @Nullable Set<Domain> domains;
    private String digest = "";

    /**
     * An address, or a local part that holds in every domain of a file.
     *
     * @param localPart without quotes
     * @param domain null for the domain that was asked for
     */
    record Target(String localPart, @Nullable Domain domain) {
        private static final String ANY = "@any.invalid";

        /**
         * Reads one, quoted where the grammar needs it.
         *
         * @return empty for an address literal, which is no address of ours
         */
        static Optional<Target> parse(String text) throws InvalidAddressException {
            // an @ within quotes is a part of the local part (RFC 5321, 4.1.2)
            boolean whole = text.lastIndexOf('@') > text.lastIndexOf('"');
            EmailAddress address = EmailAddress.parse(whole ? text : text + ANY);
            return address.host() instanceof Domain domain
                    ? Optional.of(new Target(address.localPart(), whole ? domain : null))
                    : Optional.empty();
        }

        EmailAddress in(Domain asked) {
            return EmailAddress.of(localPart, domain == null ? asked : domain);
        }

        /** As {@link #parse} reads it. */
        @Override
        public String toString() {
            String address = in(Domain.of(ANY.substring(1))).toString();
            return domain == null ? address.substring(0, address.length() - ANY.length()) : address;
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
        String local = EmailAddress.folded(localPart) + "@";
        return domain == null ? local : local + domain.ascii();
    }

    @Override
    public RecipientLookup lookup(EmailAddress address) {
        if (!(address.host() instanceof Domain domain)) {
            return RecipientLookup.Unknown.INSTANCE;
        }
        return exact(address, address.localPart(), domain)
                .or(() -> ofUser(address, domain))
                .or(() -> theRest(domain))
                .orElse(RecipientLookup.Unknown.INSTANCE);
    }

    @Override
    public Optional<EmailAddress> withoutDetail(EmailAddress address) {
        return address.host() instanceof Domain domain
                        && listed(address.localPart(), domain).isEmpty()
                ? user(address.localPart()).map(user -> EmailAddress.of(user, domain))
                : Optional.empty();
    }

    private Optional<RecipientLookup> ofUser(EmailAddress address, Domain domain) {
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

    @Override
    public Optional<List<EmailAddress>> aliasOf(EmailAddress address) {
        if (!(address.host() instanceof Domain domain)) {
            return Optional.empty();
        }
        return listed(address.localPart(), domain)
                .or(() -> user(address.localPart()).flatMap(user -> listed(user, domain)))
                .filter(aliases::containsKey)
                .map(key -> AliasWalk.of(this, key, domain).targets());
    }

    private Optional<RecipientLookup> theRest(Domain domain) {
        return Optional.ofNullable(catchAll)
                .map(target -> {
                    Domain in = target.domain() == null ? domain : target.domain();
                    String source = path + " (catch-all)";
                    return aliasKey(target.localPart(), in, domain)
                            .map(key -> behind(key, in, source, Handling.NONE, true))
                            .orElseGet(() ->
                                    new RecipientLookup.Known(
                                            List.of(target.in(in)), source, Handling.NONE, true));
                });
    }

    private Optional<RecipientLookup> exact(EmailAddress asked, String localPart, Domain domain) {
        return listed(localPart, domain)
                .map(key -> {
                    String source = path + ":" + lines.find(key);
                    Handling handling = handlings.getOrDefault(key, Handling.NONE);
                    return aliases.containsKey(key)
                            ? behind(key, domain, source, handling, false)
                            : new RecipientLookup.Known(List.of(asked), source, handling);
                });
    }

    /** Where an alias ends; it exists, so one in trouble is not unknown. */
    private RecipientLookup behind(
            String key, Domain domain, String source, Handling handling, boolean anybody) {
        AliasWalk.Ends ends = AliasWalk.of(this, key, domain);
        return ends.trouble().isEmpty()
                ? new RecipientLookup.Known(ends.targets(), source, handling, anybody)
                : new RecipientLookup.Unavailable(source + ": this alias " + ends.trouble());
    }

    /** What an alias names, in the order of the file; empty for what is none. */
    List<Target> targets(String key) {
        return aliases.getOrDefault(key, List.of());
    }

    /**
     * What the alias of this name stands under, if there is one.
     *
     * @param from the domain of what leads there; a local part alone holds in it, and in another
     *     domain of ours only if that uses this file, which {@link AliasEnds} asks
     */
    Optional<String> aliasKey(String localPart, Domain domain, Domain from) {
        String own = key(localPart, domain);
        return (domain.equals(from) ? listed(localPart, domain) : Optional.of(own))
                .filter(aliases::containsKey);
    }

    /** Why an alias ends nowhere, as the end of a sentence about it; empty where it is good. */
    String troubleOf(String key, Domain domain) {
        return AliasWalk.of(this, key, domain).trouble();
    }

    /** Whether somebody gets the mail of those who are not listed. */
    boolean hasCatchAll() {
        return catchAll != null;
    }

    /**
     * Each name of these domains, or of every domain, and its domain ({@code ""} for every); those
     * left out that are only aliases which lead to nobody of ours.
     */
    void names(Set<Domain> hosted, BiConsumer<String, String> action) {
        Set<String> ours = new HashSet<>();
        hosted.forEach(domain -> ours.add(domain.ascii()));
        lines.forEach(key -> {
            String domain = key.substring(key.lastIndexOf('@') + 1);
            if ((domain.isEmpty() || ours.contains(domain))
                    && leadsSomewhere(key, domain, hosted)) {
                action.accept(key, domain);
            }
        });
    }

    /** Whether a key is a name of {@link #names}. */
    boolean reaches(String key, String domain, Set<Domain> hosted) {
        return lines.find(key) != NameIndex.NONE && leadsSomewhere(key, domain, hosted);
    }

    /** Whether mail for what stands under a key reaches anybody in one of these domains. */
    private boolean leadsSomewhere(String key, String domain, Set<Domain> hosted) {
        return !aliases.containsKey(key)
                || (domain.isEmpty() ? hosted : Set.of(Domain.of(domain)))
                        .stream()
                                .anyMatch(asked ->
                                        AliasWalk.of(this, key, asked).targets().stream()
                                                .anyMatch(end ->
                                                        end.host() instanceof Domain d
                                                                && hosted.contains(d)));
    }

    /** How many recipients and aliases there are of these domains, or of every domain. */
    int sizeIn(Set<Domain> hosted) {
        int[] size = {0};
        names(hosted, (key, domain) -> size[0]++);
        return size[0];
    }

    /**
     * How many recipients and aliases there are of each of these domains; those that hold in every
     * domain count in each.
     */
    Map<Domain, Integer> counts(Set<Domain> asked) {
        Map<String, Integer> named = new HashMap<>();
        names(asked, (key, domain) -> named.merge(domain, 1, Integer::sum));
        int every = named.getOrDefault("", 0);
        Map<Domain, Integer> found = new HashMap<>();
        asked.forEach(domain -> found.put(domain, every + named.getOrDefault(domain.ascii(), 0)));
        return found;
    }

    /** The domains that a list from elsewhere was made for; empty where nobody has said. */
    Optional<Set<Domain>> domains() {
        return Optional.ofNullable(domains);
    }

    void domains(Set<Domain> all) {
        domains = Set.copyOf(all);
    }

    Path path() {
        return path;
    }

    /** Of the octets that it was read from, as {@link KeptCopies} makes it; empty for no file. */
    String digest() {
        return digest;
    }

    void digest(String ofOctets) {
        digest = ofOctets;
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
