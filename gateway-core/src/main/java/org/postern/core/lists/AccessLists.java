package org.postern.core.lists;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.postern.core.config.FileReference;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.net.Ip;
import org.postern.core.problem.ProblemCollector;
import org.postern.core.yaml.SourceFile;

/**
 * The allow and deny lists of one configuration. An allow entry outweighs every deny entry; of
 * several, the narrowest network, the whole address before its domain, the longest domain is named.
 * Expired entries are as good as gone. Immutable; look-ups never block, any thread.
 */
public final class AccessLists {
    /** The longest list file in bytes: about six million addresses. */
    public static final int MAX_BYTES = 256 << 20;

    /** What the domain of an address may be looked up as. */
    private static final List<ListKind> OF_ADDRESS =
            List.of(ListKind.SENDER_DOMAIN, ListKind.AUTHOR_DOMAIN, ListKind.AUTHENTICATED_DOMAIN);

    private final ListTable allow;
    private final ListTable deny;
    private final ListTable addedAllow;
    private final ListTable addedDeny;
    private final Map<String, ListTable> named;
    private final InstantSource time;

    private AccessLists(
            ListTable allow,
            ListTable deny,
            ListTable addedAllow,
            ListTable addedDeny,
            Map<String, ListTable> named,
            InstantSource time) {
        this.allow = allow;
        this.deny = deny;
        this.addedAllow = addedAllow;
        this.addedDeny = addedDeny;
        this.named = Map.copyOf(named);
        this.time = time;
    }

    /** No lists. */
    public static AccessLists empty() {
        return load(List.of(), List.of(), InstantSource.system(), new ProblemCollector());
    }

    /**
     * Reads list files. A file with a problem contributes what is good in it; whether the lists may
     * be used is for the caller to say, from the problems.
     *
     * @param allow files of {@code lists.allow}
     * @param deny files of {@code lists.deny}
     * @param time the wall clock by which entries expire
     * @param problems receives what is wrong
     */
    public static AccessLists load(
            List<FileReference> allow,
            List<FileReference> deny,
            InstantSource time,
            ProblemCollector problems) {
        return load(allow, deny, Map.of(), time, problems);
    }

    /**
     * The same with lists of one's own.
     *
     * @param named files of {@code lists.named} by name
     */
    public static AccessLists load(
            List<FileReference> allow,
            List<FileReference> deny,
            Map<String, List<FileReference>> named,
            InstantSource time,
            ProblemCollector problems) {
        Map<String, ListTable> tables = new TreeMap<>();
        ListTable allowed = table(allow, time, problems);
        ListTable denied = table(deny, time, problems);
        named.forEach((name, files) -> tables.put(name, table(files, time, problems)));
        return new AccessLists(
                allowed,
                denied,
                table(List.of(), time, problems),
                table(List.of(), time, problems),
                tables,
                time);
    }

    /**
     * These lists with other added entries beside them: the big tables are shared, not read again.
     *
     * @param data the data directory, which {@link AddedEntries} writes beneath
     * @param problems receives what is wrong with the files of added entries
     */
    public AccessLists withAdded(Path data, ProblemCollector problems) {
        return new AccessLists(
                allow,
                deny,
                table(added(data, AddedEntries.Target.ALLOW), time, problems),
                table(added(data, AddedEntries.Target.DENY), time, problems),
                named,
                time);
    }

    /** These lists with the added entries of others. */
    public AccessLists withAddedOf(AccessLists other) {
        return new AccessLists(allow, deny, other.addedAllow, other.addedDeny, named, time);
    }

    private static List<FileReference> added(Path data, AddedEntries.Target target) {
        return AddedEntries.file(data, target).stream().toList();
    }

    private static ListTable table(
            List<FileReference> files, InstantSource time, ProblemCollector problems) {
        ListTable table = new ListTable();
        for (FileReference file : files) {
            SourceFile.read(file.shown(), MAX_BYTES, file.place(), problems)
                    .ifPresent(s -> {
                        table.entries().beginFile(s.path());
                        ListFile.read(s, table, problems, time.instant());
                    });
        }
        table.freeze();
        return table;
    }

    /** What the lists say of a client's address. */
    public ListMatch client(InetAddress address) {
        Instant now = time.instant();
        return match(table -> table.client(address, now));
    }

    /**
     * What the lists say of an address.
     *
     * @param kind {@link ListKind#SENDER} or {@link ListKind#RECIPIENT}
     */
    public ListMatch address(ListKind kind, EmailAddress address) {
        Instant now = time.instant();
        return match(table -> table.address(kind, address, now));
    }

    /**
     * What the lists say of a domain.
     *
     * @param kind one of those that {@link ListKind#isDomain()}
     */
    public ListMatch domain(ListKind kind, Domain domain) {
        Instant now = time.instant();
        return match(table -> table.domain(kind, domain.ascii(), now));
    }

    /**
     * What the lists say of the domains that one message has together, such as its authors': an
     * allow entry holds only where each of them has one, a deny entry where any has.
     *
     * @param kind one of those that {@link ListKind#isDomain()}
     */
    public ListMatch domains(ListKind kind, List<Domain> domains) {
        Instant now = time.instant();
        List<ListEntry> allowed = entries(allow, addedAllow, kind, domains, now);
        if (!domains.isEmpty() && allowed.size() == domains.size()) {
            return new ListMatch.Allow(allowed.getFirst());
        }
        List<ListEntry> denied = entries(deny, addedDeny, kind, domains, now);
        return denied.isEmpty() ? ListMatch.None.INSTANCE : new ListMatch.Deny(denied.getFirst());
    }

    /** One entry for each domain that has any. */
    private static List<ListEntry> entries(
            ListTable table, ListTable added, ListKind kind, List<Domain> domains, Instant now) {
        return domains.stream()
                .map(domain ->
                        table.domain(kind, domain.ascii(), now)
                                .or(() -> added.domain(kind, domain.ascii(), now)))
                .flatMap(Optional::stream)
                .toList();
    }

    private ListMatch match(Function<ListTable, Optional<ListEntry>> lookUp) {
        Optional<ListEntry> allowed = lookUp.apply(allow).or(() -> lookUp.apply(addedAllow));
        if (allowed.isPresent()) {
            return new ListMatch.Allow(allowed.get());
        }
        return lookUp.apply(deny)
                .or(() -> lookUp.apply(addedDeny))
                .<ListMatch>map(ListMatch.Deny::new)
                .orElse(ListMatch.None.INSTANCE);
    }

    /**
     * A list as rules ask for it.
     *
     * @param name one of {@code lists.named}, {@code allow} or {@code deny}
     */
    public NamedList list(String name) {
        return new View(tables(name));
    }

    private List<ListTable> tables(String name) {
        return switch (name) {
            case "allow" -> List.of(allow, addedAllow);
            case "deny" -> List.of(deny, addedDeny);
            default -> {
                ListTable table = named.get(name);
                yield table == null ? List.of() : List.of(table);
            }
        };
    }

    /** The names of {@code lists.named}. */
    public Set<String> names() {
        return named.keySet();
    }

    /** How many entries of a list, added ones among them, have an effect now. */
    public int inForce(String name) {
        int all = tables(name).stream().mapToInt(table -> table.entries().size()).sum();
        return all - expired(name);
    }

    /** How many entries of a list, added ones among them, have expired. */
    public int expired(String name) {
        Instant now = time.instant();
        return tables(name).stream().mapToInt(table -> table.entries().expired(now)).sum();
    }

    /** Tables as one list. */
    private final class View implements NamedList {
        private final List<ListTable> tables;

        View(List<ListTable> tables) {
            this.tables = tables;
        }

        private boolean hits(Function<ListTable, Optional<ListEntry>> lookUp) {
            return tables.stream().anyMatch(t -> lookUp.apply(t).isPresent());
        }

        @Override
        public boolean has(ListKind kind) {
            return tables.stream().anyMatch(t -> t.has(kind));
        }

        @Override
        public boolean hasClient(InetAddress address) {
            Instant now = time.instant();
            return hits(table -> table.client(address, now));
        }

        @Override
        public boolean hasAddress(ListKind kind, EmailAddress address) {
            Instant now = time.instant();
            return hits(table -> table.address(kind, address, now));
        }

        @Override
        public boolean hasDomain(ListKind kind, Domain domain) {
            Instant now = time.instant();
            return hits(table -> table.domain(kind, domain.ascii(), now));
        }
    }

    /**
     * How much stands in one list.
     *
     * @param name {@code allow}, {@code deny} or a name of {@code lists.named}
     * @param entries how many entries it has, expired ones among them
     * @param expired how many of them have expired
     * @param files the files that people keep it in
     */
    public record Size(String name, int entries, int expired, List<Path> files) {
        public Size {
            files = List.copyOf(files);
        }
    }

    /** Every list that is kept in files, by name. */
    public List<Size> sizes() {
        List<Size> sizes = new ArrayList<>();
        size("allow", allow, sizes);
        size("deny", deny, sizes);
        new TreeMap<>(named).forEach((name, table) -> size(name, table, sizes));
        return sizes;
    }

    private void size(String name, ListTable table, List<Size> sizes) {
        if (!table.files().isEmpty()) {
            sizes.add(
                    new Size(
                            name,
                            table.entries().size(),
                            table.entries().expired(time.instant()),
                            table.files()));
        }
    }

    /** How many allow entries there are, expired ones among them. */
    public int allowSize() {
        return allow.entries().size() + addedAllow.entries().size();
    }

    /** How many deny entries there are, expired ones among them. */
    public int denySize() {
        return deny.entries().size() + addedDeny.entries().size();
    }

    /**
     * Everything that hits an IP address, an e-mail address or a domain, whatever it may stand for:
     * what {@code postern lists test} shows.
     *
     * @throws InvalidAddressException if the text is none of them
     */
    public List<ListMatch> test(String text) throws InvalidAddressException {
        List<ListMatch> hits = new ArrayList<>();
        Instant now = time.instant();
        if (isIp(text)) {
            InetAddress address = Ip.parse(text);
            everywhere(hits, table -> table.client(address, now));
        } else if (text.indexOf('@') > 0) {
            EmailAddress address = EmailAddress.parse(text);
            everywhere(hits, table -> table.address(ListKind.SENDER, address, now));
            if (address.host() instanceof Domain domain) {
                for (ListKind kind : OF_ADDRESS) {
                    everywhere(hits, table -> table.domain(kind, domain.ascii(), now));
                }
            }
            everywhere(hits, table -> table.address(ListKind.RECIPIENT, address, now));
        } else {
            Domain domain = Domain.parse(text.startsWith("@") ? text.substring(1) : text);
            for (ListKind kind : ListKind.values()) {
                if (kind.isDomain()) {
                    everywhere(hits, table -> table.domain(kind, domain.ascii(), now));
                } else if (kind != ListKind.CLIENT) {
                    everywhere(hits, table -> table.wholeDomain(kind, domain, now));
                }
            }
            if (hits.isEmpty()) { // but for HELO, nothing can be listed by such a name
                EntryValue.requireName(domain);
            }
        }
        return List.copyOf(hits);
    }

    /** The hit of every table: what outweighs stands before what it outweighs. */
    private void everywhere(List<ListMatch> hits, Function<ListTable, Optional<ListEntry>> lookUp) {
        for (ListTable table : List.of(allow, addedAllow)) {
            lookUp.apply(table).map(ListMatch.Allow::new).ifPresent(hits::add);
        }
        for (ListTable table : List.of(deny, addedDeny)) {
            lookUp.apply(table).map(ListMatch.Deny::new).ifPresent(hits::add);
        }
        new TreeMap<>(named)
                .forEach((name, table) ->
                        lookUp.apply(table)
                                .map(entry -> new ListMatch.Named(name, entry))
                                .ifPresent(hits::add));
    }

    private static boolean isIp(String text) {
        try {
            Ip.parse(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
