package dev.polder.simulation;

import java.util.function.Supplier;

/** Something that must never happen has happened. */
final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Violation(String message) {
        super(message);
    }

    /** Throws unless {@code holds}. */
    static void check(boolean holds, Supplier<String> otherwise) {
        if (!holds) {
            throw new Violation(otherwise.get());
        }
    }
}
