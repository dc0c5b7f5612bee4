package dev.polder.isolation;

import dev.polder.isolation.Container.Phase;
import dev.polder.isolation.ContainerDirectory.TaskProcess;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The running tasks that are being killed: TERM was or is to be sent, KILL comes when their grace is over. Owned by the supervisor. */
final class Kills {
    private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    /** A busy host takes long to start some programs. */
    private static final long BEGIN_NANOS_MAX = TimeUnit.SECONDS.toNanos(10);
    /** A grace beyond this is as good as this, and does not overflow. */
    private static final Duration GRACE_MAX = Duration.ofDays(10_000);

    private final ShellKeeper shell;
    private final HostProcesses processes;
    /** Bounded as the containers are, as a container that has ended leaves. */
    private final Set<Container> killed = new LinkedHashSet<>();

    private long nextAt = Container.NEVER;

    Kills(ShellKeeper shell, HostProcesses processes) {
        this.shell = shell;
        this.processes = processes;
    }

    static Duration shorter(@Nullable Duration one, Duration other) {
        return one == null || other.compareTo(one) < 0 ? other : one;
    }

    /** Sends TERM and lets the grace run; if it runs already it may become shorter. Returns true the first time. */
    boolean terminate(Container container, Duration grace, long now) {
        long due = now + Math.max(0, shorter(GRACE_MAX, grace).toNanos());
        boolean first = killed.add(container);
        if (first) {
            container.killAt = due;
            container.termAtLast = now + BEGIN_NANOS_MAX;
            term(container, now);
        } else if (due - container.killAt < 0) {
            container.killAt = due;
        }
        nextAt = sooner(sooner(nextAt, container.termAt), container.killAt);
        return first;
    }

    /** It has ended, killed or not. */
    void ended(Container container) {
        killed.remove(container);
    }

    /** The launch shell has died, and may have taken orders with it. */
    void repeatTerm() {
        long now = System.nanoTime();
        for (Container container : killed) {
            term(container, now);
            nextAt = sooner(nextAt, container.termAt);
        }
    }

    long nanosToNext(long now) {
        return nextAt == Container.NEVER ? Long.MAX_VALUE : Math.max(0, nextAt - now);
    }

    /** Sends KILL where it is due, and again every second: the order may be lost, or the process be stuck. */
    void turn(long now) {
        if (nanosToNext(now) > 0) {
            return;
        }
        nextAt = Container.NEVER;
        for (Container container : killed) {
            if (now - container.killAt >= 0) {
                kill(container);
                container.killAt = now + AGAIN_NANOS;
            } else if (container.termAt != Container.NEVER && now - container.termAt >= 0) {
                term(container, now);
            }
            nextAt = sooner(sooner(nextAt, container.termAt), container.killAt);
        }
    }

    private static long sooner(long one, long other) {
        if (one == Container.NEVER || other == Container.NEVER) {
            return one == Container.NEVER ? other : one;
        }
        return other - one < 0 ? other : one;
    }

    /** TERM that comes while a task's first process still starts would be lost, so it waits for the program. */
    private void term(Container container, long now) {
        TaskProcess process = container.process;
        container.termAt = Container.NEVER;
        if (container.phase != Phase.RUNNING || process == null) {
            return;
        }
        boolean hasInit = container.hasInit || processes.leadsToInit(process);
        if (hasInit && now - container.termAtLast < 0 && !processes.hasComeToItsProgram(process)) {
            container.termAt = now + LOOK_NANOS;
        } else {
            shell.signal(process, "TERM");
        }
    }

    /** While there is no launch shell we kill the process ourselves; then its shim kills what is left of its group. */
    private void kill(Container container) {
        TaskProcess process = container.process;
        if (container.phase == Phase.RUNNING && process != null && !shell.signal(process, "KILL")) {
            processes.kill(process);
        }
    }
}
