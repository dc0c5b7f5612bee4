package dev.polder;

import dev.polder.agent.AgentProbe;
import dev.polder.framework.Framework;
import dev.polder.framework.FrameworkConfig;
import dev.polder.framework.FrameworkDriver;
import dev.polder.framework.SchedulerDriver;
import dev.polder.isolation.ContainerId;
import dev.polder.isolation.LaunchProbe;
import dev.polder.model.Filters;
import dev.polder.model.FrameworkId;
import dev.polder.model.MasterInfo;
import dev.polder.model.Offer;
import dev.polder.model.TaskId;
import dev.polder.model.TaskInfo;
import dev.polder.model.TaskState;
import dev.polder.model.TaskStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The process that {@link KillLoopTest} kills: a node on a lasting directory, and a framework that launches a few tasks,
 * or, in the last round, waits until all that were ever launched have ended. It says what happens on its output:
 * {@code LAUNCHED task}, {@code ENDED task state}, {@code REACHED phase container}, {@code SETTLED}.
 */
final class KillLoopNode {
    /** Where a round is killed. */
    enum Place {
        BEFORE_INTENT(true),
        BEFORE_STARTED(true),
        BEFORE_PID(true),
        RUNNING(true),
        BEING_KILLED(true),
        EXITED(true),
        END_NOT_SENT(false),
        NOWHERE(false);

        /** Whether it is a phase of the launcher. */
        private final boolean inLauncher;

        Place(boolean inLauncher) {
            this.inLauncher = inLauncher;
        }
    }

    private static final int TASKS_PER_ROUND = 4;
    /** Which launch of a round is stopped: not the first, so that others are on their way. */
    private static final int STOPPED_LAUNCH = 2;

    private KillLoopNode() {}

    /** Takes data directory, markers' directory, round, place, and the tasks that have not ended yet. */
    public static void main(String[] args) throws InterruptedException {
        Path data = Path.of(args[0]);
        Path markers = Path.of(args[1]);
        String round = args[2];
        Place place = Place.valueOf(args[3]);
        Set<String> unsettled = new LinkedHashSet<>(List.of(args).subList(4, args.length));
        ClusterConfig config = ClusterConfig.builder()
                .name("killed")
                .dataDir(data)
                .keepTasksOnClose(true)
                .resources("cpus:8;mem:1024;disk:1024")
                .build();
        try (ClusterNode node = ClusterNode.start(config, probe(place))) {
            node.awaitReady(Duration.ofSeconds(60));
            Launching framework = new Launching(markers, round, place, unsettled);
            FrameworkConfig introduction = FrameworkConfig.builder("kill-loop")
                    .frameworkId(new FrameworkId("kill-loop"))
                    .failoverTimeout(Duration.ofHours(1))
                    .build();
            try (FrameworkDriver driver = FrameworkDriver.start(framework, introduction, node.masterAddress())) {
                while (!framework.settled.await(500, TimeUnit.MILLISECONDS)) {
                    framework.askAgain(driver);
                }
                say("SETTLED");
                if (place != Place.NOWHERE) {
                    new CountDownLatch(1).await();
                }
            }
        }
    }

    private static synchronized void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    private static AgentProbe probe(Place place) {
        AtomicInteger launches = new AtomicInteger();
        AtomicBoolean stopped = new AtomicBoolean();
        return new AgentProbe() {
            @Override
            public Optional<LaunchProbe> launches() {
                return Optional.of(new LaunchProbe() {
                    @Override
                    public Optional<Phase> stopAt(ContainerId id) {
                        boolean here = launches.getAndIncrement() == STOPPED_LAUNCH;
                        return here && place.inLauncher ? Optional.of(Phase.valueOf(place.name())) : Optional.empty();
                    }

                    @Override
                    public void reached(ContainerId id, Phase phase) {
                        say("REACHED " + phase + " " + id);
                        if (!phase.isInShim()) {
                            waitToBeKilled();
                        }
                    }
                });
            }

            @Override
            public void endNotSent(TaskId task) {
                if (place == Place.END_NOT_SENT && stopped.compareAndSet(false, true)) {
                    say("REACHED END_NOT_SENT -");
                    waitToBeKilled();
                }
            }
        };
    }

    private static void waitToBeKilled() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Launches a round's tasks on the first offers; counts what has ended. */
    private static final class Launching implements Framework {
        final CountDownLatch settled = new CountDownLatch(1);
        private final Path markers;
        private final String round;
        private final Place place;
        private final Set<String> unsettled;
        private boolean launched;

        Launching(Path markers, String round, Place place, Set<String> unsettled) {
            this.markers = markers;
            this.round = round;
            this.place = place;
            this.unsettled = unsettled;
            launched = place == Place.NOWHERE;
        }

        @Override
        public synchronized void onSubscribed(SchedulerDriver driver, FrameworkId id, MasterInfo master) {
            settleIfAllEnded();
        }

        @Override
        public synchronized void onOffers(SchedulerDriver driver, List<Offer> offers) {
            for (Offer offer : offers) {
                if (launched) {
                    driver.decline(offer);
                    continue;
                }
                launched = true;
                List<TaskInfo> tasks = new ArrayList<>();
                for (int i = 0; i < TASKS_PER_ROUND; i++) {
                    tasks.add(task("r" + round + "-" + i));
                    unsettled.add("r" + round + "-" + i);
                }
                driver.accept(List.of(offer), tasks, Filters.DEFAULT).thenAccept(result -> {
                    if (result.isAccepted()) {
                        tasks.forEach(task -> say("LAUNCHED " + task.id()));
                    }
                });
            }
        }

        private TaskInfo task(String id) {
            String seconds = place == Place.BEING_KILLED ? "60" : "0.3";
            return TaskInfo.builder(id)
                    .name(id)
                    .shell("echo $$ >> " + markers.resolve(id) + "; exec sleep " + seconds)
                    .cpus(0.1)
                    .mem(16)
                    .build();
        }

        @Override
        public synchronized void onUpdate(SchedulerDriver driver, TaskStatus status) {
            if (place == Place.BEING_KILLED && status.state() == TaskState.TASK_RUNNING) {
                driver.kill(status.taskId());
            }
            if (status.state().isTerminal() && unsettled.remove(status.taskId().value())) {
                say("ENDED " + status.taskId() + " " + status.state());
            }
            settleIfAllEnded();
        }

        /** Asks for what has not ended; a task that the cluster no longer knows had its end acknowledged. */
        synchronized void askAgain(SchedulerDriver driver) {
            if (!unsettled.isEmpty()) {
                driver.reconcile(unsettled.stream().map(TaskId::new).toList());
            }
        }

        private void settleIfAllEnded() {
            if (launched && unsettled.isEmpty()) {
                settled.countDown();
            }
        }
    }
}
