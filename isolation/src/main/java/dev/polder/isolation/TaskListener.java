package dev.polder.isolation;

/**
 * Hears of tasks. Called on the launcher's threads; an implementation hands over to its own thread and does not block.
 * For each task: at most one {@link #onStarted}, then exactly one of the others; nothing after {@link TaskLauncher#close()}.
 */
public interface TaskListener {
    /** The process exists. */
    void onStarted(ContainerId id, long pid);

    /** The process has ended, and the code is on disk. */
    void onExited(ContainerId id, ExitStatus status);

    /** No process of this launch exists or ever will. */
    void onNotStarted(ContainerId id, String why);

    /** The process is gone, and nobody knows how it ended; whatever carried its container id was killed. */
    void onLost(ContainerId id, String why);
}
