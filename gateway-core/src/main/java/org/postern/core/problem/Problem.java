package org.postern.core.problem;

/**
 * One thing that is wrong, or doubtful, in a file.
 *
 * @param place where
 * @param severity whether the file can be used all the same
 * @param message what is wrong and what is allowed, one printable line
 */
public record Problem(Place place, Severity severity, String message) {
    public Problem {
        message = printable(message);
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
