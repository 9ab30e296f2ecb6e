package org.postern.core.lists;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How the end of an entry is written, in files and in commands. */
public final class Expiry {
    private static final Pattern FROM_NOW = Pattern.compile("([0-9]{1,5})([smhd])");

    private Expiry() {}

    /**
     * A point in time: a day such as {@code 2026-12-31}, which holds to its end in UTC, or {@code
     * 2026-12-31T12:00:00Z}.
     *
     * @throws IllegalArgumentException with what is allowed, if the text is neither
     */
    public static Instant parse(String text) {
        try {
            return text.length() == 10
                    ? LocalDate.parse(text).plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant()
                    : Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "expires must be a day such as 2026-12-31 or a time such as"
                            + " 2026-12-31T12:00:00Z, found "
                            + text,
                    e);
        }
    }

    /**
     * The same, or a time from now such as {@code 7d} or {@code 12h}.
     *
     * @throws IllegalArgumentException if the text is none of them, or in the past
     */
    public static Instant parse(String text, Instant now) {
        Matcher fromNow = FROM_NOW.matcher(text);
        Instant end =
                fromNow.matches()
                        // to the second: a person reads it
                        ? now.plus(duration(fromNow)).truncatedTo(ChronoUnit.SECONDS)
                        : parse(text);
        if (!end.isAfter(now)) {
            throw new IllegalArgumentException("expires is in the past: " + text);
        }
        return end;
    }

    private static Duration duration(Matcher m) {
        long n = Long.parseLong(m.group(1));
        return switch (m.group(2)) {
            case "s" -> Duration.ofSeconds(n);
            case "m" -> Duration.ofMinutes(n);
            case "h" -> Duration.ofHours(n);
            default -> Duration.ofDays(n);
        };
    }
}
