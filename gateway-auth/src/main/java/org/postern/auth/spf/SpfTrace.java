package org.postern.auth.spf;

import java.util.ArrayList;
import java.util.List;

/** What a check did, line by line, for people: printable, bounded, indented by include depth. */
final class SpfTrace {
    private static final int MAX_LINES = 200;

    private final List<String> lines = new ArrayList<>();
    private int depth;

    void enter() {
        depth++;
    }

    void leave() {
        depth--;
    }

    void line(String text) {
        if (lines.size() < MAX_LINES) {
            lines.add("  ".repeat(depth) + Text.show(text));
        } else if (lines.size() == MAX_LINES) {
            lines.add("...");
        }
    }

    List<String> lines() {
        return lines;
    }
}
