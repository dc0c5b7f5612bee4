package dev.polder.isolation;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

/**
 * Starts processes under a shell shim that outlives this JVM, and finds them again. Thread-safe; work that may block
 * runs on the launcher's own threads.
 *
 * <p>A container's directory below {@code directory} tells its whole story, each file written once:
 * <pre>
 *  intent    the spec, before anything is forked          (by us, forced to disk)
 *  started   made exclusively, before exec                (by the shim; or by recovery, saying "cancelled")
 *  pid       pid, start ticks and boot id of the process  (by the shim)
 *  exit      how it ended                                 (by the shim)
 * </pre>
 * An intent is never launched twice.
 */
public final class TaskLauncher implements AutoCloseable {
    private TaskLauncher() {}

    /**
     * Opens the directory and recovers what is there: {@link #recovered()} lists it; the listener is told of each
     * recovered container as of a new one (its start is not told again).
     *
     * @param endOrphans true: the launch shell ends the tasks when this JVM dies, for nodes without a lasting directory
     */
    public static TaskLauncher open(Path directory, String nodeName, boolean endOrphans, TaskListener listener)
            throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Returns the containers that were there at {@link #open}, in no order; how each stands is told to the listener. */
    public Set<ContainerId> recovered() {
        throw new UnsupportedOperationException();
    }

    /** Starts listening: from now on the listener hears of recovered and new containers. Call once, after open. */
    public void start() {
        throw new UnsupportedOperationException();
    }

    /** Writes the intent durably, then has the task started. Returns at once; the listener is told what came of it. */
    public void launch(TaskSpec spec) {
        throw new UnsupportedOperationException();
    }

    /**
     * Sends TERM to the task's process group, and KILL after {@code grace} unless it has ended. A further call may only
     * shorten the grace. Before the task has started it is not started at all. Unknown or ended: nothing happens.
     */
    public void kill(ContainerId id, Duration grace) {
        throw new UnsupportedOperationException();
    }

    /** Deletes a container's directory when its end was told and everybody above knows. The sandbox stays. */
    public void forget(ContainerId id) {
        throw new UnsupportedOperationException();
    }

    /** Kills every task, with TERM and then KILL after {@code grace}; returns when none runs. Used before close. */
    public void killAll(Duration grace) {
        throw new UnsupportedOperationException();
    }

    /** Stops listening and ends the launch shell; tasks that run go on under their shims. Idempotent. */
    @Override
    public void close() {}
}
