package org.postern.core.recipients;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.ConfigDraft;
import org.postern.core.config.DomainConfig;
import org.postern.core.config.PosternConfig;
import org.postern.core.config.RecipientSourceConfig;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.problem.ProblemCollector;

/** The directories of every domain that mail is taken for. Immutable once loaded; any thread. */
public final class Recipients implements RecipientDirectory {
    /** The longest recipient file in bytes. */
    public static final int MAX_BYTES = 256 << 20;

    private final Map<Domain, RecipientDirectory> directories;
    private final Offered offered;
    private final FilesOnDisk.Read read;

    /** A directory for each hosted domain, none of which asks for anything special. */
    public Recipients(Map<Domain, RecipientDirectory> directories) {
        this(
                directories,
                new Offered(Set.of(), Set.of()),
                new FilesOnDisk.Read(Map.of(), Map.of()));
    }

    private Recipients(
            Map<Domain, RecipientDirectory> directories, Offered offered, FilesOnDisk.Read read) {
        this.directories = Map.copyOf(directories);
        this.offered = offered;
        this.read = read;
    }

    /** The sources of a domain, in the order in which they are asked. */
    List<RecipientDirectory> sources(Domain domain) {
        return switch (directories.get(domain)) {
            case null -> List.of();
            case DomainRecipients several -> several.sources();
            case RecipientDirectory one -> List.of(one);
        };
    }

    /** Like {@link #lookup}, but nobody is asked over the network, and no alias is followed. */
    RecipientLookup listed(EmailAddress address) {
        RecipientDirectory directory =
                address.host() instanceof Domain domain ? directories.get(domain) : null;
        return directory == null
                ? RecipientLookup.NotHosted.INSTANCE
                : directory.fromMemory(address);
    }

    /** The recipient files, by their absolute paths. */
    Map<Path, RecipientFile> files() {
        return read.tables();
    }

    /** Those of them that are answered from their last good copies, by their absolute paths. */
    Map<Path, KeptCopies.Kept> kept() {
        return read.kept();
    }

    /**
     * A recipient file in use.
     *
     * @param file its absolute path
     * @param path where it lies, as the configuration names it
     * @param entries how many recipients and aliases it has
     * @param digest what it was read from, for {@link KeptCopies#keep}
     * @param kept what is served in its place, or null
     */
    public record FileSource(
            Path file, Path path, int entries, String digest, KeptCopies.@Nullable Kept kept) {}

    /** The recipient files, by name. */
    public List<FileSource> fileSources() {
        List<FileSource> all = new ArrayList<>();
        files().forEach((file, table) -> {
            KeptCopies.@Nullable Kept kept = kept().get(file);
            Path shown = kept == null ? table.path() : kept.file();
            all.add(new FileSource(file, shown, table.size(), table.digest(), kept));
        });
        all.sort(Comparator.comparing(FileSource::path));
        return all;
    }

    /** One source made of these addresses, for tests and tools. */
    public static RecipientDirectory fixed(List<EmailAddress> addresses) {
        return new StaticDirectory(addresses);
    }

    /**
     * Reads every recipient file that a configuration names, each once, and builds the directories
     * if the configuration itself is good.
     *
     * @param draft what was read of the configuration
     * @param use what becomes of a file that is of no use, or that has lost too many
     * @param problems receives what is wrong with the files
     */
    public static Recipients load(
            ConfigDraft draft, KeptCopies.Use use, ProblemCollector problems) {
        FilesOnDisk.Read read = FilesOnDisk.of(draft, use, problems);
        return draft.config()
                .map(config -> assemble(config, read))
                .orElseGet(() -> new Recipients(Map.of()));
    }

    private static Recipients assemble(PosternConfig config, FilesOnDisk.Read read) {
        Map<Domain, RecipientDirectory> directories = new HashMap<>();
        for (DomainConfig domain : config.domains().values()) {
            List<RecipientDirectory> sources = new ArrayList<>();
            for (RecipientSourceConfig source : domain.recipients()) {
                sources.add(
                        switch (source) {
                            case RecipientSourceConfig.FromFile f -> file(read.tables(), f.path());
                            case RecipientSourceConfig.Static s ->
                                    new StaticDirectory(s.addresses());
                            case RecipientSourceConfig.AcceptAll a -> new AcceptAllDirectory();
                            case RecipientSourceConfig.Remote remote -> new Unasked(remote);
                        });
            }
            directories.put(domain.domain(), new DomainRecipients(sources));
        }
        return new Recipients(directories, Offered.by(config), read);
    }

    private static RecipientDirectory file(Map<Path, RecipientFile> files, Path path) {
        RecipientFile file = files.get(path);
        if (file == null) {
            throw new IllegalStateException("the draft does not name " + path);
        }
        return file;
    }

    @Override
    public RecipientLookup lookup(EmailAddress address) {
        return lookUp(address, directory -> directory.lookup(address));
    }

    @Override
    public RecipientLookup fromMemory(EmailAddress address) {
        return lookUp(address, directory -> directory.fromMemory(address));
    }

    private RecipientLookup lookUp(
            EmailAddress address, Function<RecipientDirectory, RecipientLookup> asked) {
        if (address.host() instanceof Domain domain) {
            RecipientDirectory directory = directories.get(domain);
            if (directory != null) {
                RecipientLookup found = asked.apply(directory);
                return found instanceof RecipientLookup.Known known
                        ? handled(address, known)
                        : found;
            }
        }
        return RecipientLookup.NotHosted.INSTANCE;
    }

    private boolean isHosted(EmailAddress address) {
        return address.host() instanceof Domain domain && directories.containsKey(domain);
    }

    /**
     * An alias of a directory may name addresses of others, or of a domain that was ours: mail is
     * not passed on to them, and where nobody else is named, nobody can say what is right.
     *
     * <p>Somebody who asks for what the configuration does not have is neither delivered elsewhere
     * nor judged by other rules: nobody can say now what is right. Mail to an alias is judged by
     * the rules of its first target that has some.
     */
    private RecipientLookup handled(EmailAddress address, RecipientLookup.Known listed) {
        AliasWalk.Ends ends = AliasEnds.of(address, listed.targets(), this::aliasOf);
        if (!ends.trouble().isEmpty()) {
            return new RecipientLookup.Unavailable(
                    listed.source() + ": this alias " + ends.trouble());
        }
        List<EmailAddress> ours = ends.targets().stream().filter(this::isHosted).toList();
        if (ours.isEmpty()) {
            EmailAddress first = listed.targets().getFirst();
            return new RecipientLookup.Unavailable(
                    listed.source()
                            + (SyncListing.NOWHERE.equals(first)
                                    ? " is an alias that leads to no address"
                                    : " leads to " + first + ", which is of no domain of ours"));
        }
        RecipientLookup.Known known = ours.equals(listed.targets()) ? listed : listed.to(ours);
        @Nullable String set = known.handling().policy();
        for (EmailAddress target : ours) {
            Handling handling = target.equals(address) ? known.handling() : handlingOrNone(target);
            Optional<String> missing = offered.missing(handling);
            if (missing.isPresent()) {
                return new RecipientLookup.Unavailable(
                        known.source() + " asks for what is not there: " + missing.get());
            }
            set = set == null ? handling.policy() : set;
        }
        Handling whole = Handling.of(known.handling().downstream(), set);
        return whole.equals(known.handling())
                ? known
                : new RecipientLookup.Known(
                        known.targets(), known.source(), whole, known.anybody());
    }

    private Handling handlingOrNone(EmailAddress address) {
        return handling(address).orElse(Handling.NONE);
    }

    @Override
    public Optional<Handling> handling(EmailAddress address) {
        RecipientDirectory directory =
                address.host() instanceof Domain domain ? directories.get(domain) : null;
        return directory == null ? Optional.empty() : directory.handling(address);
    }

    @Override
    public Optional<List<EmailAddress>> aliasOf(EmailAddress address) {
        RecipientDirectory directory =
                address.host() instanceof Domain domain ? directories.get(domain) : null;
        return directory == null ? Optional.empty() : directory.aliasOf(address);
    }

    @Override
    public Optional<EmailAddress> withoutDetail(EmailAddress address) {
        RecipientDirectory directory =
                address.host() instanceof Domain domain ? directories.get(domain) : null;
        return directory == null ? Optional.empty() : directory.withoutDetail(address);
    }

    @Override
    public boolean tellsHandling(EmailAddress address) {
        RecipientDirectory directory =
                address.host() instanceof Domain domain ? directories.get(domain) : null;
        return directory == null || directory.tellsHandling(address);
    }

    @Override
    public Set<Handling> handlings() {
        return directories.values().stream()
                .flatMap(d -> d.handlings().stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public String name() {
        return "all";
    }

    /** The name of the source or sources of an address's domain, for metrics. */
    public String sourceOf(EmailAddress address) {
        RecipientDirectory directory =
                address.host() instanceof Domain domain ? directories.get(domain) : null;
        return directory == null ? "none" : directory.name();
    }

    /**
     * The same with every source over the network asked by a directory that can: reading a
     * configuration asks nobody.
     */
    public Recipients bound(
            Function<RecipientSourceConfig.Remote, RecipientDirectory> directoryOf) {
        Map<Domain, RecipientDirectory> bound = new HashMap<>();
        directories.forEach((domain, directory) ->
                bound.put(
                        domain,
                        directory instanceof DomainRecipients several
                                ? several.bound(directoryOf)
                                : directory));
        return new Recipients(bound, offered, read);
    }

    /** A directory that says of everybody that it is not asked. */
    public static RecipientDirectory unasked(RecipientSourceConfig.Remote config) {
        return new Unasked(config);
    }

    /** A source over the network that nobody asks, as in {@code postern check}. */
    record Unasked(RecipientSourceConfig.Remote config) implements RecipientDirectory {
        @Override
        public RecipientLookup lookup(EmailAddress address) {
            return new RecipientLookup.Unavailable(config.name() + " is not asked here");
        }

        @Override
        public String name() {
            return config.kind();
        }
    }

    /**
     * Whether the sources of an address's domain can say something of it now: none that it hangs on
     * is away, or not asked here.
     */
    public boolean answers(EmailAddress address) {
        RecipientDirectory directory =
                address.host() instanceof Domain domain ? directories.get(domain) : null;
        return directory == null
                || !(directory.lookup(address) instanceof RecipientLookup.Unavailable);
    }

    /**
     * Who gets mail for a postmaster without a domain: that of the first domain, in order of names,
     * that has one. Only where memory knows of none is a source asked, and only one of them: with
     * many call-outs a session would else wait for each in turn.
     */
    public Optional<EmailAddress> postmaster() {
        List<EmailAddress> all =
                directories.keySet().stream()
                        .sorted()
                        .map((Domain domain) -> EmailAddress.of("postmaster", domain))
                        .toList();
        return all.stream()
                .filter(a -> listed(a) instanceof RecipientLookup.Known)
                .findFirst()
                .or(() ->
                        all.stream()
                                .filter(a -> listed(a) instanceof RecipientLookup.Unavailable)
                                .findFirst()
                                .filter(a -> lookup(a) instanceof RecipientLookup.Known));
    }

    /** The domains that mail is taken for. */
    public Set<Domain> domains() {
        return directories.keySet();
    }
}
