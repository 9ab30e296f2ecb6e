package org.postern.queue.delivery;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.postern.core.reply.SmtpReply;

/** What a server offers in its reply to EHLO or LHLO (RFC 5321, 4.1.1.1). Immutable. */
final class Extensions {
    /** A server that knows only HELO. */
    static final Extensions NONE = new Extensions(Map.of());

    private static final int MAX_KEYWORDS = 100;

    private final Map<String, String> parameters;

    private Extensions(Map<String, String> parameters) {
        this.parameters = Map.copyOf(parameters);
    }

    /** Reads the lines after the first; keywords beyond the hundredth are not believed. */
    static Extensions parse(SmtpReply reply) {
        Map<String, String> out = new HashMap<>();
        List<String> lines = reply.lines();
        for (int i = 1; i < lines.size() && out.size() < MAX_KEYWORDS; i++) {
            String line = lines.get(i).strip();
            int space = line.indexOf(' ');
            String keyword = space < 0 ? line : line.substring(0, space);
            String rest = space < 0 ? "" : line.substring(space + 1).strip();
            if (keyword.regionMatches(true, 0, "AUTH=", 0, 5) || keyword.isEmpty()) {
                continue;
            }
            out.putIfAbsent(keyword.toUpperCase(Locale.ROOT), rest);
        }
        return new Extensions(out);
    }

    boolean pipelining() {
        return parameters.containsKey("PIPELINING"); // RFC 2920
    }

    boolean eightBitMime() {
        return parameters.containsKey("8BITMIME"); // RFC 6152
    }

    boolean smtpUtf8() {
        return parameters.containsKey("SMTPUTF8"); // RFC 6531
    }

    boolean dsn() {
        return parameters.containsKey("DSN"); // RFC 3461
    }

    boolean chunking() {
        return parameters.containsKey("CHUNKING"); // RFC 3030
    }

    boolean startTls() {
        return parameters.containsKey("STARTTLS"); // RFC 3207
    }

    boolean requireTls() {
        return parameters.containsKey("REQUIRETLS"); // RFC 8689
    }

    boolean size() {
        return parameters.containsKey("SIZE"); // RFC 1870
    }

    /** The largest message announced, or 0 for none (RFC 1870, 4). */
    long maxSize() {
        return number(parameters.getOrDefault("SIZE", ""));
    }

    /** Recipients taken in one transaction, or 0 where nothing is said (RFC 9422, RCPTMAX). */
    int recipientMax() {
        return (int) Math.min(limit("RCPTMAX="), Integer.MAX_VALUE);
    }

    /** Messages taken over one connection, or 0 where nothing is said (RFC 9422, MAILMAX). */
    int mailMax() {
        return (int) Math.min(limit("MAILMAX="), Integer.MAX_VALUE);
    }

    /** The attributes that XFORWARD takes, empty where it is not offered. */
    Set<String> xforward() {
        return words("XFORWARD");
    }

    /** The attributes that XCLIENT takes, empty where it is not offered. */
    Set<String> xclient() {
        return words("XCLIENT");
    }

    private Set<String> words(String keyword) {
        String rest = parameters.get(keyword);
        return rest == null || rest.isEmpty()
                ? Set.of()
                : Set.copyOf(List.of(rest.toUpperCase(Locale.ROOT).split(" +", -1)));
    }

    private long limit(String prefix) {
        for (String word : parameters.getOrDefault("LIMITS", "").split(" +", -1)) {
            if (word.regionMatches(true, 0, prefix, 0, prefix.length())) {
                return number(word.substring(prefix.length()));
            }
        }
        return 0;
    }

    /** At most 18 digits; anything else counts as nothing said. */
    private static long number(String text) {
        boolean digits =
                !text.isEmpty()
                        && text.length() <= 18
                        && text.chars().allMatch(c -> c >= '0' && c <= '9');
        return digits ? Long.parseLong(text) : 0;
    }
}
