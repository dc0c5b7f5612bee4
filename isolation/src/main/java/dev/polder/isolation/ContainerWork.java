package dev.polder.isolation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads on which isolators work. For one container one thing is done at a time, in the order in which it was asked
 * for; its outcome goes back to the containerizer's thread, which alone asks.
 */
final class ContainerWork {
    private static final Logger log = LoggerFactory.getLogger(ContainerWork.class);
    private static final int THREADS = 4;

    private final Inbox inbox;
    /** Never full: there is one job a container at most, and the containerizer bounds those at its door. */
    private final BlockingQueue<Runnable> jobs = new LinkedBlockingQueue<>();

    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean closed;

    ContainerWork(String prefix, Inbox inbox) {
        this.inbox = inbox;
        for (int i = 0; i < THREADS; i++) {
            Thread thread = new Thread(this::work, prefix + "isolation-" + i);
            thread.setDaemon(true);
            threads.add(thread);
        }
    }

    void start() {
        threads.forEach(Thread::start);
    }

    /** Has something done with a container; {@code then} is told, on the containerizer's thread. */
    <T> void run(IsolatedContainer container, Supplier<T> job, Consumer<T> then) {
        Runnable whole = () -> {
            T outcome = job.get();
            inbox.send(() -> ended(container, () -> then.accept(outcome)));
        };
        if (container.isBusy) {
            container.waiting.add(whole);
        } else {
            container.isBusy = true;
            jobs.add(whole);
        }
    }

    private void ended(IsolatedContainer container, Runnable told) {
        Runnable next = container.waiting.poll();
        if (next == null) {
            container.isBusy = false;
        } else {
            jobs.add(next);
        }
        told.run();
    }

    private void work() {
        boolean interrupted = false;
        while (!closed) {
            try {
                jobs.take().run();
            } catch (InterruptedException e) {
                interrupted = true;
            } catch (RuntimeException e) {
                log.error("a job with a container failed", e);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for what is being done; what waits is not done any more. */
    void close() {
        closed = true;
        threads.forEach(thread -> jobs.add(() -> {}));
        threads.forEach(thread -> TaskLauncher.join(thread, () -> {}));
    }
}
