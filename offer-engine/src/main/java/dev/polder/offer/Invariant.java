package dev.polder.offer;

import java.util.Locale;

/** What is said when something is false that only a mistake of this module can make false; always on. */
final class Invariant {
    private Invariant() {}

    /** Throws unless {@code holds}. For paths where boxing the arguments does not matter. */
    static void check(boolean holds, String format, Object... arguments) {
        if (!holds) {
            throw broken(format, arguments);
        }
    }

    /** Returns the failure to throw, with the formatted message. */
    static IllegalStateException broken(String format, Object... arguments) {
        return new IllegalStateException("broken invariant: " + String.format(Locale.ROOT, format, arguments));
    }
}
