package org.postern.app.cli;

/** What a command's exit code says. */
final class ExitCode {
    /** Done. */
    static final int OK = 0;

    /** The answer is "no", or something failed. */
    static final int FAILED = 1;

    /** Wrong usage. */
    static final int USAGE = 2;

    /** The daemon cannot be reached. */
    static final int UNREACHABLE = 3;

    private ExitCode() {}
}
