package dev.polder.isolation;

import dev.polder.isolation.Container.Phase;
import dev.polder.isolation.ContainerDirectory.TaskProcess;
import dev.polder.isolation.Examination.Finding;
import dev.polder.isolation.Reports.Report;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows every container from its launch to its end, on one thread that owns them all; tells the listener.
 *
 * <p>News comes from the shims' reports; the truth is in the containers' files. So whenever news may be missing (after
 * a restart, when the launch shell has died, now and then for every container) the files are read.
 */
final class Supervisor implements Runnable, BlockingWork.Outcomes {
    private static final Logger log = LoggerFactory.getLogger(Supervisor.class);

    /** How often each container is looked at, where they are not many. */
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Bounds how long others wait while we look. */
    private static final int LOOKS_AT_ONCE = 10;
    /** Bounds what looking costs: with more than 200 containers, each is looked at less often. */
    private static final long LOOK_PAUSE_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(50);
    /** How many ended containers may be among those that are to be looked at, beside as many as there are others. */
    private static final int LOOKS_ENDED = 200;

    private static final long LOOK_IN_HAND_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long DELETE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final TaskListener listener;
    private final ShellKeeper shell;
    private final ShimLines lines;
    private final Launches launches;
    private final Examination examination;
    private final Kills kills;
    private final BlockingWork work;
    private final @Nullable LaunchProbe probe;
    private final Inbox inbox = new Inbox();

    private final Map<ContainerId, Container> containers = new HashMap<>();
    /** The order in which containers are looked at; may hold some that have ended. Bounded as {@code containers}. */
    private final ArrayDeque<Container> looks = new ArrayDeque<>();

    private final List<CompletableFuture<Void>> waitingForNone = new ArrayList<>();
    /** What is to be deleted with the next intent that is written, or in a moment: one thread is woken for both. */
    private final List<Runnable> deletions = new ArrayList<>();

    private long deleteAt;

    private long lookAt;
    private long lookInHandAt;

    Supervisor(
            TaskListener listener,
            ShellKeeper shell,
            ShimLines lines,
            String boot,
            HostProcesses processes,
            BlockingWork work,
            List<Container> recovered,
            @Nullable LaunchProbe probe) {
        this.listener = listener;
        this.shell = shell;
        this.lines = lines;
        this.launches = new Launches(shell, lines, probe == null ? Launches.WAIT_MAX : probe.launchWait());
        this.examination =
                new Examination(boot, processes, probe == null ? Examination.START_PATIENCE : probe.startPatience());
        this.kills = new Kills(shell, processes);
        this.work = work;
        this.probe = probe;
        recovered.forEach(this::add);
    }

    private void add(Container container) {
        containers.put(container.id, container);
        looks.add(container);
        if (looks.size() > 2 * containers.size() + LOOKS_ENDED) {
            looks.removeIf(old -> old.phase == Phase.TOLD);
        }
    }

    // ---- from other threads ----

    void launch(Container container, TaskSpec spec) {
        container.hasInit = spec.containment().namespaces().contains(Namespace.PID);
        inbox.send(() -> {
            add(container);
            delete();
            work.write(container, spec, this);
        });
    }

    void kill(ContainerId id, Duration grace) {
        inbox.send(() -> {
            Container container = containers.get(id);
            if (container != null) {
                kill(container, grace);
            }
        });
    }

    /** Returns a future that completes when no container is left. */
    CompletableFuture<Void> killAll(Duration grace) {
        CompletableFuture<Void> none = new CompletableFuture<>();
        inbox.send(() -> {
            List.copyOf(containers.values()).forEach(container -> kill(container, grace));
            waitingForNone.add(none);
        });
        return none;
    }

    void forget(ContainerId id, ContainerDirectory directory, Runnable forgotten) {
        inbox.send(() -> {
            if (containers.containsKey(id)) {
                log.warn("container not forgotten, as its end was not told yet id={}", id);
            } else {
                if (deletions.isEmpty()) {
                    deleteAt = System.nanoTime() + DELETE_NANOS;
                }
                deletions.add(() -> work.delete(id, directory));
                forgotten.run();
            }
        });
    }

    void report(Report report) {
        inbox.send(() -> onReport(report));
    }

    @Override
    public void written(Container container) {
        inbox.send(() -> {
            container.phase = Phase.READY;
            if (container.grace != null) {
                notStarted(container, "killed before it was started");
            } else {
                launches.add(container);
            }
        });
    }

    @Override
    public void notWritten(Container container, String why) {
        inbox.send(() -> notStarted(container, why));
    }

    @Override
    public void buried(Container container, int left) {
        inbox.send(() -> onBuried(container, left));
    }

    /** Ends {@link #run}; the listener hears nothing more, but for a call that has begun. */
    void close() {
        inbox.close();
    }

    // ---- the thread ----

    @Override
    public void run() {
        for (Container recovered : List.copyOf(containers.values())) {
            inbox.guarded(() -> resolve(recovered));
        }
        lookAt = System.nanoTime() + LOOK_NANOS;
        lookInHandAt = lookAt;
        inbox.run(this::nanosToNextTurn, this::turn);
        delete();
    }

    private long nanosToNextTurn() {
        long now = System.nanoTime();
        long toDelete = deletions.isEmpty() ? Long.MAX_VALUE : Math.max(0, deleteAt - now);
        if (containers.isEmpty()) {
            return waitingForNone.isEmpty() ? toDelete : 0;
        }
        long next = Math.min(toDelete, Math.min(lookAt - now, kills.nanosToNext(now)));
        return Math.max(0, !launches.isEmpty() ? Math.min(next, LOOK_IN_HAND_NANOS) : next);
    }

    private void turn() {
        long now = System.nanoTime();
        keepShell(now);
        launches.handOver(now);
        endWaiting(now);
        kills.turn(now);
        if (!deletions.isEmpty() && now - deleteAt >= 0) {
            delete();
        }
        if (now - lookAt >= 0) {
            lookAround();
            lookAt = now + Math.max(LOOK_PAUSE_NANOS_MIN, LOOK_NANOS / Math.max(1, looks.size() / LOOKS_AT_ONCE));
        }
        if (containers.isEmpty()) {
            waitingForNone.forEach(none -> none.complete(null));
            waitingForNone.clear();
        }
    }

    private void delete() {
        deletions.forEach(Runnable::run);
        deletions.clear();
    }

    // ---- launching ----

    /** Nobody waits for ever for a launch shell that cannot be started, dies at once or hangs. */
    private void endWaiting(long now) {
        if (now - lookInHandAt >= 0) {
            lookInHandAt = now + LOOK_NANOS;
            launches.inHandSince(now - LOOK_NANOS).forEach(container -> lookIfStuck(container, now));
        }
        for (Container first = launches.overdue(now); first != null; first = launches.overdue(now)) {
            notStarted(first, launches.whyNotStarted(first, now));
        }
    }

    /** Sees to it that there is a launch shell, and that nobody waits for one that is gone. */
    private void keepShell(long now) {
        if (shell.lives()) {
            return;
        }
        launches.takeInHand().forEach(this::resolve);
        if (shell.startAgain(now)) {
            kills.repeatTerm();
        }
    }

    private void onReport(Report report) {
        if (report instanceof Report.Started started) {
            with(started.id(), container -> started(container, started.process()));
        } else if (report instanceof Report.Ended ended) {
            lines.waits(ended.line());
            with(ended.id(), container -> exited(container, ended.status()));
        } else if (report instanceof Report.Waits waits) {
            lines.waits(waits.line());
        } else if (report instanceof Report.NotForked notForked) {
            with(notForked.id(), container -> {
                launches.remove(container);
                resolve(container);
            });
        } else if (report instanceof Report.Held held && probe != null) {
            LaunchProbe.Phase.ofPlace(held.place()).ifPresent(phase -> probe.reached(held.id(), phase));
        }
    }

    private void with(ContainerId id, Consumer<Container> step) {
        Container container = containers.get(id);
        if (container != null) {
            step.accept(container);
        }
    }

    private void started(Container container, TaskProcess process) {
        if (container.phase != Phase.HANDED) {
            return;
        }
        launches.started(container);
        container.phase = Phase.RUNNING;
        container.process = process;
        tell(to -> to.onStarted(container.id, process.pid()));
        if (container.stopsAt(LaunchProbe.Phase.RUNNING) && probe != null) {
            probe.reached(container.id, LaunchProbe.Phase.RUNNING);
        }
        if (container.grace != null) {
            terminate(container, container.grace);
        }
    }

    // ---- looking at files ----

    private void lookAround() {
        for (int i = Math.min(LOOKS_AT_ONCE, looks.size()); i > 0; i--) {
            Container container = looks.remove();
            if (container.phase == Phase.TOLD) {
                continue;
            }
            looks.add(container);
            if (container.phase == Phase.RUNNING
                    ? examination.mayHaveEnded(container)
                    : container.phase == Phase.HANDED && !launches.isInHand(container)) {
                resolve(container);
            }
        }
    }

    /** The launch shell lives and has the order: as long as the shim has not begun it is only slow, for some time. */
    private void lookIfStuck(Container container, long now) {
        if (examination.hasBegun(container)) {
            // no launch shell is needed for what comes now, and what the shim has reported may be lost
            resolve(container);
        } else if (launches.hasWaited(container, now) && examination.cancelStart(container)) {
            launches.doubtShell(container);
            notStarted(container, launches.whyNotStarted(container, now));
        }
    }

    /** Acts on how a container stands that no launch shell is about to start. */
    private void resolve(Container container) {
        if (container.phase != Phase.HANDED && container.phase != Phase.RUNNING) {
            return;
        }
        Finding finding = examination.of(container);
        if (finding instanceof Finding.Exited exited) {
            exited(container, exited.status());
        } else if (finding instanceof Finding.NotStarted notStarted) {
            notStarted(container, notStarted.why());
        } else if (finding instanceof Finding.Lost lost) {
            lost(container, lost.why());
        } else if (finding instanceof Finding.Running running) {
            started(container, running.process());
        } else if (finding instanceof Finding.Abandoned) {
            bury(container);
        }
    }

    private void bury(Container container) {
        launches.remove(container);
        container.phase = Phase.BURIED;
        work.bury(container, this);
    }

    private void onBuried(Container container, int left) {
        ExitStatus exit = examination.exitOf(container);
        if (exit != null) {
            exited(container, exit);
        } else {
            lost(
                    container,
                    "its shim is gone without having written how the task ended"
                            + (left == 0 ? "" : "; " + left + " of its processes cannot be killed"));
        }
    }

    // ---- killing ----

    private void kill(Container container, Duration grace) {
        switch (container.phase) {
            case WRITING -> container.grace = grace;
            case READY -> notStarted(container, "killed before it was started");
            case HANDED -> {
                if (examination.cancelStart(container)) {
                    notStarted(container, "killed before it was started");
                } else {
                    container.grace = Kills.shorter(container.grace, grace);
                }
            }
            case RUNNING -> terminate(container, grace);
            case BURIED, TOLD -> {
                // it is about to be gone
            }
        }
    }

    private void terminate(Container container, Duration grace) {
        boolean first = kills.terminate(container, grace, System.nanoTime());
        if (first && container.stopsAt(LaunchProbe.Phase.BEING_KILLED) && probe != null) {
            probe.reached(container.id, LaunchProbe.Phase.BEING_KILLED);
        }
    }

    // ---- telling ----

    private void exited(Container container, ExitStatus status) {
        ExitStatus told = status instanceof ExitStatus.NotContained
                ? new ExitStatus.NotContained(container.directory.trouble())
                : status;
        lines.begun(container.id);
        end(container, to -> to.onExited(container.id, told));
    }

    private void notStarted(Container container, String why) {
        end(container, to -> to.onNotStarted(container.id, why));
    }

    private void lost(Container container, String why) {
        lines.begun(container.id);
        end(container, to -> to.onLost(container.id, why));
    }

    private void end(Container container, Consumer<TaskListener> call) {
        if (container.phase == Phase.TOLD) {
            return;
        }
        launches.remove(container);
        container.phase = Phase.TOLD;
        containers.remove(container.id);
        kills.ended(container);
        tell(call);
    }

    private void tell(Consumer<TaskListener> call) {
        if (inbox.isClosed()) {
            return;
        }
        try {
            call.accept(listener);
        } catch (RuntimeException e) {
            log.error("the task listener failed", e);
        }
    }
}
