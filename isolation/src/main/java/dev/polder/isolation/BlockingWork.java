package dev.polder.isolation;

import dev.polder.isolation.IntentScript.UnfitException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What waits for disks and for dying processes, on one thread of its own: intents are written, in batches that share
 * one forced write; directories are deleted; what is left of lost containers is killed.
 */
final class BlockingWork implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(BlockingWork.class);
    private static final int BATCH_MAX = 256;

    private final IntentLog intents;
    private final HostTools tools;
    private final Accounts accounts;
    private final HostProcesses processes;
    private final @Nullable LaunchProbe probe;
    /** Never full: a container has at most one job of each kind here, and their number is limited at the door. */
    private final BlockingQueue<Job> jobs = new LinkedBlockingQueue<>(3 * TaskLauncher.CONTAINERS_MAX);

    private volatile boolean closed;

    BlockingWork(
            IntentLog intents,
            HostTools tools,
            Accounts accounts,
            HostProcesses processes,
            @Nullable LaunchProbe probe) {
        this.intents = intents;
        this.tools = tools;
        this.accounts = accounts;
        this.processes = processes;
        this.probe = probe;
    }

    /** Hears what became of a job, on this class's thread. */
    interface Outcomes {
        void written(Container container);

        void notWritten(Container container, String why);

        /** Nothing of it runs any more, or {@code left} processes that cannot be killed. */
        void buried(Container container, int left);
    }

    private sealed interface Job {
        record Write(Container container, TaskSpec spec, Outcomes outcomes) implements Job {}

        record Bury(Container container, Outcomes outcomes) implements Job {}

        record Delete(ContainerId id, ContainerDirectory directory) implements Job {}

        record Wake() implements Job {}
    }

    void write(Container container, TaskSpec spec, Outcomes outcomes) {
        jobs.add(new Job.Write(container, spec, outcomes));
    }

    void bury(Container container, Outcomes outcomes) {
        jobs.add(new Job.Bury(container, outcomes));
    }

    void delete(ContainerId id, ContainerDirectory directory) {
        jobs.add(new Job.Delete(id, directory));
    }

    /** Ends {@link #run} after the batch that it is at, and what is to be deleted. */
    void close() {
        closed = true;
        jobs.offer(new Job.Wake());
    }

    @Override
    public void run() {
        List<Job> batch = new ArrayList<>();
        try {
            while (!closed) {
                batch.add(jobs.take());
                jobs.drainTo(batch, BATCH_MAX - 1);
                writeAll(batch);
                batch.forEach(this::runAlone);
                batch.clear();
            }
            jobs.stream().filter(Job.Delete.class::isInstance).forEach(this::runAlone);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void writeAll(List<Job> batch) {
        Map<Container, Outcomes> written = new LinkedHashMap<>();
        for (Job job : batch) {
            if (job instanceof Job.Write write) {
                String refusal = prepare(write.container(), write.spec());
                if (refusal == null) {
                    written.put(write.container(), write.outcomes());
                } else {
                    write.outcomes().notWritten(write.container(), refusal);
                }
            }
        }
        if (written.isEmpty()) {
            return;
        }
        try {
            intents.launch(
                    written.keySet().stream().map(container -> container.id).toList());
            written.forEach((container, outcomes) -> outcomes.written(container));
        } catch (IOException e) {
            log.error("intents could not be forced to disk, nothing of them is started count={}", written.size(), e);
            written.forEach((container, outcomes) ->
                    outcomes.notWritten(container, "its intent could not be forced to disk: " + e.getMessage()));
        }
    }

    /** Returns why the task cannot be started, null if all is ready. */
    private @Nullable String prepare(Container container, TaskSpec spec) {
        if (container.stopsAt(LaunchProbe.Phase.BEFORE_INTENT) && probe != null) {
            probe.reached(container.id, LaunchProbe.Phase.BEFORE_INTENT);
        }
        if (!Files.isDirectory(spec.sandbox())) {
            return "sandbox " + spec.sandbox() + " is not a directory";
        }
        LaunchProbe.Phase stopAt = container.stopAt;
        String hold = stopAt != null && stopAt.isInShim() ? stopAt.place() : null;
        try {
            byte[] intent = IntentScript.of(spec, tools, accounts.toSwitchTo(spec.user()), hold);
            container.directory.create(intent, hold != null);
            return null;
        } catch (Account.UnknownException | UnfitException e) {
            return e.getMessage();
        } catch (IOException e) {
            return "its intent could not be written: " + e;
        }
    }

    private void runAlone(Job job) {
        if (job instanceof Job.Bury bury) {
            killRemains(bury.container(), bury.outcomes());
        } else if (job instanceof Job.Delete delete) {
            try {
                intents.forget(delete.id());
                delete.directory().delete();
            } catch (IOException e) {
                log.warn("container not deleted, it will be found again at the next start id={}", delete.id(), e);
            }
        }
    }

    private void killRemains(Container container, Outcomes outcomes) {
        try {
            container.directory.cancelProgram();
        } catch (IOException e) {
            log.warn("fence not made, its processes are killed all the same id={}", container.id, e);
        }
        int left = processes.killContainer(container.id, container.directory);
        if (left > 0) {
            log.warn("processes of a lost container cannot be killed id={} left={}", container.id, left);
        }
        outcomes.buried(container, left);
    }
}
