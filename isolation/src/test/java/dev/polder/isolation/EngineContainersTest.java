package dev.polder.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.isolation.ContainerEnd.NotStarted;
import dev.polder.isolation.docker.DockerRun;
import dev.polder.isolation.engine.DockerIsolator;
import dev.polder.isolation.engine.DockerTask;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Containers of an engine beside others, when that engine says nothing; with real processes. */
@Tag("slow")
@Timeout(60)
class EngineContainersTest {
    private static final ContainerLimits LIMITS =
            new ContainerLimits(100, OptionalLong.empty(), 1 << 20, OptionalLong.empty(), OptionalLong.empty());

    /** Calls take longer than any test; those that others wait for are given up soon. */
    private static final DockerIsolator.Patience PATIENCE =
            new DockerIsolator.Patience(Duration.ofMinutes(5), Duration.ofMillis(500), Duration.ofHours(1));

    @TempDir
    Path base;

    private final List<String> notes = new CopyOnWriteArrayList<>();
    private final NotingIsolator other = new NotingIsolator("other", notes);
    private RecordingContainers heard = new RecordingContainers();
    private TestHost host;
    private Path socket;
    private ServerSocketChannel engine;
    private Containerizer containerizer;

    /** Takes connections and says nothing. */
    @BeforeEach
    void open() throws IOException {
        host = new TestHost(base);
        socket = base.resolve("engine.sock");
        engine = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        engine.bind(UnixDomainSocketAddress.of(socket));
        start(List.of(other, docker()));
    }

    private DockerIsolator docker() throws IOException {
        return DockerIsolator.open(new DockerIsolator.Settings(
                base.resolve("docker"), socket, Path.of("/bin/false"), "n1-removal", PATIENCE, List.of()));
    }

    private void start(List<Isolator> isolators) throws IOException {
        containerizer = Containerizer.open(new Containerizer.Settings(host.containers, "n1", false, isolators, heard));
        containerizer.start();
    }

    @AfterEach
    void close() throws IOException {
        engine.close();
        containerizer.killAll(Duration.ZERO);
        containerizer.close();
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("n1-"));
    }

    private ContainerSpec ofEngine() {
        return ContainerSpec.of(host.shell("exit 99")).by(new DockerTask(DockerRun.of("a")));
    }

    /** Launches one more than there are threads, and waits until all of these are at it. */
    private List<ContainerId> hanging() {
        List<ContainerId> ids = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ContainerSpec spec = ofEngine();
            ids.add(spec.id());
            containerizer.launch(spec);
        }
        Awaitility.await()
                .until(() ->
                        Arrays.asList(base.resolve("docker/containers").toFile().list())
                                        .size()
                                == 4);
        return ids;
    }

    @Test
    void shouldNotHoldUpOthers() {
        List<ContainerId> ids = hanging();

        ContainerSpec own = ContainerSpec.of(host.shell("exit 3"));
        containerizer.launch(own);

        assertThat(heard.awaitEnd(own.id()).end()).isEqualTo(new ContainerEnd.Exited(new ExitStatus.Exited(3)));
        assertThat(ids).noneMatch(heard::hasStarted);
        assertThat(heard.endedCount()).isEqualTo(1);
    }

    @Test
    void shouldEndInGoodTimeAllTheSame() {
        hanging();

        long beganNanos = System.nanoTime();
        containerizer.close();

        assertThat(Duration.ofNanos(System.nanoTime() - beganNanos)).isLessThan(Duration.ofSeconds(15));
    }

    @Test
    void shouldNotAskWhatSaidNothingForSomeTime() {
        List<ContainerId> ids = hanging();

        containerizer.usage(ids);
        long beganNanos = System.nanoTime();
        containerizer.usage(ids);

        assertThat(Duration.ofNanos(System.nanoTime() - beganNanos)).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void shouldStartBesideWhatItHasLeft() throws IOException {
        hanging();
        containerizer.close();
        long beganNanos = System.nanoTime();

        start(List.of(docker()));

        assertThat(Duration.ofNanos(System.nanoTime() - beganNanos)).isLessThan(Duration.ofSeconds(20));
    }

    @Test
    void shouldSayWhyNothingIsMade() throws IOException {
        engine.close();
        ContainerSpec spec = ofEngine();
        containerizer.launch(spec);

        assertThat(heard.awaitEnd(spec.id()).end().toString()).contains("docker: " + socket + " does not answer");
        assertThat(notes).doesNotContain("other prepares", "other cleans up");
    }

    @Test
    void shouldNotChangeLimits() {
        ContainerId id = hanging().get(0);

        assertThatThrownBy(() -> new Isolators(List.of(other, docker())).update(id, LIMITS))
                .hasMessageContaining("are its engine's");
        assertThat(notes).doesNotContain("other updates");
    }

    @Test
    void shouldNotStartWhatNoEngineRuns() throws IOException {
        containerizer.close();
        start(List.of(other));
        ContainerSpec spec = ofEngine();

        containerizer.launch(spec);

        assertThat(heard.awaitEnd(spec.id()).end())
                .isEqualTo(new NotStarted("no isolator here has an engine that runs it"));
    }

    @Test
    void shouldRefuseWhatAnEngineIsNotAskedFor() {
        ContainerSpec spec = ofEngine();

        assertThatThrownBy(() -> spec.with(Privileges.USUAL.withRlimits(List.of(new Rlimit("RLIMIT_CORE", 0, 0)))))
                .hasMessageContaining("has an image, a hostname, volumes, networks or privileges beside it");
        assertThatThrownBy(() -> spec.in(new ImageTask(false, Optional.empty(), List.of(), Map.of())))
                .hasMessageContaining("of an engine has an image");
        assertThatThrownBy(() -> new ContainerSpec(host.shell(""), Optional.empty(), Set.of(), Optional.of("plot"))
                        .by(new DockerTask(DockerRun.of("a"))))
                .hasMessageContaining("of an engine has an image");
    }
}
