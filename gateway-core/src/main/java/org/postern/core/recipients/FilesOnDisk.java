package org.postern.core.recipients;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.postern.core.config.ConfigDraft;
import org.postern.core.config.FileReference;
import org.postern.core.config.PosternConfig;
import org.postern.core.mail.Domain;
import org.postern.core.problem.Place;
import org.postern.core.problem.Problem;
import org.postern.core.problem.ProblemCollector;
import org.postern.core.recipients.KeptCopies.Kept;
import org.postern.core.recipients.KeptCopies.Use;

/**
 * Reads every recipient file that a configuration names, each once. At a start one that is of no
 * use, or that has lost too many, is answered from its last good copy. Used by one thread, once.
 */
final class FilesOnDisk {
    private final ConfigDraft draft;
    private final Use use;
    private final ProblemCollector problems;
    private final Set<Domain> hosted;
    private final Optional<Offered> offered;
    private final Map<Path, RecipientFile> tables = new HashMap<>();
    private final Map<Path, Kept> kept = new HashMap<>();

    /**
     * What was read.
     *
     * @param tables of each file, by its absolute path
     * @param kept those of them that are answered from their copies
     */
    record Read(Map<Path, RecipientFile> tables, Map<Path, Kept> kept) {
        Read {
            tables = Map.copyOf(tables);
            kept = Map.copyOf(kept);
        }
    }

    private FilesOnDisk(ConfigDraft draft, Use use, ProblemCollector problems) {
        this.draft = draft;
        this.use = use;
        this.problems = problems;
        this.hosted =
                draft.config()
                        .map(c -> c.domains().keySet())
                        .orElse(Set.of()); // unknown where the configuration has errors
        this.offered = draft.config().map(Offered::by);
    }

    /** Reads them; what is wrong with those that are not answered from a copy is noted. */
    static Read of(ConfigDraft draft, Use use, ProblemCollector problems) {
        return new FilesOnDisk(draft, use, problems).all();
    }

    private Read all() {
        Map<Path, Set<Domain>> users = new LinkedHashMap<>();
        Map<Path, FileReference> references = new LinkedHashMap<>();
        draft.recipientFiles()
                .forEach((domain, files) -> {
                    for (FileReference file : files) {
                        users.computeIfAbsent(file.absolute(), f -> new LinkedHashSet<>())
                                .add(domain);
                        references.putIfAbsent(file.absolute(), file);
                    }
                });
        references.forEach((path, reference) -> {
            ProblemCollector own = new ProblemCollector();
            RecipientFile table =
                    RecipientFileReader.read(
                            reference, users.getOrDefault(path, Set.of()), hosted, offered, own);
            draft.config()
                    .filter(config -> use != Use.NONE)
                    .ifPresent(config -> compare(config, reference, table, own));
            if (!kept.containsKey(path)) {
                problems.addAll(own);
                tables.put(path, table);
            }
        });
        return new Read(tables, kept);
    }

    private void compare(
            PosternConfig config,
            FileReference reference,
            RecipientFile table,
            ProblemCollector own) {
        KeptCopies copies = KeptCopies.in(config.data());
        boolean broken = own.errorCount() > 0;
        if (!broken && copies.isCurrent(reference.absolute(), table)) {
            return;
        }
        copies.read(reference.absolute(), own)
                .ifPresent(copy -> {
                    Removal loss =
                            Removal.between(
                                    copy.table(), table, hosted, config.recipients().maxRemoval());
                    if (broken || loss.isTooMuch()) {
                        instead(reference, copy, broken ? firstOf(own) : "", loss, own);
                    }
                });
    }

    private void instead(
            FileReference reference,
            KeptCopies.Copy copy,
            String trouble,
            Removal loss,
            ProblemCollector own) {
        Kept instead =
                new Kept(
                        reference.shown(),
                        copy.path(),
                        copy.lastGood(),
                        trouble,
                        trouble.isEmpty() ? loss.removed() : 0,
                        loss.words());
        if (use == Use.SERVED) {
            tables.put(reference.absolute(), copy.table());
            kept.put(reference.absolute(), instead);
        } else {
            own.warning(
                    Place.start(reference.shown()),
                    trouble.isEmpty()
                            ? loss.words()
                                    + " are gone since it was last in force; a start serves the"
                                    + " last good copy, "
                                    + copy.path()
                                    + ", until: postern reload --confirm"
                            : "a start serves the last good copy, " + copy.path());
        }
    }

    private static String firstOf(ProblemCollector problems) {
        Problem first = problems.toProblems().errors().getFirst();
        int more = problems.errorCount() - 1;
        return first.place()
                + ": "
                + first.message()
                + (more == 0
                        ? ""
                        : " (and " + more + (more == 1 ? " error" : " errors") + " more)");
    }
}
