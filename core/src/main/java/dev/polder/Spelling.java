package dev.polder;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds what somebody meant to write. */
final class Spelling {
    /** A mistake in so many characters is a slip of the hand; the first one is always allowed. */
    private static final int CHARACTERS_PER_MISTAKE = 4;

    /** A longer name is not compared: it costs the product of both lengths. */
    private static final int LENGTH_MAX = 200;

    private Spelling() {}

    /** Returns the nearest of the names, the first of several; empty if none is near. Capital letters make no difference. */
    static Optional<String> nearest(String written, Collection<String> names) {
        String nearest = null;
        int fewest = Math.max(1, written.length() / CHARACTERS_PER_MISTAKE) + 1;
        for (String name : names) {
            int mistakes = written.length() > LENGTH_MAX ? fewest : mistakes(lower(written), lower(name));
            if (mistakes < fewest) {
                fewest = mistakes;
                nearest = name;
            }
        }
        return Optional.ofNullable(nearest);
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    /**
     * The characters that are missing, too many, wrong, or exchanged with their neighbours (optimal string alignment).
     * {@code costs[i][j]} is the distance of the first i characters of one to the first j of the other.
     */
    private static int mistakes(String a, String b) {
        int[][] costs = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                costs[i][j] = i == 0 || j == 0 ? i + j : least(costs, a, b, i, j);
            }
        }
        return costs[a.length()][b.length()];
    }

    private static int least(int[][] costs, String a, String b, int i, int j) {
        boolean same = a.charAt(i - 1) == b.charAt(j - 1);
        int least = Math.min(costs[i - 1][j - 1] + (same ? 0 : 1), 1 + Math.min(costs[i - 1][j], costs[i][j - 1]));
        boolean exchanged = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return exchanged ? Math.min(least, costs[i - 2][j - 2] + 1) : least;
    }
}
