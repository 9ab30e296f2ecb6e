package org.postern.core.problem;

/**
 * One thing that is wrong, or doubtful, in a file.
 *
 * @param place where
 * @param severity whether the file can be used all the same
 * @param message what is wrong and what is allowed, one printable line
 */
public record Problem(Place place, Severity severity, String message) {
    /** The longest message; what is quoted of a file may be a line of any length. */
    private static final int MAX_LENGTH = 1_000;

    public Problem {
        message = printable(shortened(message));
    }

    /** Whether a file with this problem can be used. */
    public enum Severity {
        /** It cannot; nothing of it is put into use. */
        ERROR,
        /** It can, but somebody should know. */
        WARNING
    }

    /** Whether the file cannot be used. */
    public boolean isError() {
        return severity == Severity.ERROR;
    }

    /** Cut in the middle, since what is wrong stands at an end. */
    private static String shortened(String text) {
        int half = MAX_LENGTH / 2;
        return text.length() <= MAX_LENGTH
                ? text
                : text.substring(0, half) + " … " + text.substring(text.length() - half);
    }

    private static String printable(String text) {
        // what stands in a file is quoted in messages; no control character of it reaches a
        // terminal
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints()
                .forEach(c -> {
                    if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
                        out.append('?');
                    } else {
                        out.appendCodePoint(c);
                    }
                });
        return out.toString();
    }

    /** {@code file:line:column: message}, a warning marked as such. */
    @Override
    public String toString() {
        return place + ": " + (isError() ? "" : "warning: ") + message;
    }
}
