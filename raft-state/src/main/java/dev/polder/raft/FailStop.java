package dev.polder.raft;

import java.util.function.Supplier;

/**
 * Stops this member for good after its first failure. Atomix swallows what is thrown in its callbacks and goes on;
 * so everything of ours that it calls reports a failure here before it throws.
 */
interface FailStop {
    /** Begins to stop. Returns at once; only the first cause counts. Any thread may call. */
    void stop(Throwable cause);

    /** Returns whether this member is stopping, for whatever reason. Any thread may ask. */
    boolean stopping();

    /** Returns whether it is stopping because something failed. Any thread may ask. */
    boolean failed();

    default <T> T guard(Supplier<T> action) {
        try {
            return action.get();
        } catch (RuntimeException | Error e) {
            stop(e);
            throw e;
        }
    }

    default void guard(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error e) {
            stop(e);
            throw e;
        }
    }
}
