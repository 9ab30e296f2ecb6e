package org.postern.auth.client;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.postern.core.net.Ip;

/**
 * The client that a Received field names, as the common MTAs write it (RFC 5321, 4.4): Postfix,
 * Sendmail, OpenSMTPD, Haraka, Google and Courier {@code from helo (rdns [ip])}, Exim {@code from
 * rdns ([ip] helo=helo)} and {@code from [ip] (helo=helo)}, qmail {@code from rdns (HELO helo)
 * (ip)}, Exchange {@code from name (ip)}, CommuniGate {@code from [ip] (HELO helo)}.
 *
 * <p>What the client itself said stands in the same field; of several addresses the one that the
 * MTA wrote counts, which is in the last comment before {@code by}, and never one behind {@code
 * helo=}.
 *
 * @param address the client's address
 * @param helo the name it gave, or empty where the field does not tell
 */
public record ReceivedHop(InetAddress address, String helo) {
    /** Longer fields are no honest MTA's. */
    private static final int MAX_LENGTH = 4_096;

    /**
     * Reads a Received field's value.
     *
     * @return the client, or null if the field names none or cannot be read
     */
    public static @Nullable ReceivedHop parse(String value) {
        if (value.length() > MAX_LENGTH) {
            return null;
        }
        List<String> parts = fromClause(value);
        if (parts.size() < 2 || !parts.getFirst().equalsIgnoreCase("from")) {
            return null; // handed in locally, or by an unknown MTA
        }
        InetAddress address = null;
        String said = null;
        for (String part : parts.subList(1, parts.size())) {
            if (part.startsWith("(")) {
                String comment = part.substring(1, part.length() - 1);
                String helo = heloIn(comment);
                said = helo == null ? said : helo;
                InetAddress inComment = addressIn(helo == null ? comment : withoutHelo(comment));
                address = inComment == null ? address : inComment;
            }
        }
        String first = parts.get(1);
        if (address == null) {
            address = bracketed(first);
        }
        if (address == null) {
            return null;
        }
        return new ReceivedHop(address, said != null ? said : first.startsWith("(") ? "" : first);
    }

    /** Words and whole comments up to {@code by} outside of comments. */
    private static List<String> fromClause(String value) {
        List<String> parts = new ArrayList<>();
        int at = 0;
        while (at < value.length() && parts.size() < 40) {
            char c = value.charAt(at);
            int start = at;
            if (isSpace(c)) {
                at++;
                continue;
            }
            if (c == '(') {
                at = endOfComment(value, at);
            } else {
                while (at < value.length()
                        && !isSpace(value.charAt(at))
                        && value.charAt(at) != '('
                        && value.charAt(at) != ';') {
                    at++;
                }
                at = Math.max(at, start + 1);
            }
            String part = value.substring(start, at);
            if (part.equalsIgnoreCase("by") || part.equals(";")) {
                break;
            }
            if (!part.startsWith("(") || part.endsWith(")")) {
                parts.add(part);
            }
        }
        return parts;
    }

    private static int endOfComment(String value, int open) {
        int depth = 0;
        for (int i = open; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '(') {
                depth++;
            } else if (c == ')' && --depth == 0) {
                return i + 1;
            }
        }
        return value.length();
    }

    private static @Nullable String heloIn(String comment) {
        String lower = comment.toLowerCase(Locale.ROOT);
        for (String mark : List.of("helo=", "ehlo=", "helo ", "ehlo ")) {
            int at = lower.indexOf(mark);
            if (at == 0 || (at > 0 && isSpace(lower.charAt(at - 1)))) {
                int start = at + mark.length();
                int end = start;
                while (end < comment.length() && !isSpace(comment.charAt(end))) {
                    end++;
                }
                return comment.substring(start, end);
            }
        }
        return null;
    }

    /** The comment up to what the client said; Exim and qmail write the address before it. */
    private static String withoutHelo(String comment) {
        String lower = comment.toLowerCase(Locale.ROOT);
        int at = comment.length();
        for (String mark : List.of("helo=", "ehlo=", "helo ", "ehlo ")) {
            int found = lower.indexOf(mark);
            at = found >= 0 ? Math.min(at, found) : at;
        }
        return comment.substring(0, at);
    }

    private static @Nullable InetAddress addressIn(String comment) {
        int open = comment.lastIndexOf('[');
        int close = open < 0 ? -1 : comment.indexOf(']', open);
        if (close > 0) {
            return address(comment.substring(open + 1, close));
        }
        return address(comment.strip());
    }

    private static @Nullable InetAddress bracketed(String word) {
        return word.startsWith("[") && word.endsWith("]")
                ? address(word.substring(1, word.length() - 1))
                : null;
    }

    private static @Nullable InetAddress address(String text) {
        String digits = text.regionMatches(true, 0, "IPv6:", 0, 5) ? text.substring(5) : text;
        if (digits.indexOf('%') >= 0 || (digits.indexOf(':') < 0 && !isDottedQuad(digits))) {
            return null; // ofLiteral takes short forms such as 10.1
        }
        try {
            return Ip.parseWire(digits);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static boolean isDottedQuad(String text) {
        return text.chars().filter(c -> c == '.').count() == 3
                && text.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }
}
