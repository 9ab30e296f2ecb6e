package org.postern.app.intake;

/**
 * The field {@code X-Postern-Reason}, on every accepted message: what became of it and why, on one
 * line, for filters downstream and for people who look at a message's source.
 */
final class ReasonField {
    private static final int MAX_WORD = 120;

    private ReasonField() {}

    /** The field with its line end. */
    static String of(String disposition, String rule, String reason) {
        return "X-Postern-Reason: "
                + word(disposition)
                + "; rule="
                + word(rule)
                + "; reason="
                + word(reason)
                + "\r\n";
    }

    private static String word(String text) {
        String bounded = text.substring(0, Math.min(text.length(), MAX_WORD));
        return bounded.replaceAll("[^A-Za-z0-9._-]", "?");
    }
}
