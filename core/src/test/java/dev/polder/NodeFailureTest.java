package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.agent.AgentProbe;
import dev.polder.framework.Framework;
import dev.polder.framework.FrameworkConfig;
import dev.polder.framework.FrameworkDriver;
import dev.polder.framework.SchedulerDriver;
import dev.polder.model.Offer;
import dev.polder.model.TaskId;
import dev.polder.model.TaskInfo;
import dev.polder.model.TaskState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the host of a node hears when the node is at its end. */
@Tag("slow")
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class NodeFailureTest {
    private static final class OneTask implements Framework {
        @Override
        public void onOffers(SchedulerDriver driver, List<Offer> offers) {
            driver.accept(
                    offers.get(0), TaskInfo.builder("t").shell("true").cpus(0.1).build());
        }
    }

    @Test
    void shouldTellTheHostThatItClosedItself() {
        AgentProbe failing = new AgentProbe() {
            @Override
            public void endNotSent(TaskId task) {
                throw new IllegalStateException("planted");
            }
        };
        try (ClusterNode node =
                        ClusterNode.start(ClusterConfig.builder().name("doomed").build(), failing);
                FrameworkDriver driver = node.startFramework(new OneTask(), FrameworkConfig.named("one"))) {
            assertThatThrownBy(() -> node.closed().get(30, TimeUnit.SECONDS))
                    .hasMessageContaining("node doomed: closed itself: ")
                    .hasMessageContaining("planted");
            assertThat(driver.frameworkId()).isPresent();
        }
    }

    @Test
    void shouldCloseItselfWhenItsDiskIsFullWhileTheOthersGoOn(@TempDir Path directory) throws Exception {
        try (ClusterProcesses nodes = new ClusterProcesses(directory)) {
            nodes.startAll();
            PlacedTasks job = new PlacedTasks(directory.resolve("markers"));
            try (FrameworkDriver driver = FrameworkDriver.start(job, FrameworkConfig.named("job"), nodes.masters())) {
                PlacedTasks.await("the subscription", () -> job.leaderPort() != 0);
                int full = nodes.nodeOfMaster(job.leaderPort());
                int other = (full + 1) % ClusterProcesses.NODES;

                nodes.fillDisk(full);
                job.run("t", other); // what the leader commits it must write

                assertThat(nodes.awaitLine(full))
                        .startsWith("node n" + full + ": closed itself: ")
                        .contains(nodes.dataOf(full).toString()); // of its log or of its agent's checkpoint
                job.await("t", TaskState.TASK_RUNNING);
                job.end("t", 0);
                job.await("t", TaskState.TASK_FINISHED);
                assertThat(driver.frameworkId()).isPresent();
            }
        }
    }

    @Test
    void shouldRefuseADamagedLogInWordsWhileTheOthersGoOn(@TempDir Path directory) throws Exception {
        try (ClusterProcesses nodes = new ClusterProcesses(directory)) {
            nodes.startAll();
            PlacedTasks job = new PlacedTasks(directory.resolve("markers"));
            try (FrameworkDriver driver = FrameworkDriver.start(job, FrameworkConfig.named("job"), nodes.masters())) {
                PlacedTasks.await("the subscription", () -> job.leaderPort() != 0);
                int damaged = nodes.nodeOfMaster(job.leaderPort());
                nodes.kill(damaged);
                Path log = damageLog(nodes.dataOf(damaged).resolve("raft"));

                assertThatThrownBy(() -> nodes.start(damaged))
                        .hasMessageContaining("node n" + damaged + ": log file " + log + " at offset ");
                int other = (damaged + 1) % ClusterProcesses.NODES;
                job.run("t", other);
                job.end("t", 0);
                job.await("t", TaskState.TASK_FINISHED);
                assertThat(driver.frameworkId()).isPresent();
            }
        }
    }

    /** Turns a bit of an entry that others rely on. */
    private static Path damageLog(Path raft) throws IOException {
        try (Stream<Path> files = Files.list(raft)) {
            Path log = files.filter(file -> file.toString().endsWith(".log"))
                    .findFirst()
                    .orElseThrow();
            byte[] bytes = Files.readAllBytes(log);
            bytes[100] ^= 1;
            Files.write(log, bytes);
            return log;
        }
    }

    @Test
    void shouldTellThatItWasClosed() {
        ClusterNode node = ClusterNode.start();
        assertThat(node.closed()).isNotDone();

        node.close();

        assertThat(node.closed()).isCompleted();
    }
}
