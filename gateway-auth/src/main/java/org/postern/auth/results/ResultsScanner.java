package org.postern.auth.results;

import org.jspecify.annotations.Nullable;

/**
 * Walks over the value of an Authentication-Results field: words, quoted strings, separators, with
 * comments and folding left out (RFC 8601, 2.2; RFC 5322, 3.2). Linear, for any input.
 */
final class ResultsScanner {
    private final String text;
    private int at;

    ResultsScanner(String text) {
        this.text = text;
    }

    /** Whether nothing but comments and white space is left. */
    boolean atEnd() {
        skipSpace();
        return at >= text.length();
    }

    /** Takes this character if it is next. */
    boolean take(char c) {
        skipSpace();
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    /** Skips to behind the next {@code ;} outside of quotes and comments, or to the end. */
    void skipToNextResult() {
        while (!atEnd()) {
            char c = text.charAt(at);
            if (c == ';') {
                at++;
                return;
            }
            if (c == '"') {
                var _ = quoted();
            } else {
                at++;
            }
        }
    }

    /** A quoted string's content, or a run of characters up to a separator; null for neither. */
    @Nullable String value(String separators) {
        skipSpace();
        if (at < text.length() && text.charAt(at) == '"') {
            return quoted();
        }
        int start = at;
        while (at < text.length() && !isSpace(text.charAt(at)) && !isOneOf(separators)) {
            at++;
        }
        return at == start ? null : text.substring(start, at);
    }

    private boolean isOneOf(String separators) {
        char c = text.charAt(at);
        return c == '(' || c == '"' || separators.indexOf(c) >= 0;
    }

    private String quoted() {
        StringBuilder out = new StringBuilder();
        for (at++; at < text.length() && text.charAt(at) != '"'; at++) {
            char c = text.charAt(at);
            if (c == '\\' && at + 1 < text.length()) {
                c = text.charAt(++at);
            }
            if (c != '\r' && c != '\n') {
                out.append(c);
            }
        }
        at = Math.min(text.length(), at + 1);
        return out.toString();
    }

    private void skipSpace() {
        int depth = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (depth > 0 && c == '\\') {
                at++;
            } else if (c == '(') {
                depth++;
            } else if (c == ')' && depth > 0) {
                depth--;
            } else if (depth == 0 && !isSpace(c)) {
                return;
            }
            at++;
        }
        at = text.length();
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }
}
