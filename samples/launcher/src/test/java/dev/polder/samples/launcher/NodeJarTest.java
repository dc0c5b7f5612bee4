package dev.polder.samples.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.framework.Framework;
import dev.polder.framework.FrameworkConfig;
import dev.polder.framework.FrameworkDriver;
import dev.polder.framework.SchedulerDriver;
import dev.polder.model.FrameworkId;
import dev.polder.model.MasterInfo;
import dev.polder.model.Offer;
import dev.polder.model.TaskId;
import dev.polder.model.TaskInfo;
import dev.polder.model.TaskState;
import dev.polder.model.TaskStatus;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** {@code java -jar polder.jar node}: one that ends, and the next one in its directory. */
@Tag("slow")
@EnabledIfSystemProperty(named = "polder.jar", matches = ".+", disabledReason = "there is no jar in this phase")
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class NodeJarTest {
    private static final Pattern LISTENS =
            Pattern.compile("listens {2}master http://(127\\.0\\.0\\.1:\\d+), agent http://127\\.0\\.0\\.1:\\d+");

    @TempDir
    private Path directory;

    private Path data;
    private Path pids;
    private Path go;

    @BeforeEach
    void nameFiles() {
        data = directory.resolve("data");
        pids = directory.resolve("pids");
        go = directory.resolve("go");
    }

    @Test
    void shouldKeepItsTasksWhenItIsTerminated() throws Exception {
        ProcessHandle task;
        FrameworkId id;
        // its log tells a clean end from a sudden one, which nothing else should
        try (JarProcess node = startNode("--verbose")) {
            JarProcess.await().until(() -> node.out().size() >= 6);
            assertThat(node.out())
                    .satisfiesExactly(
                            line -> assertThat(line).matches("Polder \\d+\\.\\d+\\.\\d+\\S*"),
                            line -> assertThat(line).isEqualTo("node     polder, master and agent"),
                            line -> assertThat(line).matches(LISTENS),
                            line -> assertThat(line).isEqualTo("data     " + data),
                            line -> assertThat(line).isEqualTo("members  1: m1"),
                            line -> assertThat(line).startsWith("leader   this node, master id "));
            id = launch(node);
            task = task();
            try (JarProcess second = startNode()) {
                assertThat(second.exitCode()).isEqualTo(1);
                assertThat(second.err())
                        .containsExactly("polder: node polder: data directory " + data + ": in use by another node");
            }

            node.terminate();

            assertThat(node.exitCode()).isEqualTo(JarProcess.TERMINATED);
            assertThat(node.out().stream().skip(6))
                    .as("what it says when it took more than 2 s")
                    .isSubsetOf("ready");
            assertThat(node.err())
                    .noneMatch(line -> line.contains(" WARN ") || line.contains(" ERROR "))
                    .anyMatch(line -> line.endsWith("agent closed node=polder tasksKept=true"))
                    .anyMatch(line -> line.endsWith("event=stopped member=m1"));
        }
        assertThat(task.isAlive()).isTrue();

        assertIsFoundAgain(task, id);
    }

    @Test
    void shouldKeepItsTasksWhenItIsKilled() throws Exception {
        ProcessHandle task;
        FrameworkId id;
        try (JarProcess node = startNode()) {
            id = launch(node);
            task = task();

            node.kill();
        }
        assertThat(task.isAlive()).isTrue();

        assertIsFoundAgain(task, id);
    }

    @Test
    void shouldKeepCompletedTasksOffTheHeapAcrossAGoodAndABadEnd() throws Exception {
        FrameworkId id = new FrameworkId("short");
        FrameworkConfig config = FrameworkConfig.builder("short")
                .frameworkId(id)
                .failoverTimeout(Duration.ofHours(1))
                .build();
        try (JarProcess node = startNode("--verbose")) {
            Scheduler scheduler = new Scheduler(
                    TaskInfo.builder("short").shell("exit 0").cpus(0.1).mem(16).build());
            try (FrameworkDriver driver = FrameworkDriver.start(scheduler, config, masterOf(node))) {
                JarProcess.await().until(() -> scheduler.hasHeard(TaskState.TASK_FINISHED));
                assertThat(driver.frameworkId()).contains(id);
            }
            JarProcess.await()
                    .until(() -> historyOf(node)
                            .contains(
                                    "event=history_store kind=off_heap reason=\"begun anew: first start\" records=0"));
            JarProcess.await().until(() -> waiting(node) == 0);
            assertThat(state(node)).containsPattern("\"completed_tasks\":\\[\\{\"id\":\"short\"");
            node.terminate();
            assertThat(node.exitCode()).isEqualTo(JarProcess.TERMINATED);
        }
        for (String reason : List.of("closed cleanly", "recovered")) {
            try (JarProcess node = startNode("--verbose")) {
                assertHasHistory(node, reason);
                node.kill();
            }
        }
        // this one is not killed: its control groups would be left for a node that comes back
        try (JarProcess node = startNode("--verbose")) {
            assertHasHistory(node, "begun anew: killed after a recovery");
        }
        assertThat(data.resolve("history")).isDirectoryContaining(file -> file.endsWith("records.map"));
    }

    private static void assertHasHistory(JarProcess node, String reason) throws Exception {
        JarProcess.await().until(() -> historyOf(node).contains("reason=\"" + reason + "\""));
        JarProcess.await().until(() -> waiting(node) == 0);
        assertThat(state(node)).containsPattern("\"completed_tasks\":\\[\\{\"id\":\"short\"");
        assertThat(node.err()).noneMatch(line -> line.contains(" WARN ") || line.contains(" ERROR "));
    }

    private static String historyOf(JarProcess node) throws IOException {
        return node.err().stream()
                .filter(line -> line.contains("event=history_store"))
                .findFirst()
                .orElse("");
    }

    /** Returns how many records of completed tasks are in the heap yet. */
    private static int waiting(JarProcess node) throws Exception {
        Matcher waiting =
                Pattern.compile("\"polder/master/history_waiting\":(\\d+)").matcher(get(node, "/metrics/snapshot"));
        return waiting.find() ? Integer.parseInt(waiting.group(1)) : -1;
    }

    private static String state(JarProcess node) throws Exception {
        return get(node, "/state");
    }

    private static String get(JarProcess node, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + masterOf(node) + path))
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }

    /** A new scheduler asks a new node, which must not have started the task anew. */
    private void assertIsFoundAgain(ProcessHandle task, FrameworkId id) throws Exception {
        try (JarProcess node = startNode()) {
            Scheduler scheduler = new Scheduler();
            try (FrameworkDriver driver = FrameworkDriver.start(scheduler, introduction(id), masterOf(node))) {
                JarProcess.await().until(() -> scheduler.hasHeard(TaskState.TASK_RUNNING));
                assertThat(task.isAlive()).isTrue();
                Files.createFile(go);
                JarProcess.await().until(() -> scheduler.hasHeard(TaskState.TASK_FAILED));
                driver.teardown();
            }
            assertThat(scheduler.heard.get(scheduler.heard.size() - 1).exitCode())
                    .hasValue(7);
            assertThat(Files.readAllLines(pids)).hasSize(1);
            assertThat(task.isAlive()).isFalse();
            assertThat(node.err()).allMatch(line -> line.contains(": not ready after 2000 ms, "));
        }
        JarProcess.await()
                .untilAsserted(() -> assertThat(Processes.of(directory)).isEmpty());
    }

    private JarProcess startNode(String... more) throws IOException {
        List<String> args = new ArrayList<>(List.of("node", "--data", data.toString()));
        args.addAll(List.of("--master-port", "0", "--agent-port", "0", "--raft-port", "0"));
        args.addAll(List.of(more));
        return JarProcess.start(directory, args.toArray(new String[0]));
    }

    /** Has a task started, and forgets the scheduler. */
    private FrameworkId launch(JarProcess node) throws IOException {
        // it ends with the test's directory too
        Scheduler scheduler = new Scheduler(TaskInfo.builder("lasting")
                .shell("echo $$ >> " + pids + "; while [ -d " + directory + " ] && [ ! -e " + go
                        + " ]; do sleep 0.05; done; exit 7")
                .cpus(0.1)
                .mem(16)
                .build());
        FrameworkId id = new FrameworkId("lasting");
        try (FrameworkDriver driver = FrameworkDriver.start(scheduler, introduction(id), masterOf(node))) {
            JarProcess.await().until(() -> scheduler.hasHeard(TaskState.TASK_RUNNING));
            assertThat(driver.frameworkId()).contains(id);
        }
        return id;
    }

    /** Returns the task's shell. */
    private ProcessHandle task() throws IOException {
        JarProcess.await()
                .until(() -> Files.exists(pids) && Files.readString(pids).endsWith("\n"));
        return ProcessHandle.of(Long.parseLong(Files.readString(pids).strip())).orElseThrow();
    }

    private static FrameworkConfig introduction(FrameworkId id) {
        return FrameworkConfig.builder("lasting")
                .frameworkId(id)
                .failoverTimeout(Duration.ofHours(1))
                .build();
    }

    private static String masterOf(JarProcess node) throws IOException {
        JarProcess.await().until(() -> node.out().size() >= 6);
        Matcher listens = LISTENS.matcher(node.out().get(2));
        assertThat(listens.matches()).isTrue();
        return listens.group(1);
    }

    /** Launches some tasks on the first offer, and remembers what it hears. */
    private static final class Scheduler implements Framework {
        final List<TaskStatus> heard = new CopyOnWriteArrayList<>();
        private List<TaskInfo> tasks;

        Scheduler(TaskInfo... tasks) {
            this.tasks = List.of(tasks);
        }

        boolean hasHeard(TaskState state) {
            return heard.stream().anyMatch(status -> status.state() == state);
        }

        @Override
        public void onSubscribed(SchedulerDriver driver, FrameworkId id, MasterInfo master) {
            driver.reconcile(List.of(new TaskId("lasting")));
        }

        @Override
        public void onOffers(SchedulerDriver driver, List<Offer> offers) {
            driver.accept(offers.get(0), tasks);
            tasks = List.of();
        }

        @Override
        public void onUpdate(SchedulerDriver driver, TaskStatus status) {
            heard.add(status);
        }
    }
}
