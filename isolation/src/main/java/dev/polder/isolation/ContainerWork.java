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
    private final BlockingQueue<Runnable> jobs = newJobs();
    /** What may wait for an engine that hangs. */
    private final BlockingQueue<Runnable> engineJobs = newJobs();

    private final List<Thread> threads = new ArrayList<>();
    private final List<Thread> engineThreads = new ArrayList<>();
    private volatile boolean closed;

    /** @param withEngine whether there are threads for containers of an engine, too */
    ContainerWork(String prefix, Inbox inbox, boolean withEngine) {
        this.inbox = inbox;
        addThreads(threads, prefix + "isolation-", jobs);
        if (withEngine) {
            addThreads(engineThreads, prefix + "engine-", engineJobs);
        }
    }

    /** Never full: there is one job a container at most, and the containerizer bounds those at its door. */
    private static BlockingQueue<Runnable> newJobs() {
        return new LinkedBlockingQueue<>();
    }

    private void addThreads(List<Thread> to, String names, BlockingQueue<Runnable> theirs) {
        for (int i = 0; i < THREADS; i++) {
            Thread thread = new Thread(() -> work(theirs), names + i);
            thread.setDaemon(true);
            to.add(thread);
        }
    }

    void start() {
        threads.forEach(Thread::start);
        engineThreads.forEach(Thread::start);
    }

    /** Has something done with a container; {@code then} is told, on the containerizer's thread. */
    <T> void run(IsolatedContainer container, Supplier<T> job, Consumer<T> then) {
        Runnable whole = () -> {
            T outcome = job.get();
            inbox.send(() -> {
                try {
                    then.accept(outcome);
                } finally {
                    ended(container);
                }
            });
        };
        if (container.isBusy) {
            container.waiting.add(whole);
        } else {
            container.isBusy = true;
            jobsOf(container).add(whole);
        }
    }

    private BlockingQueue<Runnable> jobsOf(IsolatedContainer container) {
        return container.byEngine ? engineJobs : jobs;
    }

    private void ended(IsolatedContainer container) {
        Runnable next = container.waiting.poll();
        if (next == null) {
            container.isBusy = false;
        } else {
            jobsOf(container).add(next);
        }
    }

    private void work(BlockingQueue<Runnable> theirs) {
        boolean interrupted = false;
        while (!closed) {
            try {
                theirs.take().run();
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

    /** Waits for what is being done, but not long for an engine; what waits is not done any more. */
    void close() {
        closed = true;
        for (int i = 0; i < THREADS; i++) {
            jobs.add(() -> {});
            engineJobs.add(() -> {});
        }
        threads.forEach(thread -> TaskLauncher.join(thread, () -> {}));
        // when one has been waited for in vain, none is any more: they all wait for the same engine
        engineThreads.forEach(thread -> TaskLauncher.join(thread, () -> engineThreads.forEach(Thread::interrupt)));
    }
}
