package dev.polder.raft;

import io.atomix.utils.concurrent.AbstractThreadContext;
import io.atomix.utils.concurrent.Scheduled;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * A member's thread in virtual time: what is handed to it runs later, never at once, and not while it is paused or busy
 * with something that takes its time.
 */
final class SimThread extends AbstractThreadContext {
    private final SimTime time;
    private final Consumer<Throwable> onFailure;
    private long busyUntilNanos;
    private boolean running;
    private boolean closed;

    SimThread(SimTime time, Consumer<Throwable> onFailure) {
        this.time = time;
        this.onFailure = onFailure;
    }

    /** Stops the thread for a while, as SIGSTOP does. */
    void pause(Duration pause) {
        busyUntil(time.nanos() + pause.toNanos());
    }

    /** Has nothing run before a time. */
    void busyUntil(long nanos) {
        busyUntilNanos = Math.max(busyUntilNanos, nanos);
    }

    @Override
    public void execute(Runnable task) {
        time.at(time.nanos(), () -> run(task));
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable task) {
        SimTime.Event event = time.after(delay.toNanos(), () -> run(task));
        return event::callOff;
    }

    @Override
    public Scheduled schedule(Duration delay, Duration interval, Runnable task) {
        boolean[] cancelled = new boolean[1];
        time.after(delay.toNanos(), () -> repeat(interval, task, cancelled));
        return () -> cancelled[0] = true;
    }

    private void repeat(Duration interval, Runnable task, boolean[] cancelled) {
        if (!closed && !cancelled[0]) {
            run(() -> {
                if (!cancelled[0]) {
                    task.run();
                }
            });
            time.after(interval.toNanos(), () -> repeat(interval, task, cancelled));
        }
    }

    /** Runs a task, or, while the thread is paused or busy, as soon as it is not. */
    void run(Runnable task) {
        if (closed) {
            return;
        }
        if (running) {
            // a task may run another: the state machine saves its state when it is told that this is wanted
            guard(task);
        } else if (time.nanos() < busyUntilNanos) {
            time.at(busyUntilNanos, () -> run(task));
        } else {
            running = true;
            busyUntil(time.takeTurn(() -> guard(task)));
            running = false;
        }
    }

    private void guard(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            onFailure.accept(e);
        }
    }

    @Override
    public boolean isCurrentContext() {
        return running;
    }

    @Override
    public void checkThread() {
        if (!running) {
            throw new IllegalStateException("not on the member's thread");
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
