package dev.polder.raft;

import io.atomix.utils.concurrent.ThreadContext;

/** A background that is the member's own thread, at a later turn: so it can be paused and ended with it. */
final class OnThread implements Background {
    private final ThreadContext thread;
    private boolean closed;

    OnThread(ThreadContext thread) {
        this.thread = thread;
    }

    @Override
    public void execute(Runnable task) {
        thread.execute(() -> {
            if (!closed) {
                task.run();
            }
        });
    }

    @Override
    public void close() {
        closed = true;
    }
}
