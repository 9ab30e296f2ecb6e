package org.postern.core.problem;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds the word that was probably meant. */
public final class Suggestion {
    private Suggestion() {}

    /**
     * The allowed word nearest to a misspelt one, if any is near: at most one edit in three
     * letters.
     */
    public static Optional<String> nearest(String misspelt, Collection<String> allowed) {
        String word = misspelt.toLowerCase(Locale.ROOT).replace('_', '-');
        String best = null;
        int bestDistance = Math.max(1, word.length() / 3) + 1;
        for (String candidate : allowed) {
            int distance =
                    candidate.replace("-", "").equals(word.replace("-", ""))
                            ? 0
                            : distance(word, candidate);
            if (distance < bestDistance) {
                best = candidate;
                bestDistance = distance;
            }
        }
        return Optional.ofNullable(best);
    }

    /** Edits (insert, drop, replace, swap neighbours) between two short words. */
    private static int distance(String a, String b) {
        if (a.length() > 64 || b.length() > 64) {
            return Integer.MAX_VALUE;
        }
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            d[i][0] = i;
        }
        for (int j = 0; j <= b.length(); j++) {
            d[0][j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            for (int j = 1; j <= b.length(); j++) {
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                int least = Math.min(d[i - 1][j] + 1, d[i][j - 1] + 1);
                least = Math.min(least, d[i - 1][j - 1] + change);
                if (i > 1
                        && j > 1
                        && a.charAt(i - 1) == b.charAt(j - 2)
                        && a.charAt(i - 2) == b.charAt(j - 1)) {
                    least = Math.min(least, d[i - 2][j - 2] + 1);
                }
                d[i][j] = least;
            }
        }
        return d[a.length()][b.length()];
    }
}
