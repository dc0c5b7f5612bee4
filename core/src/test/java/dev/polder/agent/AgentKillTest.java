package dev.polder.agent;

import static dev.polder.agent.AgentFixture.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.polder.agent.AgentVictim.Place;
import dev.polder.http.HttpClient;
import dev.polder.http.HttpClientConfig;
import dev.polder.isolation.ContainerId;
import dev.polder.isolation.LaunchProbe;
import dev.polder.wire.proto.Mesos.CommandInfo;
import dev.polder.wire.proto.Mesos.TaskState;
import dev.polder.wire.proto.Mesos.TaskStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Kills an agent's JVM at each point of a task's life; the next one must know what became of the task. */
@Tag("slow")
class AgentKillTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource(Place.class)
    void shouldRunATaskOnceAndKnowItsEnd(Place place) throws Exception {
        Path marker = directory.resolve("marker");
        try (FakeMaster master = FakeMaster.start();
                HttpClient client = HttpClient.start(HttpClientConfig.defaults("agent-test-client"))) {
            killAt(
                    place,
                    master,
                    "echo run >>" + marker + (place == Place.BEING_KILLED ? "; sleep 1000" : "; sleep 1"));

            AgentService next =
                    AgentService.start(AgentVictim.config(directory, client, master.address(), impatient()));
            try {
                release();
                await().atMost(PATIENCE).until(() -> hasEnded(master));
                await().atMost(PATIENCE).until(() -> next.counters().tasks() == 0);
            } finally {
                next.close();
            }

            assertThat(runs(marker)).isEqualTo(neverStarts(place) ? 0 : 1);
            assertThat(states(master)).isEqualTo(expected(place));
        }
    }

    private void killAt(Place place, FakeMaster master, String command) throws Exception {
        Process victim = AgentVictim.start(directory, master.address().getPort(), place);
        try {
            await().atMost(PATIENCE).until(master::isConnected);
            master.launch(
                    task("t1", CommandInfo.newBuilder().setValue(command).setUser(System.getProperty("user.name")))
                            .build());
            if (place == Place.BEING_KILLED) {
                await().atMost(PATIENCE).until(() -> states(master).contains(TaskState.TASK_RUNNING));
                master.kill("t1", null);
            }
            await().atMost(PATIENCE).until(() -> Files.exists(AgentVictim.reachedFile(directory)));
        } finally {
            victim.destroyForcibly().waitFor();
        }
    }

    /** Lets a shim go on that was held. */
    private void release() throws IOException {
        String container = Files.readString(AgentVictim.reachedFile(directory));
        if (!container.isEmpty()) {
            LaunchProbe.release(directory.resolve("agent/containers"), new ContainerId(UUID.fromString(container)));
        }
    }

    private static AgentProbe impatient() {
        return new AgentProbe() {
            @Override
            public Optional<LaunchProbe> launches() {
                return Optional.of(new LaunchProbe() {
                    @Override
                    public Optional<Phase> stopAt(ContainerId id) {
                        return Optional.empty();
                    }

                    @Override
                    public void reached(ContainerId id, Phase phase) {}

                    @Override
                    public Duration startPatience() {
                        return Duration.ofSeconds(5);
                    }
                });
            }
        };
    }

    private static boolean neverStarts(Place place) {
        return place == Place.BEFORE_INTENT || place == Place.BEFORE_STARTED;
    }

    private static List<TaskState> expected(Place place) {
        return switch (place) {
            case BEFORE_INTENT, BEFORE_STARTED -> List.of(TaskState.TASK_LOST);
            case BEFORE_PID, RUNNING, EXITED, END_NOT_SENT ->
                List.of(TaskState.TASK_STARTING, TaskState.TASK_RUNNING, TaskState.TASK_FINISHED);
            case BEING_KILLED -> List.of(TaskState.TASK_STARTING, TaskState.TASK_RUNNING, TaskState.TASK_KILLED);
        };
    }

    private static List<TaskState> states(FakeMaster master) {
        return master.updatesOf("t1").stream().map(TaskStatus::getState).toList();
    }

    private static boolean hasEnded(FakeMaster master) {
        return states(master).stream().anyMatch(Statuses::isTerminal);
    }

    private static long runs(Path marker) throws IOException {
        return Files.exists(marker) ? Files.readAllLines(marker).size() : 0;
    }
}
