package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.framework.FrameworkConfig;
import dev.polder.framework.FrameworkDriver;
import dev.polder.model.TaskState;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that are killed, and tasks that go on without them. */
@Tag("slow")
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class AwayNodeTest {
    @TempDir
    private Path directory;

    @Test
    void shouldReportTheRealEndOfTasksWhoseNodeWasAway() throws Exception {
        try (ClusterProcesses nodes = new ClusterProcesses(directory, Map.of("agent-timeout", "2s"))) {
            nodes.startAll();
            PlacedTasks job = new PlacedTasks(directory.resolve("markers"));
            try (FrameworkDriver driver = FrameworkDriver.start(job, FrameworkConfig.named("job"), nodes.masters())) {
                PlacedTasks.await("the subscription", () -> job.leaderPort() != 0);
                int away = (nodes.nodeOfMaster(job.leaderPort()) + 1) % ClusterProcesses.NODES;
                job.run("stays", away);
                job.run("fails", away);
                job.await("stays", TaskState.TASK_RUNNING);
                job.await("fails", TaskState.TASK_RUNNING);

                nodes.kill(away);
                job.await("stays", TaskState.TASK_UNREACHABLE);
                job.await("fails", TaskState.TASK_UNREACHABLE);
                ProcessHandle stays = process(job, "stays");
                ProcessHandle fails = process(job, "fails");
                assertThat(stays.isAlive()).isTrue();
                job.end("fails", 7);
                PlacedTasks.await("its end, unseen", () -> !fails.isAlive());

                nodes.start(away);
                job.await("fails", TaskState.TASK_FAILED);
                job.await("stays", TaskState.TASK_RUNNING);
                assertThat(job.told("fails"))
                        .last()
                        .satisfies(end -> assertThat(end.exitCode()).hasValue(7));
                assertThat(stays.isAlive()).isTrue();
                job.end("stays", 0);
                job.await("stays", TaskState.TASK_FINISHED);

                assertThat(job.starts("stays")).hasSize(1);
                assertThat(job.starts("fails")).hasSize(1);
                assertThat(driver.frameworkId()).isPresent();
            }
        }
    }

    private static ProcessHandle process(PlacedTasks job, String task) throws Exception {
        return ProcessHandle.of(Long.parseLong(job.starts(task).get(0))).orElseThrow();
    }

    @Test
    void shouldKeepTheTasksOfAnAgentThatIsNoMemberWhenTheLeaderIsKilled() throws Exception {
        int agent = ClusterProcesses.NODES; // tasks are placed by number
        try (ClusterProcesses nodes = new ClusterProcesses(directory)) {
            nodes.startAll();
            PlacedTasks job = new PlacedTasks(directory.resolve("markers"));
            try (ClusterNode node = ClusterNode.start(config -> config.name("n" + agent)
                            .roles(Set.of(NodeRole.AGENT))
                            .seeds(nodes.seeds().toArray(String[]::new))
                            .attributes("node:n" + agent)
                            .resources("cpus:4;mem:256;disk:256"));
                    FrameworkDriver driver =
                            FrameworkDriver.start(job, FrameworkConfig.named("job"), nodes.masters())) {
                job.run("long", agent);
                job.await("long", TaskState.TASK_RUNNING);

                int killed = nodes.nodeOfMaster(job.leaderPort());
                int killedPort = job.leaderPort();
                nodes.kill(killed);
                job.end("long", 0);
                job.await("long", TaskState.TASK_FINISHED);

                assertThat(job.leaderPort()).isNotEqualTo(killedPort);
                job.run("next", agent);
                job.await("next", TaskState.TASK_RUNNING);
                job.end("next", 0);
                job.await("next", TaskState.TASK_FINISHED);
                assertThat(job.starts("long")).hasSize(1);
                assertThat(job.starts("next")).hasSize(1);
                assertThat(node.ready()).isCompleted();
                assertThat(driver.frameworkId()).isPresent();
            }
        }
    }
}
