package org.postern.app.cli;

import org.postern.app.journal.JournalReader;

/** Says which files of the journal an answer does not know of. */
final class LeftOut {
    private LeftOut() {}

    /** Whether every file could be read; those that could not are named on standard error. */
    static boolean isNothing(JournalReader journal) {
        journal.leftOut()
                .forEach((file, why) ->
                        Console.err().println("not in this answer: " + file + ": " + why));
        return journal.leftOut().isEmpty();
    }
}
