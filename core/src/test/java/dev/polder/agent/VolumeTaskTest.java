package dev.polder.agent;

import static dev.polder.agent.AgentFixture.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import dev.polder.http.HttpClient;
import dev.polder.http.HttpClientConfig;
import dev.polder.isolation.host.NetworkSettings;
import dev.polder.isolation.host.VolumeSettings;
import dev.polder.wire.proto.Mesos.CommandInfo;
import dev.polder.wire.proto.Mesos.ContainerInfo;
import dev.polder.wire.proto.Mesos.Secret;
import dev.polder.wire.proto.Mesos.TaskInfo;
import dev.polder.wire.proto.Mesos.Volume;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tasks with volumes, on an agent with a real kernel. Needs root. */
@Tag("slow")
class VolumeTaskTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String STARTING = "TASK_STARTING SOURCE_EXECUTOR [CS]";
    private static final String RUNNING = "TASK_RUNNING SOURCE_EXECUTOR [CS]";

    @TempDir
    private Path directory;

    private FakeMaster master;
    private HttpClient client;
    private @Nullable AgentService agent;

    @BeforeEach
    void open() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root mounts volumes");
        directory = directory.toRealPath();
        Files.writeString(Files.createDirectory(directory.resolve("host")).resolve("file"), "of the host\n");
        master = FakeMaster.start();
        client = HttpClient.start(HttpClientConfig.defaults("volume-test-client"));
        AgentServiceConfig config = AgentVictim.config(
                directory,
                client,
                master.address(),
                AgentProbe.none(),
                VolumeSettings.DEFAULT.withHostPathsAllowed(List.of(directory.resolve("host"))),
                NetworkSettings.DEFAULT);
        AgentService started = AgentService.start(config);
        agent = started;
        started.admitted().get(30, TimeUnit.SECONDS);
    }

    @AfterEach
    void leavesNothing() throws IOException {
        if (client == null) {
            return; // skipped
        }
        if (agent != null) {
            agent.close();
        }
        client.close();
        master.close();
        assertThat(directory.resolve("agent/volumes/mounts")).isEmptyDirectory();
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(directory.toString());
    }

    private static Volume.Builder at(String path) {
        return Volume.newBuilder().setContainerPath(path).setMode(Volume.Mode.RO);
    }

    private static TaskInfo with(String command, Volume.Builder... volumes) {
        ContainerInfo.Builder container = ContainerInfo.newBuilder().setType(ContainerInfo.Type.MESOS);
        for (Volume.Builder volume : volumes) {
            container.addVolumes(volume);
        }
        return task("t1", CommandInfo.newBuilder().setValue(command).setUser("root"))
                .setContainer(container)
                .build();
    }

    private static Volume.Source.Builder secret(String text) {
        return Volume.Source.newBuilder()
                .setType(Volume.Source.Type.SECRET)
                .setSecret(Secret.newBuilder()
                        .setType(Secret.Type.VALUE)
                        .setValue(Secret.Value.newBuilder().setData(ByteString.copyFromUtf8(text))));
    }

    private void awaitLines(String... lines) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(master.linesOf("t1")).containsExactly(lines));
    }

    @Test
    void shouldGiveATaskItsVolumesAndKeepItsSecretsFromDisk() throws Exception {
        master.launch(with(
                "cat data/file && [ \"$(wc -c <key)\" = 13 ] && exit 3",
                at("data").setHostPath(directory.resolve("host").toString()),
                at("key").setSource(secret("a secret word"))));

        awaitLines(STARTING, RUNNING, "TASK_FAILED 'Command exited with status 3' SOURCE_EXECUTOR [CS]");
        assertThat(filesWith("of the host")).hasSize(2);
        assertThat(filesWith("a secret word")).isEmpty();
    }

    private List<Path> filesWith(String text) throws IOException {
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                try {
                    if (attributes.isRegularFile()
                            && Files.readString(file, StandardCharsets.ISO_8859_1)
                                    .contains(text)) {
                        found.add(file);
                    }
                    return FileVisitResult.CONTINUE;
                } catch (NoSuchFileException e) {
                    return visitFileFailed(file, e);
                }
            }

            /** What is kept of an ended container may go at any moment. */
            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                if (failure instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw failure;
            }
        });
        return found;
    }

    @Test
    void shouldSayWhyAPathOfTheHostIsNotGiven() throws Exception {
        master.launch(with("true", at("data").setHostPath("/etc")));

        awaitLines(
                "TASK_FAILED 'Failed to launch container: filesystem/linux: Path '/etc' in HOST_PATH volume is not below"
                        + " what this agent allows: [" + directory
                        + "/host] (host-path-volume-allow)' SOURCE_AGENT REASON_CONTAINER_LAUNCH_FAILED");
    }
}
