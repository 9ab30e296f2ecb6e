package org.postern.app.cli;

import picocli.CommandLine.Option;

/** {@code --json}, which every command that prints a table takes. */
public final class JsonOption {
    @Option(names = "--json", description = "print one JSON object per line")
    boolean wanted;

    /** The query parameter that asks the daemon for this form, after {@code separator}. */
    String query(String separator) {
        return separator + (wanted ? "format=json" : "format=text");
    }
}
