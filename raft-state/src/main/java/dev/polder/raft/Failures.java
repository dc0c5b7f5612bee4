package dev.polder.raft;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The first failure of several steps, all of which are taken; the others are suppressed in it. */
final class Failures {
    private @Nullable Throwable first;

    /** Begins with what went wrong before, if anything did. */
    static Failures after(@Nullable Throwable before) {
        Failures failures = new Failures();
        failures.first = before;
        return failures;
    }

    void attempt(AutoCloseable step) {
        try {
            step.close();
        } catch (Exception | Error e) {
            if (first == null) {
                first = e;
            } else if (first != e) {
                first.addSuppressed(e);
            }
        }
    }

    @Nullable
    Throwable first() {
        return first;
    }

    void throwFirst() throws IOException {
        Throwable failure = first;
        if (failure instanceof IOException io) {
            throw io;
        }
        if (failure instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure != null) {
            throw new IOException(failure);
        }
    }
}
