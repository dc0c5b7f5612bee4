package dev.polder.isolation.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.isolation.Ability;
import dev.polder.isolation.HostPrograms;
import dev.polder.isolation.docker.FakeEngine;
import dev.polder.isolation.image.RegistryCredentials;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Which engine a node has, and how that comes by images. */
@Timeout(60)
class HostDockerTest {
    private static final IsolationSettings WANTED = new IsolationSettings(Set.of(IsolatorName.DOCKER), Set.of());
    private static final String IMAGE = "registry.test:5000/tulips:1";
    private static final String GONE = "{\"message\":\"No such image\"}";

    @TempDir
    Path directory;

    private DockerTrial trial(IsolationSettings settings, Path socket) {
        return DockerTrial.of(
                settings,
                Optional.of(
                        new HostIsolation.DockerPlace(directory.resolve("docker"), "n1", new DockerSettings(socket))),
                List.of(),
                Optional.empty(),
                true);
    }

    @Test
    void shouldGiveNoUserThePowerOfRootUnlessThatIsRequired() {
        Path absent = directory.resolve("absent.sock");
        Optional<HostIsolation.DockerPlace> place = Optional.of(
                new HostIsolation.DockerPlace(directory.resolve("docker"), "n1", new DockerSettings(absent)));

        DockerTrial chosen = DockerTrial.of(WANTED, place, List.of(), Optional.empty(), false);
        DockerTrial required =
                DockerTrial.of(IsolationSettings.parse("docker", ""), place, List.of(), Optional.empty(), false);

        assertThat(chosen.detail()).isEqualTo("only root's nodes have it unless it is required");
        assertThat(required.detail()).isEqualTo("there is no " + absent);
    }

    @Test
    void shouldDoNothingWithoutASocket() {
        Path absent = directory.resolve("absent.sock");

        DockerTrial trial = trial(WANTED, absent);

        assertThat(trial.ability()).isEqualTo(new Ability("docker", false, "there is no " + absent));
        assertThat(trial.isolator()).isEmpty();
        assertThat(trial.docker()).isEmpty();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void shouldHaveAnEngineThatAnswers() throws IOException {
        assumeTrue(HostPrograms.find("docker").isPresent(), "no docker on this host");
        try (FakeEngine fake = new FakeEngine(directory)) {
            fake.answers(FakeEngine.PING);

            DockerTrial trial = trial(WANTED, fake.path);

            assertThat(trial.ability().toString()).startsWith("docker: by /").endsWith(", API 1.41 at " + fake.path);
            assertThat(trial.isolator()).isPresent();
            assertThat(trial.docker()).isPresent();
            trial.close();
        }
    }

    @Test
    void shouldNotWaitLongForAnEngineThatSaysNothing() throws IOException {
        assumeTrue(HostPrograms.find("docker").isPresent(), "no docker on this host");
        Path socket = directory.resolve("silent.sock");
        try (ServerSocketChannel silent = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            silent.bind(UnixDomainSocketAddress.of(socket));

            DockerTrial trial = trial(WANTED, socket);

            assertThat(trial.ability().toString()).contains("not available: " + socket + " was silent for PT2S");
            assertThat(trial.isolator()).isEmpty();
        }
    }

    @Test
    void shouldRemoveWhatItHasLeftThoughItRunsNothing() throws IOException {
        Files.createDirectories(directory.resolve("docker/containers/" + UUID.randomUUID()));

        DockerTrial trial = trial(new IsolationSettings(Set.of(), Set.of()), directory.resolve("absent.sock"));

        assertThat(trial.ability().available()).isFalse();
        assertThat(trial.isolator()).isPresent();
        trial.close();
    }

    @Test
    void shouldPullWhatTheEngineLacksAsWhoTheNodeIs() throws IOException {
        RegistryCredentials credentials = registry -> registry.equals("registry.test:5000")
                ? Optional.of(new RegistryCredentials.Login("anna", "word"))
                : Optional.empty();
        try (FakeEngine fake = new FakeEngine(directory)) {
            fake.answers(FakeEngine.PING).answersJson(404, GONE).answersJson(200, "{\"status\":\"done\"}");

            new HostDocker(fake.path, credentials).pull(IMAGE, false);

            assertThat(fake.asked).hasSize(3);
            String pull = fake.asked.stream().skip(2).findFirst().orElseThrow();
            assertThat(pull).startsWith("POST /v1.41/images/create?fromImage=registry.test%3A5000%2Ftulips%3A1 ");
            String header = pull.replaceAll("(?s).*X-Registry-Auth: (\\S+)\r\n.*", "$1");
            assertThat(new String(Base64.getUrlDecoder().decode(header), StandardCharsets.UTF_8))
                    .contains("\"username\":\"anna\"", "\"password\":\"word\"");
        }
    }

    @Test
    void shouldNotPullWhatTheEngineHasUnlessThatIsWanted() throws IOException {
        try (FakeEngine fake = new FakeEngine(directory)) {
            HostDocker docker = new HostDocker(fake.path, RegistryCredentials.NONE);
            fake.answers(FakeEngine.PING).answersJson(200, "{}");

            docker.pull(IMAGE, false);

            assertThat(fake.asked).hasSize(2);
            fake.answers(FakeEngine.PING).answersJson(200, "{\"error\":\"denied\"}");
            assertThatThrownBy(() -> docker.pull(IMAGE, true))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("Failed to pull image '" + IMAGE + "': ")
                    .hasMessageContaining("denied");
            assertThat(fake.asked.stream().skip(3).findFirst().orElseThrow()).doesNotContain("X-Registry-Auth");
        }
    }
}
