package org.postern.app;

import org.postern.app.cli.PosternCommand;

/** The entry point of every command, {@code postern run} among them. */
public final class Main {
    private Main() {}

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        System.exit(PosternCommand.execute(args));
    }
}
