package org.postern.auth.from;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a From field's value into words and specials (RFC 5322, 3.2). Linear in its length, whatever
 * it holds; comments may nest to any depth.
 */
final class FromTokenizer {
    /** What a token is. */
    enum Kind {
        /** Letters, digits, dots and the like, and all beyond ASCII. */
        ATOM,
        /** A quoted string, its content unquoted. */
        QUOTED,
        /** An address literal, brackets included. */
        LITERAL,
        /** One of {@code < > , ; : @} or another character that stands for itself. */
        SPECIAL
    }

    /**
     * A token.
     *
     * @param kind what it is
     * @param text its text
     * @param spaced whether white space or a comment stands before it
     */
    record Token(Kind kind, String text, boolean spaced) {
        boolean is(char special) {
            return kind == Kind.SPECIAL && text.charAt(0) == special;
        }

        boolean isWord() {
            return kind == Kind.ATOM || kind == Kind.QUOTED;
        }
    }

    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private boolean spaced;
    private boolean broken;
    private boolean control;

    FromTokenizer(String text) {
        this.text = text;
        while (at < text.length()) {
            next();
        }
    }

    /** The tokens in order, comments and white space left out. */
    List<Token> tokens() {
        return tokens;
    }

    /** Whether a quote, comment or bracket is never closed, or closed without being opened. */
    boolean broken() {
        return broken;
    }

    /** Whether a control character stands anywhere, folding aside. */
    boolean control() {
        return control;
    }

    private void next() {
        char c = text.charAt(at);
        switch (c) {
            case ' ', '\t' -> {
                spaced = true;
                at++;
            }
            case '\r', '\n' -> {
                // folding is CRLF and white space; anything else that breaks a line is a control
                boolean fold = at + 1 < text.length() && " \t\n".indexOf(text.charAt(at + 1)) >= 0;
                control |= !fold;
                spaced = true;
                at++;
            }
            case '(' -> comment();
            case '"' -> quoted();
            case '[' -> literal();
            default -> {
                if (isAtomCharacter(c)) {
                    atom();
                } else {
                    special(c);
                }
            }
        }
    }

    private void special(char c) {
        control |= c < 0x20 || c == 0x7f;
        broken |= c == ')' || c == ']' || c == '\\';
        add(Kind.SPECIAL, String.valueOf(c));
        at++;
    }

    private void comment() {
        int depth = 0;
        spaced = true;
        while (at < text.length()) {
            char c = text.charAt(at);
            control |= isControl(at);
            if (c == '\\') {
                at++;
            } else if (c == '(') {
                depth++;
            } else if (c == ')' && --depth == 0) {
                at++;
                return;
            }
            at++;
        }
        at = text.length();
        broken = true;
    }

    private void quoted() {
        StringBuilder out = new StringBuilder();
        for (at++; at < text.length(); at++) {
            char c = text.charAt(at);
            control |= isControl(at);
            if (c == '"') {
                at++;
                add(Kind.QUOTED, out.toString());
                return;
            }
            if (c == '\\' && at + 1 < text.length()) {
                at++;
                control |= isControl(at);
                c = text.charAt(at);
            }
            if (c != '\r' && c != '\n') {
                out.append(c);
            }
        }
        broken = true;
        add(Kind.QUOTED, out.toString());
    }

    private void literal() {
        int start = at;
        while (at < text.length() && text.charAt(at) != ']') {
            control |= isControl(at);
            at++;
        }
        broken |= at == text.length();
        at = Math.min(text.length(), at + 1);
        add(Kind.LITERAL, text.substring(start, at));
    }

    private void atom() {
        int start = at;
        while (at < text.length() && isAtomCharacter(text.charAt(at))) {
            at++;
        }
        add(Kind.ATOM, text.substring(start, at));
    }

    private boolean isControl(int index) {
        char c = text.charAt(index);
        return (c < 0x20 && c != '\t' && c != '\r' && c != '\n') || c == 0x7f;
    }

    private void add(Kind kind, String token) {
        tokens.add(new Token(kind, token, spaced));
        spaced = false;
    }

    private static boolean isAtomCharacter(char c) {
        return c > 0x20 && c != 0x7f && "()<>[]:;@\\,\"".indexOf(c) < 0;
    }
}
