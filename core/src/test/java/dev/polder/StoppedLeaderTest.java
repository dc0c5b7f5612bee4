package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.framework.FrameworkConfig;
import dev.polder.framework.FrameworkDriver;
import dev.polder.model.TaskState;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The leader's process stands still, its connections open, and goes on when another leads: it must not notice too late. */
@Tag("slow")
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class StoppedLeaderTest {
    private static final long SUBSCRIBE_TIMEOUT_MS = 10_000;
    /** Well below the 15 s after which an agent leaves a silent master in any case. */
    private static final long WORKS_MS_MAX = 12_000;

    @TempDir
    private Path directory;

    private final PlainFramework plain = new PlainFramework();

    @Test
    void shouldFollowWhenItGoesOnAndOrderNothing() throws Exception {
        try (ClusterProcesses nodes = new ClusterProcesses(directory, Map.of("heartbeat-interval", "500ms"))) {
            nodes.startAll();
            PlacedTasks job = new PlacedTasks(directory.resolve("markers"));
            FrameworkConfig introduction = FrameworkConfig.builder("job")
                    .failoverTimeout(Duration.ofHours(1))
                    .build();
            try (FrameworkDriver driver = FrameworkDriver.start(job, introduction, nodes.masters())) {
                int stopped = startTasks(nodes, job);

                long begin = System.nanoTime();
                nodes.freeze(stopped);
                // it lies in the socket until the leader goes on
                CompletableFuture<HttpResponse<String>> kill =
                        plain.callLater("KILL", "\"task_id\":{\"value\":\"plain\"}");
                int next = awaitNextLeader(nodes, job, stopped, begin);

                nodes.wake(stopped);
                plain.awaitEndOfStream();
                assertThat(status(kill))
                        .as("a call that the deposed leader read too late")
                        .isIn(503, 307);
                Optional<String> location =
                        Optional.of("//127.0.0.1:" + nodes.master(next).getPort());
                PlacedTasks.await(
                        "that it follows",
                        () -> plain.redirect(nodes.master(stopped)).equals(location));
                assertThat(plain.get(nodes.master(stopped), "/state").statusCode())
                        .isEqualTo(307);

                assertThat(driver.frameworkId()).isPresent();
                expectNothingWasOrdered(location.orElseThrow());
                job.run("after", stopped);
                expectOneStartEach(job, List.of("before-0", "before-1", "before-2", "meanwhile", "after"));
            }
        }
    }

    /** Starts a task on each node, and one of another framework, and returns which node leads. */
    private int startTasks(ClusterProcesses nodes, PlacedTasks job) throws Exception {
        for (int node = 0; node < ClusterProcesses.NODES; node++) {
            job.run("before-" + node, node);
        }
        for (int node = 0; node < ClusterProcesses.NODES; node++) {
            job.await("before-" + node, TaskState.TASK_RUNNING);
        }
        int leader = nodes.nodeOfMaster(job.leaderPort());
        plain.subscribe(plain.redirect(nodes.master(leader)).orElseThrow());
        plain.launch("plain", "exec sleep 100", "n" + leader);
        plain.nextUpdate("plain", "TASK_RUNNING");
        return leader;
    }

    private static int awaitNextLeader(ClusterProcesses nodes, PlacedTasks job, int stopped, long begin) {
        PlacedTasks.await(
                "the next leader", () -> job.leaderPort() != 0 && nodes.nodeOfMaster(job.leaderPort()) != stopped);
        long subscribedMs = (System.nanoTime() - begin) / 1_000_000;
        int next = nodes.nodeOfMaster(job.leaderPort());
        job.run("meanwhile", next);
        job.await("meanwhile", TaskState.TASK_RUNNING);
        long worksMs = (System.nanoTime() - begin) / 1_000_000;
        System.out.printf(
                "leader stopped: subscribed again after %d ms, task runs after %d ms%n", subscribedMs, worksMs);

        assertThat(subscribedMs)
                .as("five heartbeats, and no time-out of a SUBSCRIBE at the leader that stands")
                .isLessThan(SUBSCRIBE_TIMEOUT_MS);
        assertThat(worksMs).as("agents do not wait for a silent leader").isLessThan(WORKS_MS_MAX);
        return next;
    }

    private static int status(CompletableFuture<HttpResponse<String>> answer) throws Exception {
        return answer.handle((came, gone) -> came == null ? 503 : came.statusCode())
                .get();
    }

    private void expectNothingWasOrdered(String leader) throws Exception {
        plain.subscribe(leader);
        plain.call("RECONCILE", "\"tasks\":[{\"task_id\":{\"value\":\"plain\"}}]");
        plain.nextUpdate("plain", "TASK_RUNNING");
        // it holds offers that others wait for
        assertThat(plain.call("TEARDOWN", "").statusCode()).isEqualTo(202);
    }

    private static void expectOneStartEach(PlacedTasks job, List<String> tasks) throws Exception {
        for (String task : tasks) {
            job.await(task, TaskState.TASK_RUNNING);
            job.end(task, 0);
            job.await(task, TaskState.TASK_FINISHED);
            assertThat(job.starts(task)).as("starts of %s", task).hasSize(1);
        }
    }
}
