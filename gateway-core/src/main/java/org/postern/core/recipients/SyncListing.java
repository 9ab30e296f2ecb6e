package org.postern.core.recipients;

import java.io.BufferedWriter;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postern.core.files.WholeFile;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.time.Deadline;
import org.postern.core.yaml.YamlText;

/**
 * One fetch on its way in: a table for look-ups and, line by line the same, a recipient file that
 * the next start can read. Used by one thread; {@link #close} removes what was not kept.
 */
final class SyncListing implements RecipientFeed.Sink, AutoCloseable {
    /** The most recipients of one source. */
    static final int MAX_ENTRIES = 5_000_000;

    /** The most octets that a list may have on disk, as a recipient file: so much a start reads. */
    private static final long MAX_OCTETS = Recipients.MAX_BYTES;

    /** The most addresses that all aliases of one source lead to; they are held in memory. */
    private static final int MAX_ALIAS_TARGETS = 1_000_000;

    /** How the name of a file ends that is still being written. */
    static final String FRESH = ".new";

    private static final int MAX_EXAMPLE = 200;

    /**
     * Stands where an alias leads to no address at all: it exists, so its mail waits (451) until
     * somebody has mended the directory, as that of one which leads out of our domains does. No
     * domain of this name can ever be ours (RFC 2606, 2).
     */
    static final EmailAddress NOWHERE = EmailAddress.of("nowhere@nowhere.invalid");

    private static final RecipientFile.Target AT_NOWHERE =
            new RecipientFile.Target("nowhere", Domain.of("nowhere.invalid"));

    private final Path fresh;
    private final Path target;
    private final Set<Domain> hosted;
    private final Deadline deadline;
    private final RecipientFile table;
    private final Counted counted;
    private final BufferedWriter out;
    private final Map<RecipientFile.Target, List<RecipientFile.Target>> aliases =
            new LinkedHashMap<>();
    private int line = 1;
    private int aliasTargets;
    private int invalid;
    private String example = "";

    /**
     * @param target the file that the listing will be
     * @param head one line of comment for whoever opens it
     * @param hosted the domains whose addresses matter; others are left out
     * @param deadline by which the last of it must have come
     */
    SyncListing(
            Path target,
            String head,
            Set<Domain> hosted,
            @Nullable Character separator,
            Deadline deadline)
            throws IOException {
        this.target = target;
        Path folder = target.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        // a source that a reload has replaced may still be writing its own
        this.fresh = Files.createTempFile(folder, target.getFileName() + ".", FRESH);
        this.hosted = hosted;
        this.deadline = deadline;
        this.table = new RecipientFile(target);
        if (separator != null) {
            table.separator(separator);
        }
        this.counted = new Counted(Files.newOutputStream(fresh));
        this.out = new BufferedWriter(new OutputStreamWriter(counted, StandardCharsets.UTF_8));
        out.write("# " + head.replaceAll("\\p{Cntrl}", "?") + "\n");
        table.domains(hosted);
        write(
                "domains: ["
                        + String.join(", ", hosted.stream().map(Domain::ascii).sorted().toList())
                        + "]");
        if (separator != null) {
            write("subaddressing: " + YamlText.quoted(String.valueOf(separator)));
        }
        write("recipients:");
    }

    /** Counts what the file will have. */
    private static final class Counted extends FilterOutputStream {
        private long octets;

        Counted(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
            octets++;
        }

        @Override
        public void write(byte[] b, int offset, int length) throws IOException {
            out.write(b, offset, length);
            octets += length;
        }
    }

    /** One that the next start could not read would be served until then, and never again. */
    private void stillFits() throws RecipientFeed.FeedException {
        if (counted.octets > MAX_OCTETS) {
            throw new RecipientFeed.FeedException(
                    "more than "
                            + (MAX_OCTETS >> 20)
                            + " MB as a recipient file, the most that a start reads");
        }
    }

    private void write(String text) throws IOException {
        out.write(text);
        out.write('\n');
        line++;
    }

    @Override
    public void recipient(String text, Handling handling) throws RecipientFeed.FeedException {
        Optional<RecipientFile.Target> parsed = ours(text);
        if (parsed.isEmpty()) {
            return;
        }
        String key = RecipientFile.key(parsed.get().localPart(), parsed.get().domain());
        if (table.add(key, line + 1).isEmpty()) {
            try {
                table.handle(key, handling);
                write("  - " + entry(parsed.get().toString(), handling));
            } catch (IOException e) {
                throw new RecipientFeed.FeedException(fresh + " cannot be written", e);
            }
        }
    }

    private static String entry(String address, Handling handling) {
        if (handling.equals(Handling.NONE)) {
            return YamlText.quoted(address);
        }
        StringBuilder out = new StringBuilder("{ address: ").append(YamlText.quoted(address));
        if (handling.downstream() != null) {
            out.append(", downstream: ").append(YamlText.quoted(handling.downstream()));
        }
        if (handling.policy() != null) {
            out.append(", policy: ").append(YamlText.quoted(handling.policy()));
        }
        return out.append(" }").toString();
    }

    @Override
    public void alias(String text, List<String> targets) throws RecipientFeed.FeedException {
        Optional<RecipientFile.Target> parsed = ours(text);
        List<RecipientFile.Target> ends = new ArrayList<>();
        RecipientFile.Target elsewhere = AT_NOWHERE;
        for (String end : targets) {
            if (++aliasTargets > MAX_ALIAS_TARGETS) {
                throw new RecipientFeed.FeedException(
                        "more than "
                                + MAX_ALIAS_TARGETS
                                + " targets of aliases, the most allowed; does the query join too"
                                + " much?");
            }
            Optional<RecipientFile.Target> target = read(end);
            if (target.isPresent() && isOurs(target.get())) {
                ends.add(target.get());
            } else if (target.isPresent()) {
                doubt("alias " + text.strip() + " leads to " + end.strip() + ", not ours");
                elsewhere = elsewhere.equals(AT_NOWHERE) ? target.get() : elsewhere;
            }
        }
        if (parsed.isPresent() && !targets.isEmpty()) {
            aliases.computeIfAbsent(folded(parsed.get()), a -> new ArrayList<>())
                    .addAll(ends.isEmpty() ? List.of(elsewhere) : ends);
        }
    }

    /** One alias, however it is written. */
    private static RecipientFile.Target folded(RecipientFile.Target alias) {
        return new RecipientFile.Target(alias.localPart().toLowerCase(Locale.ROOT), alias.domain());
    }

    @Override
    public void stillWanted() throws RecipientFeed.FeedException {
        if (deadline.hasPassed()) {
            throw new RecipientFeed.FeedException("the whole list did not come in time");
        }
    }

    private Optional<RecipientFile.Target> ours(String text) throws RecipientFeed.FeedException {
        stillWanted();
        stillRoom(table.size() + aliases.size());
        stillFits();
        return read(text).filter(this::isOurs);
    }

    private static void stillRoom(int entries) throws RecipientFeed.FeedException {
        if (entries >= MAX_ENTRIES) {
            throw new RecipientFeed.FeedException(
                    "more than " + MAX_ENTRIES + " recipients, the most allowed");
        }
    }

    private boolean isOurs(RecipientFile.Target target) {
        return target.domain() == null || hosted.contains(target.domain());
    }

    private Optional<RecipientFile.Target> read(String text) {
        Optional<RecipientFile.Target> parsed = parse(text.strip());
        if (parsed.isEmpty()) {
            doubt(text.strip() + " is no address");
        }
        return parsed;
    }

    /** Counts what is of no use, and keeps the first of it for people. */
    @Override
    public void doubt(String what) {
        if (invalid++ == 0) {
            example = what.length() <= MAX_EXAMPLE ? what : what.substring(0, MAX_EXAMPLE) + "…";
        }
    }

    private static Optional<RecipientFile.Target> parse(String text) {
        try {
            return RecipientFile.Target.parse(text);
        } catch (InvalidAddressException e) {
            return Optional.empty(); // counted by the caller; a directory holds what people typed
        }
    }

    /** Writes what is left, makes it durable beside the file that it will be. */
    void complete() throws IOException, RecipientFeed.FeedException {
        if (table.size() == 0) {
            write("  []");
        }
        boolean begun = false;
        for (Map.Entry<RecipientFile.Target, List<RecipientFile.Target>> alias :
                aliases.entrySet()) {
            RecipientFile.Target from = alias.getKey();
            String key = RecipientFile.key(from.localPart(), from.domain());
            List<RecipientFile.Target> targets = alias.getValue();
            if (table.add(key, begun ? line + 1 : line + 2).isPresent()) {
                if (targets.stream().noneMatch(this::isOurs)) {
                    continue; // a mailbox whose copies would leave our domains, which is told of
                }
                // a mailbox whose mail also goes elsewhere keeps its copy
                targets = new ArrayList<>(targets);
                targets.addFirst(from);
            }
            table.addAlias(key, targets);
            if (!begun) {
                write("aliases:");
                begun = true;
            }
            write(
                    "  "
                            + YamlText.quoted(from.toString())
                            + ": ["
                            + String.join(
                                    ", ",
                                    targets.stream()
                                            .map(t -> YamlText.quoted(t.toString()))
                                            .toList())
                            + "]");
        }
        out.close();
        stillFits();
        for (RecipientFile.Target alias : aliases.keySet()) {
            stillWanted();
            troubleOf(alias).ifPresent(why -> doubt("alias " + alias + " " + why));
        }
    }

    private Optional<String> troubleOf(RecipientFile.Target alias) {
        String key = RecipientFile.key(alias.localPart(), alias.domain());
        return (alias.domain() == null ? hosted : Set.of(alias.domain()))
                .stream()
                        .map(domain -> table.troubleOf(key, domain))
                        .filter(trouble -> !trouble.isEmpty())
                        .findFirst();
    }

    /** Puts the file in its place; after this {@link #close} has nothing to remove. */
    void keep() throws IOException {
        WholeFile.replace(target, fresh);
    }

    RecipientFile table() {
        return table;
    }

    /** How many values were of no use. */
    int invalid() {
        return invalid;
    }

    /** The first of them and what is wrong with it, or empty. */
    String example() {
        return example;
    }

    @Override
    public void close() {
        try (out) {
            Files.deleteIfExists(fresh);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
