package dev.polder.benchmarks;

import java.util.Locale;

/** What must hold, or a figure would be one of something else. */
final class Claim {
    private Claim() {}

    /**
     * Checks.
     *
     * @throws IllegalStateException if it does not hold; says what
     */
    static void check(boolean holds, String words, Object... details) {
        if (!holds) {
            throw new IllegalStateException(String.format(Locale.ROOT, words, details));
        }
    }
}
