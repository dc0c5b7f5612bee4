package dev.polder.isolation.engine;

import dev.polder.isolation.ContainerId;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Containers that an engine has yet to remove, which is tried again and again, on a thread of its own that is there while
 * there are some. In memory alone: what a killed node has left its next run finds by its notes. Any thread may call.
 */
final class LeftContainers implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LeftContainers.class);
    private static final long THREAD_END_MS_MAX = 5_000;

    private final String threadName;
    private final Duration pause;
    private final Removal removal;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /** Bounded as the containers of a node are. */
    private final Set<ContainerId> left = new LinkedHashSet<>();

    private @Nullable Thread thread;
    private boolean closed;

    /** Removes a container; one that is not there is as good. */
    interface Removal {
        void remove(ContainerId id) throws IOException;
    }

    /** {@code pause} is between two rounds of trials. */
    LeftContainers(String threadName, Duration pause, Removal removal) {
        this.threadName = threadName;
        this.pause = pause;
        this.removal = removal;
    }

    void add(ContainerId id) {
        lock.lock();
        try {
            if (!closed && left.add(id) && thread == null) {
                Thread started = new Thread(this::removeAlways, threadName);
                started.setDaemon(true);
                started.start();
                thread = started;
            }
        } finally {
            lock.unlock();
        }
    }

    private void removeAlways() {
        try {
            boolean all = true;
            for (List<ContainerId> round = next(all); !round.isEmpty(); round = next(all)) {
                all = removed(round);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean removed(List<ContainerId> round) {
        for (ContainerId id : round) {
            if (!tryToRemove(id)) {
                // one that takes long is enough for a round
                return false;
            }
        }
        return true;
    }

    /** Returns the next round, after a pause unless it is the first; empty for the end, after which the thread is forgotten. */
    private List<ContainerId> next(boolean atOnce) throws InterruptedException {
        lock.lock();
        try {
            long nanos = atOnce ? 0 : pause.toNanos();
            while (!closed && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
            if (closed || left.isEmpty()) {
                thread = null;
                return List.of();
            }
            return List.copyOf(left);
        } finally {
            lock.unlock();
        }
    }

    /** Tells whether it is gone; the next round begins with others if it is not. */
    private boolean tryToRemove(ContainerId id) {
        boolean removed = false;
        try {
            removal.remove(id);
            removed = true;
            log.info("container of a docker engine removed afterwards id={}", id);
        } catch (IOException | RuntimeException e) {
            log.debug("container of a docker engine is still left id={}", id, e);
        }
        lock.lock();
        try {
            left.remove(id);
            if (!removed) {
                left.add(id);
            }
        } finally {
            lock.unlock();
        }
        return removed;
    }

    /** Ends the thread. What is left stays. */
    @Override
    public void close() {
        Thread running;
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
            running = thread;
        } finally {
            lock.unlock();
        }
        if (running == null) {
            return;
        }
        running.interrupt();
        try {
            running.join(THREAD_END_MS_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
