package dev.polder.agent;

import dev.polder.http.HttpClient;
import dev.polder.http.HttpClientConfig;
import dev.polder.isolation.ContainerId;
import dev.polder.isolation.LaunchProbe;
import dev.polder.isolation.host.DockerSettings;
import dev.polder.isolation.host.ImageSettings;
import dev.polder.isolation.host.IsolationSettings;
import dev.polder.isolation.host.NetworkSettings;
import dev.polder.isolation.host.PortsSettings;
import dev.polder.isolation.host.VolumeSettings;
import dev.polder.model.TaskId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * An agent in a JVM of its own, which stops at one point of its first task's life, says so in a file, and waits to be
 * killed.
 */
final class AgentVictim {
    /** Where an agent can be stopped: the phases of a launch, and one of the agent's own. */
    enum Place {
        BEFORE_INTENT,
        BEFORE_STARTED,
        BEFORE_PID,
        RUNNING,
        BEING_KILLED,
        EXITED,
        END_NOT_SENT
    }

    private AgentVictim() {}

    /** Starts one that stops at a place. */
    static Process start(Path directory, int masterPort, Place place) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        AgentVictim.class.getName(),
                        directory.toString(),
                        Integer.toString(masterPort),
                        place.name())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("victim.log").toFile())
                .start();
    }

    /** Arguments: directory, the master's port, place. */
    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[0]);
        int port = Integer.parseInt(arguments[1]);
        Place place = Place.valueOf(arguments[2]);
        HttpClient client = HttpClient.start(HttpClientConfig.defaults("victim-client"));
        AgentService service = AgentService.start(config(
                directory,
                client,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                probe(directory, place),
                VolumeSettings.DEFAULT,
                TestNetwork.settings(directory)));
        service.ended().join();
    }

    static AgentServiceConfig config(Path directory, HttpClient client, InetSocketAddress master, AgentProbe probe) {
        return config(directory, client, master, probe, VolumeSettings.DEFAULT, NetworkSettings.DEFAULT);
    }

    static AgentServiceConfig config(
            Path directory,
            HttpClient client,
            InetSocketAddress master,
            AgentProbe probe,
            VolumeSettings volumes,
            NetworkSettings networks) {
        return new AgentServiceConfig(
                "n1",
                directory.resolve("agent"),
                directory.resolve("sandboxes"),
                Optional.empty(),
                "localhost",
                "127.0.0.1",
                5051,
                List.of(),
                List.of(),
                "incarnation-1",
                "0.1.0",
                false,
                Duration.ofSeconds(3),
                client,
                () -> Optional.of(master),
                IsolationSettings.parse("auto", ""),
                ImageSettings.DEFAULT,
                volumes,
                networks,
                SandboxSettings.DEFAULT,
                new DockerSettings(engine(directory)),
                PortsSettings.DEFAULT,
                probe);
    }

    /** Where the socket of a Docker engine is, if there is one. */
    static Path engine(Path directory) {
        return directory.resolve("engine/docker.sock");
    }

    /** Returns where the sandbox of the task t1 is. */
    static Path sandbox(Path directory) {
        return directory
                .resolve("sandboxes/slaves")
                .resolve(AgentFixture.AGENT)
                .resolve("frameworks")
                .resolve(AgentFixture.FRAMEWORK)
                .resolve("executors/t1/runs/latest");
    }

    static Path reachedFile(Path directory) {
        return directory.resolve("reached");
    }

    private static AgentProbe probe(Path directory, Place place) {
        return new AgentProbe() {
            @Override
            public Optional<LaunchProbe> launches() {
                return place == Place.END_NOT_SENT
                        ? Optional.empty()
                        : Optional.of(launchProbe(directory, LaunchProbe.Phase.valueOf(place.name())));
            }

            @Override
            public void endNotSent(TaskId task) {
                if (place == Place.END_NOT_SENT) {
                    stop(directory, "");
                }
            }
        };
    }

    private static LaunchProbe launchProbe(Path directory, LaunchProbe.Phase phase) {
        return new LaunchProbe() {
            @Override
            public Optional<Phase> stopAt(ContainerId id) {
                return Optional.of(phase);
            }

            @Override
            public void reached(ContainerId id, Phase at) {
                stop(directory, id.toString());
            }
        };
    }

    private static void stop(Path directory, String container) {
        try {
            Path fresh = directory.resolve("reached.new");
            Files.writeString(fresh, container);
            Files.move(fresh, reachedFile(directory), StandardCopyOption.ATOMIC_MOVE);
            Thread.sleep(Long.MAX_VALUE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
