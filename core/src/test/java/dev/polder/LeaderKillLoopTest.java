package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.framework.Framework;
import dev.polder.framework.FrameworkConfig;
import dev.polder.framework.FrameworkDriver;
import dev.polder.framework.SchedulerDriver;
import dev.polder.model.Filters;
import dev.polder.model.FrameworkId;
import dev.polder.model.MasterInfo;
import dev.polder.model.Offer;
import dev.polder.model.TaskId;
import dev.polder.model.TaskInfo;
import dev.polder.model.TaskState;
import dev.polder.model.TaskStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills the leader of three with -9 again and again in the middle of a job. What the framework was told, what the next
 * leader knows and what really ran (each task appends a line to a file of its own) must agree. {@code -DleaderKills=N}.
 */
@Tag("slow")
final class LeaderKillLoopTest {
    private static final int KILLS = Integer.getInteger("leaderKills", 6);
    private static final int TASKS_PER_OFFER = 4;
    private static final int RUNNING_MAX = 24;
    private static final List<TaskState> RANKS =
            List.of(TaskState.TASK_STAGING, TaskState.TASK_STARTING, TaskState.TASK_RUNNING, TaskState.TASK_FINISHED);

    @TempDir
    private Path directory;

    private final List<Long> failoverMs = new ArrayList<>();

    @Test
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void shouldLoseNoTaskAndStartNoneTwiceWhenItsLeaderIsKilledInTheMiddleOfAJob() throws Exception {
        Path markers = Files.createDirectory(directory.resolve("markers"));
        try (ClusterProcesses nodes = new ClusterProcesses(directory)) {
            nodes.startAll();
            Job job = new Job(markers);
            FrameworkConfig introduction = FrameworkConfig.builder("job")
                    .failoverTimeout(Duration.ofHours(1))
                    .build();
            try (FrameworkDriver driver = FrameworkDriver.start(job, introduction, nodes.masters())) {
                for (int kill = 0; kill < KILLS; kill++) {
                    killLeader(nodes, job, driver);
                }
                job.stop();
                Awaitility.await("the end of all tasks")
                        .atMost(120, TimeUnit.SECONDS)
                        .pollInterval(500, TimeUnit.MILLISECONDS)
                        .untilAsserted(() -> {
                            job.askAgain(driver);
                            assertThat(job.unfinished()).isEmpty();
                        });
            }
            job.compareWith(markers);
        }
        System.out.println("leaders killed: " + KILLS + ", subscribed again after ms: " + failoverMs);
    }

    private void killLeader(ClusterProcesses nodes, Job job, FrameworkDriver driver) throws Exception {
        await("a leader", () -> job.leaderPort() != 0);
        int before = job.launches();
        await("tasks on their way", () -> job.launches() >= before + 2 * TASKS_PER_OFFER && job.running() >= 2);
        int leader = nodes.nodeOfMaster(job.leaderPort());
        Map<TaskId, TaskState> told = job.acknowledged();
        long begin = System.nanoTime();
        nodes.kill(leader);
        await("the next leader", () -> job.subscribedNanos() > begin);
        failoverMs.add((job.subscribedNanos() - begin) / 1_000_000);
        job.expectKnown(driver, told);
        nodes.start(leader);
    }

    private static void await(String what, Callable<Boolean> condition) {
        Awaitility.await(what)
                .atMost(120, TimeUnit.SECONDS)
                .pollInterval(20, TimeUnit.MILLISECONDS)
                .until(condition);
    }

    /** Keeps some short tasks running, on whatever is offered. */
    private static final class Job implements Framework {
        private final Path markers;
        private final Map<TaskId, TaskState> states = new LinkedHashMap<>();
        private final Set<TaskId> accepted = new LinkedHashSet<>();
        private final Map<TaskId, TaskState> answers = new LinkedHashMap<>();
        private final Map<TaskId, TaskStatus> last = new LinkedHashMap<>();
        private boolean stopped;
        private int leaderPort;
        private long subscribedNanos;

        Job(Path markers) {
            this.markers = markers;
        }

        @Override
        public synchronized void onSubscribed(SchedulerDriver driver, FrameworkId id, MasterInfo master) {
            leaderPort = master.port();
            subscribedNanos = System.nanoTime();
        }

        @Override
        public synchronized void onDisconnected(SchedulerDriver driver) {
            leaderPort = 0;
        }

        @Override
        public synchronized void onOffers(SchedulerDriver driver, List<Offer> offers) {
            for (Offer offer : offers) {
                if (stopped || unfinished().size() >= RUNNING_MAX || !hasRoom(offer)) {
                    driver.decline(List.of(offer), Filters.refuse(Duration.ofMillis(100)));
                } else {
                    launch(driver, offer);
                }
            }
        }

        private static boolean hasRoom(Offer offer) {
            return offer.resources().scalar("cpus") >= TASKS_PER_OFFER * 100
                    && offer.resources().scalar("mem") >= TASKS_PER_OFFER * 16_000;
        }

        private void launch(SchedulerDriver driver, Offer offer) {
            List<TaskInfo> tasks = new ArrayList<>();
            for (int i = 0; i < TASKS_PER_OFFER; i++) {
                String id = "t" + states.size();
                states.put(new TaskId(id), TaskState.TASK_STAGING);
                tasks.add(TaskInfo.builder(id)
                        .shell("echo $$ >> " + markers.resolve(id) + "; exec sleep 0." + (1 + states.size() % 9))
                        .cpus(0.1)
                        .mem(16)
                        .build());
            }
            driver.accept(List.of(offer), tasks, Filters.refuse(Duration.ZERO)).thenAccept(result -> {
                if (result.isAccepted()) {
                    synchronized (this) {
                        tasks.forEach(task -> accepted.add(task.id()));
                    }
                }
            });
        }

        @Override
        public synchronized void onUpdate(SchedulerDriver driver, TaskStatus status) {
            TaskId task = status.taskId();
            if (!states.get(task).isTerminal()) { // else an echo: of a task whose end was acknowledged nobody knows
                answers.put(task, status.state());
                last.put(task, status);
                states.put(task, status.state());
            }
        }

        // ---- what the test asks

        synchronized void stop() {
            stopped = true;
        }

        synchronized int leaderPort() {
            return leaderPort;
        }

        synchronized long subscribedNanos() {
            return subscribedNanos;
        }

        synchronized int launches() {
            return accepted.size();
        }

        synchronized long running() {
            return states.values().stream()
                    .filter(state -> state == TaskState.TASK_RUNNING)
                    .count();
        }

        /** A task that no leader knows was never launched: its call was lost with the leader. */
        private static boolean isOver(TaskState state) {
            return state.isTerminal() || state == TaskState.TASK_UNKNOWN;
        }

        synchronized Map<TaskId, TaskState> unfinished() {
            Map<TaskId, TaskState> unfinished = new LinkedHashMap<>(states);
            unfinished.values().removeIf(Job::isOver);
            return unfinished;
        }

        /** Returns the tasks that a leader has said it knows and that have not ended. */
        synchronized Map<TaskId, TaskState> acknowledged() {
            Map<TaskId, TaskState> known = new LinkedHashMap<>();
            states.forEach((task, state) -> {
                if (!isOver(state) && accepted.contains(task)) {
                    known.put(task, state);
                }
            });
            return known;
        }

        void askAgain(SchedulerDriver driver) {
            List<TaskId> open = List.copyOf(unfinished().keySet());
            if (!open.isEmpty()) {
                driver.reconcile(open);
            }
        }

        /** Every task that was known is known to the next leader, and as no less than it was. */
        void expectKnown(SchedulerDriver driver, Map<TaskId, TaskState> told) {
            synchronized (this) {
                told.keySet().stream()
                        .filter(task -> !states.get(task).isTerminal())
                        .forEach(answers::remove);
            }
            Awaitility.await("what the next leader knows of " + told.keySet())
                    .atMost(120, TimeUnit.SECONDS)
                    // each time it answers for all of them
                    .pollInterval(200, TimeUnit.MILLISECONDS)
                    .until(() -> {
                        driver.reconcile(List.copyOf(told.keySet()));
                        synchronized (this) {
                            return answers.keySet().containsAll(told.keySet());
                        }
                    });
            synchronized (this) {
                told.forEach((task, before) -> {
                    TaskState now = states.get(task);
                    boolean wasVoid = before == TaskState.TASK_STAGING && now == TaskState.TASK_DROPPED;
                    assertThat(wasVoid || RANKS.indexOf(now) >= RANKS.indexOf(before))
                            .as("task %s was %s and is %s", task, before, now)
                            .isTrue();
                });
            }
        }

        synchronized void compareWith(Path directory) throws IOException {
            for (TaskId task : states.keySet()) {
                TaskState end = states.get(task);
                Path marker = directory.resolve(task.value());
                int starts = Files.exists(marker) ? Files.readAllLines(marker).size() : 0;
                assertThat(starts)
                        .as("starts of %s, which ended as %s", task, end)
                        .isEqualTo(end == TaskState.TASK_FINISHED ? 1 : 0);
                if (accepted.contains(task)) {
                    // 202 is answered too when an offer was void by then; the task is told so
                    assertThat(end)
                            .as("end of %s, which was accepted: %s", task, last.get(task))
                            .isIn(TaskState.TASK_FINISHED, TaskState.TASK_DROPPED);
                }
            }
            assertThat(accepted).hasSizeGreaterThan(KILLS * TASKS_PER_OFFER);
        }
    }
}
