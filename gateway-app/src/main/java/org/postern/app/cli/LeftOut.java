package org.postern.app.cli;

import java.util.Locale;
import org.postern.app.journal.JournalException;
import org.postern.app.journal.JournalReader;
import org.postern.app.journal.JournalSelection;

/** Says what of the journal an answer does not know of. */
final class LeftOut {
    private LeftOut() {}

    /**
     * Whether every file could be read; those that could not are named on standard error, as is how
     * many events of the selection's time were never written.
     */
    static boolean isNothing(JournalReader journal, JournalSelection selection)
            throws JournalException {
        long lost = journal.lost(selection);
        if (lost > 0) {
            Console.err()
                    .printf(
                            Locale.ROOT,
                            "not in this answer: %,d events of that time, which the journal could"
                                    + " not keep up with; see docs/journal.md, what can be lost%n",
                            lost);
        }
        return isNothing(journal);
    }

    /** The same of the files alone, where an answer is about one message and not a span of time. */
    static boolean isNothing(JournalReader journal) {
        journal.leftOut()
                .forEach((file, why) ->
                        Console.err().println("not in this answer: " + file + ": " + why));
        return journal.leftOut().isEmpty();
    }
}
