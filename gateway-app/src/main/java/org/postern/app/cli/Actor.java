package org.postern.app.cli;

/** Who types a command, for the record of what it changes. */
final class Actor {
    private Actor() {}

    /** The user, and behind {@code sudo} the one who called it too. */
    static String name() {
        String user = System.getProperty("user.name", "unknown");
        String behind = System.getenv("SUDO_USER");
        return behind == null || behind.equals(user) ? user : behind + " as " + user;
    }

    /** The parameter that says so, after its ampersand. */
    static String parameter() {
        return "&actor=" + Daemon.encode(name());
    }
}
