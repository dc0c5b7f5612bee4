package dev.polder.isolation.network;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Steps that are all tried; the first failure is thrown at the end and carries the others. */
final class Failures {
    /** One of them. */
    interface Step {
        Object run() throws IOException;
    }

    private @Nullable IOException first;

    void tryOut(Step step) {
        try {
            step.run();
        } catch (IOException e) {
            if (first == null) {
                first = e;
            } else {
                first.addSuppressed(e);
            }
        }
    }

    void throwFirst() throws IOException {
        if (first != null) {
            throw first;
        }
    }
}
