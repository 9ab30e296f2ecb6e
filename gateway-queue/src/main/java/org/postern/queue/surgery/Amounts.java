package org.postern.queue.surgery;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations, sizes and points in time as options give them. */
public final class Amounts {
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})([smhd])");

    private Amounts() {}

    /** {@code 30s}, {@code 5m}, {@code 4h}, {@code 5d}. */
    public static Duration duration(String option, String text) throws SurgeryException {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw wrong(option, text, "a duration such as 30s, 5m, 4h or 5d");
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }

    /** {@code 500}, {@code 10KB}, {@code 50MB}, {@code 1GB}, in units of 1024. */
    public static long size(String option, String text) throws SurgeryException {
        String upper = text.toUpperCase(Locale.ROOT);
        String[] units = {"B", "KB", "MB", "GB"};
        int shift = 0;
        String digits = upper;
        for (int i = units.length - 1; i >= 0; i--) {
            if (upper.endsWith(units[i])) {
                digits = upper.substring(0, upper.length() - units[i].length());
                shift = 10 * i;
                break;
            }
        }
        try {
            long number = Long.parseLong(digits);
            if (number >= 0 && number <= Long.MAX_VALUE >> shift) {
                return number << shift;
            }
        } catch (NumberFormatException e) {
            throw wrong(option, text, "a size such as 500, 10KB or 50MB", e);
        }
        throw wrong(option, text, "a size such as 500, 10KB or 50MB");
    }

    /** So long before {@code now}, or a point in time as in {@code 2026-11-21T10:00:00Z}. */
    public static Instant instant(String option, String text, Instant now) throws SurgeryException {
        if (text.indexOf('T') > 0) {
            try {
                return Instant.parse(text);
            } catch (DateTimeException e) {
                throw wrong(option, text, "a time such as 2026-11-21T10:00:00Z", e);
            }
        }
        return now.minus(duration(option, text));
    }

    static SurgeryException wrong(String option, String text, String allowed) {
        return new SurgeryException("--" + option + " " + text + ": " + allowed + " is allowed");
    }

    static SurgeryException wrong(String option, String text, String allowed, Exception cause) {
        return new SurgeryException(
                "--" + option + " " + text + ": " + allowed + " is allowed", cause);
    }
}
