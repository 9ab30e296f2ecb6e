package org.postern.core.reply;

/**
 * An enhanced status code, {@code class.subject.detail} (RFC 3463; registry of RFC 5248).
 *
 * @param statusClass 2 success, 4 persistent transient failure, 5 permanent failure
 * @param subject 0 to 999
 * @param detail 0 to 999
 */
public record EnhancedStatus(int statusClass, int subject, int detail) {
    public EnhancedStatus {
        if ((statusClass != 2 && statusClass != 4 && statusClass != 5)
                || subject < 0
                || subject > 999
                || detail < 0
                || detail > 999) {
            throw new IllegalArgumentException(
                    "no enhanced status: " + statusClass + "." + subject + "." + detail);
        }
    }

    /**
     * Parses {@code 5.1.1}.
     *
     * @throws IllegalArgumentException if the text has another form
     */
    public static EnhancedStatus parse(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException("an enhanced status has the form 5.1.1: " + text);
        }
        return new EnhancedStatus(
                Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
    }

    @Override
    public String toString() {
        return statusClass + "." + subject + "." + detail;
    }
}
