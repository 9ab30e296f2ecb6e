package org.postern.core.lists;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.FileReference;
import org.postern.core.files.WholeFile;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.net.Cidr;
import org.postern.core.problem.Place;
import org.postern.core.problem.ProblemCollector;
import org.postern.core.time.TimeSource;
import org.postern.core.yaml.SourceFile;
import org.postern.core.yaml.YamlText;

/**
 * The entries that commands and spam traps add: a file of their own for each list, {@code
 * lists/added-allow.yaml} and {@code lists/added-deny.yaml} under the data directory, in the format
 * of every other list, so that nothing ever rewrites a file that a person keeps. They are read with
 * the configuration, and again by {@link org.postern.core.snapshot.Snapshots#refreshAdded} after a
 * change, which reads nothing else.
 *
 * <p>A change is written whole to a second file, forced, and moved into place: a crash leaves the
 * old file or the new one. Entries that have expired go with the next change. Thread-safe; two
 * programs must not change the same files.
 */
public final class AddedEntries {
    /** How many entries each file may hold. */
    public static final int MAX_ENTRIES = 10_000;

    /** How many of those spam traps may have, so that people always find room. */
    public static final int MAX_TRAPPED = 8_000;

    private final Path data;
    private final Path directory;
    private final TimeSource time;
    private final ReentrantLock changing = new ReentrantLock();

    /** Which of the two lists. */
    public enum Target {
        /** The entries that pass by the deny lists. */
        ALLOW("added-allow.yaml"),
        /** The entries that are refused. */
        DENY("added-deny.yaml");

        private final String file;
        private final String word = name().toLowerCase(Locale.ROOT);

        Target(String file) {
            this.file = file;
        }

        /** The word in commands and metrics. */
        public String word() {
            return word;
        }

        /** The list of a word. */
        public static Optional<Target> of(String word) {
            return Arrays.stream(values()).filter(t -> t.word.equals(word)).findFirst();
        }
    }

    /**
     * @param data the data directory
     * @param time the clock by which entries expire
     */
    public AddedEntries(Path data, TimeSource time) {
        this.data = data;
        this.directory = data.resolve("lists");
        this.time = time;
    }

    /** The file of a list under a data directory, if there is one; to be read with the others. */
    public static Optional<FileReference> file(Path data, Target target) {
        Path file = path(data, target);
        return Files.exists(file)
                ? Optional.of(new FileReference(file, file, Place.start(file)))
                : Optional.empty();
    }

    static Path path(Path data, Target target) {
        return data.resolve("lists").resolve(target.file);
    }

    /** Whether a file is one of these: its entries come and go by themselves, unwatched. */
    static boolean isAdded(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.equals(Target.ALLOW.file) || name.equals(Target.DENY.file);
    }

    /** The entries of a list, in the order they were added. */
    public List<ListEntry> entries(Target target) throws IOException {
        return List.copyOf(read(target).values());
    }

    /**
     * Adds an entry, or gives one that is there another comment, owner and end.
     *
     * @param value as it would stand in a list file
     * @param comment why
     * @param owner who, or which trap
     * @param expires from when on it has no effect, or null for never
     * @return the entry in its normal form
     * @throws InvalidAddressException if the value is no address or domain
     * @throws IllegalArgumentException if it is no network
     * @throws IOException if the file cannot be written, or is full; nothing has changed then
     */
    public ListEntry add(
            Target target,
            ListKind kind,
            String value,
            @Nullable String comment,
            @Nullable String owner,
            @Nullable Instant expires)
            throws InvalidAddressException, IOException {
        String normal = EntryValue.normal(kind, value);
        changing.lock();
        try {
            Map<String, ListEntry> entries = withoutExpired(read(target));
            entries.remove(key(kind, normal));
            if (entries.size() >= MAX_ENTRIES) {
                throw new IOException(
                        directory.resolve(target.file)
                                + " holds "
                                + MAX_ENTRIES
                                + " entries, the most allowed; remove some, or keep a list of your"
                                + " own");
            }
            ListEntry entry =
                    new ListEntry(
                            kind,
                            EntryValue.written(kind, normal),
                            directory.resolve(target.file),
                            1,
                            comment,
                            owner,
                            expires);
            entries.put(key(kind, normal), entry);
            write(target, entries);
            return read(target).getOrDefault(key(kind, normal), entry); // with its line
        } finally {
            changing.unlock();
        }
    }

    /**
     * Adds clients that wrote to spam traps, all with one change of the file. What somebody else
     * has added stays as it is; where traps have as much as they may, what ends first goes.
     *
     * @param clients each client and why
     * @param expires from when on the entries have no effect
     * @return how many are new or end later than before
     * @throws IOException if the file cannot be written, or is full; nothing has changed then
     */
    public int addTrapped(Map<Cidr, String> clients, Instant expires) throws IOException {
        changing.lock();
        try {
            Map<String, ListEntry> entries = withoutExpired(read(Target.DENY));
            int added = 0;
            for (Map.Entry<Cidr, String> client : clients.entrySet()) {
                String value = client.getKey().toString();
                String key = key(ListKind.CLIENT, value);
                ListEntry before = entries.get(key);
                if (before != null && !before.isOfSpamTrap()) {
                    continue;
                }
                entries.remove(key); // to the end: entries of traps stand by their end
                entries.put(
                        key,
                        new ListEntry(
                                ListKind.CLIENT,
                                value,
                                directory.resolve(Target.DENY.file),
                                1,
                                client.getValue(),
                                ListEntry.SPAM_TRAP,
                                expires));
                added++;
            }
            if (added > 0) {
                makeRoom(entries);
                write(Target.DENY, entries);
            }
            return added;
        } finally {
            changing.unlock();
        }
    }

    private void makeRoom(Map<String, ListEntry> entries) throws IOException {
        long trapped = entries.values().stream().filter(ListEntry::isOfSpamTrap).count();
        Iterator<ListEntry> oldest = entries.values().iterator();
        while (oldest.hasNext() && (trapped > MAX_TRAPPED || entries.size() > MAX_ENTRIES)) {
            if (oldest.next().isOfSpamTrap()) {
                oldest.remove();
                trapped--;
            }
        }
        if (entries.size() > MAX_ENTRIES) {
            throw new IOException(directory.resolve(Target.DENY.file) + " is full");
        }
    }

    /**
     * Takes an entry back.
     *
     * @return whether it was there
     * @throws IOException if the file cannot be written; nothing has changed then
     */
    public boolean remove(Target target, ListKind kind, String value)
            throws InvalidAddressException, IOException {
        String normal = EntryValue.normal(kind, value);
        changing.lock();
        try {
            Map<String, ListEntry> entries = withoutExpired(read(target));
            boolean there = entries.remove(key(kind, normal)) != null;
            if (there) {
                write(target, entries);
            }
            return there;
        } finally {
            changing.unlock();
        }
    }

    private static String key(ListKind kind, String normal) {
        return kind.key() + " " + normal;
    }

    private Map<String, ListEntry> withoutExpired(Map<String, ListEntry> entries) {
        Instant now = time.instant();
        entries.values().removeIf(e -> e.expires() != null && !now.isBefore(e.expires()));
        return entries;
    }

    private Map<String, ListEntry> read(Target target) throws IOException {
        Map<String, ListEntry> entries = new LinkedHashMap<>();
        Optional<FileReference> file = file(data, target);
        if (file.isEmpty()) {
            return entries;
        }
        ProblemCollector problems = new ProblemCollector();
        Path path = file.get().absolute();
        SourceFile.read(path, AccessLists.MAX_BYTES, file.get().place(), problems)
                .ifPresent(source ->
                        ListFile.read(source, sink(path, entries), problems, time.instant()));
        if (problems.errorCount() > 0) {
            // never written over: a person has edited it, and what they meant would be lost
            throw new UnreadableListException(problems.toProblems().errors().getFirst().toString());
        }
        return entries;
    }

    /** Receives the entries of a file of added entries. */
    static ListFile.Sink sink(Path path, Map<String, ListEntry> entries) {
        return new ListFile.Sink() {
            @Override
            public void network(Cidr network, int line, EntryTable.Details about) {
                name(ListKind.CLIENT, network.toString(), line, about);
            }

            @Override
            public void name(ListKind kind, String name, int line, EntryTable.Details about) {
                entries.put(
                        key(kind, name),
                        new ListEntry(
                                kind,
                                EntryValue.written(kind, name),
                                path,
                                line,
                                about.comment(),
                                about.owner(),
                                about.expires()));
            }
        };
    }

    void write(Target target, Map<String, ListEntry> entries) throws IOException {
        StringBuilder out =
                new StringBuilder(
                        "# Written by postern lists and by spam traps; edit with care.\n");
        for (ListKind kind : ListKind.values()) {
            List<ListEntry> ofKind =
                    new ArrayList<>(
                            entries.values().stream().filter(e -> e.kind() == kind).toList());
            if (!ofKind.isEmpty()) {
                out.append(kind.key()).append(":\n");
                ofKind.forEach(e -> append(out, e));
            }
        }
        WholeFile.write(directory.resolve(target.file), out);
    }

    private static void append(StringBuilder out, ListEntry entry) {
        out.append("  - { entry: ").append(YamlText.quoted(entry.value()));
        if (entry.comment() != null) {
            out.append(", comment: ").append(YamlText.quoted(entry.comment()));
        }
        if (entry.owner() != null) {
            out.append(", owner: ").append(YamlText.quoted(entry.owner()));
        }
        if (entry.expires() != null) {
            out.append(", expires: ").append(YamlText.quoted(entry.expires().toString()));
        }
        out.append(" }\n");
    }
}
