package dev.polder.isolation;

import dev.polder.isolation.ContainerDirectory.Fence;
import dev.polder.isolation.ContainerDirectory.Story;
import dev.polder.isolation.ContainerDirectory.TaskProcess;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a container's files and this host's processes say of how it stands. Changes nothing but the fence: where nobody
 * has begun the task, it sees to it that nobody ever does. Lets the patience run with a shim that has begun. Owned by
 * the supervisor.
 */
final class Examination {
    /** Why a container of an earlier boot is lost. */
    static final String RESTARTED = "the host was restarted since";

    static final Duration START_PATIENCE = Duration.ofSeconds(10);

    private static final Logger log = LoggerFactory.getLogger(Examination.class);

    private final String boot;
    private final HostProcesses processes;
    private final long patienceNanos;

    /** {@code startPatience} is how long a shim that has begun may take to have its process. */
    Examination(String boot, HostProcesses processes, Duration startPatience) {
        this.boot = boot;
        this.processes = processes;
        this.patienceNanos = startPatience.toNanos();
    }

    /** How a container stands. */
    sealed interface Finding {
        record Exited(ExitStatus status) implements Finding {}

        record NotStarted(String why) implements Finding {}

        record Lost(String why) implements Finding {}

        record Running(TaskProcess process) implements Finding {}

        /** Its shim is gone, or has begun and got nowhere: nobody will write how it ended, and something may still run. */
        record Abandoned() implements Finding {}
    }

    /**
     * Finds out how a container stands that no launch shell is about to start. Returns null if that is not decided,
     * as its shim has just begun, or its files cannot be read; then they are looked at again later.
     */
    @Nullable
    Finding of(Container container) {
        Story story = read(container);
        if (story == null) {
            return null;
        }
        if (story.exit() != null) {
            return new Finding.Exited(story.exit());
        }
        if (story.started() == Fence.CANCELLED) {
            return new Finding.NotStarted("the launch was cancelled");
        }
        if (container.lostBecause != null) {
            return new Finding.Lost(container.lostBecause);
        }
        if (story.process() != null) {
            return ofProcess(container, story.process());
        }
        if (story.pid() == Fence.CANCELLED) {
            return new Finding.Abandoned();
        }
        if (story.started() == Fence.OPEN && cancelStart(container)) {
            return new Finding.NotStarted("the launch shell ended before it started the task");
        }
        return ofBegun(container, System.nanoTime());
    }

    private @Nullable Finding ofBegun(Container container, long now) {
        if (container.patienceEndsAt == Container.NEVER) {
            container.patienceEndsAt = now + patienceNanos;
            return null;
        }
        return now - container.patienceEndsAt >= 0 ? new Finding.Abandoned() : null;
    }

    private @Nullable Finding ofProcess(Container container, TaskProcess process) {
        if (!process.boot().equals(boot)) {
            return new Finding.Lost(RESTARTED);
        }
        if (processes.lives(process.shim(), process.tick())) {
            return new Finding.Running(process);
        }
        // the shim may have written the exit as its last deed
        Story last = read(container);
        if (last == null) {
            return null;
        }
        return last.exit() != null ? new Finding.Exited(last.exit()) : new Finding.Abandoned();
    }

    /** Has its shim written how it ended, without having been heard, or died, or can nobody tell? */
    boolean mayHaveEnded(Container container) {
        TaskProcess process = container.process;
        return process == null
                || !processes.available()
                || container.directory.hasExit()
                || !processes.lives(process.shim(), process.tick());
    }

    /** Has anybody made its first fence? False too if nobody can tell. */
    boolean hasBegun(Container container) {
        Story story = read(container);
        return story != null && story.started() != Fence.OPEN;
    }

    /** Returns how it ended, null if that is not written. */
    @Nullable
    ExitStatus exitOf(Container container) {
        Story story = read(container);
        return story == null ? null : story.exit();
    }

    /** Sees to it that the task is never started. Returns false if it may have been. */
    boolean cancelStart(Container container) {
        try {
            return container.directory.cancelStart();
        } catch (IOException e) {
            log.warn("launch cannot be cancelled id={}", container.id, e);
            return false;
        }
    }

    private static @Nullable Story read(Container container) {
        try {
            return container.directory.read();
        } catch (IOException e) {
            log.warn("container cannot be looked at id={}", container.id, e);
            return null;
        }
    }
}
