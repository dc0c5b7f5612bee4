package dev.polder.isolation.volume;

import dev.polder.isolation.ContainerEnd;
import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerListener;
import dev.polder.isolation.ContainerSpec;
import dev.polder.isolation.ContainerVolume;
import dev.polder.isolation.Containerizer;
import dev.polder.isolation.Isolator;
import dev.polder.isolation.LaunchPlan;
import dev.polder.isolation.LaunchProbe;
import dev.polder.isolation.Limitation;
import dev.polder.isolation.SecretValue;
import dev.polder.isolation.TaskSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/**
 * A node that is there to be killed: {@code VolumeNode BASE PLACE ID}. Launches a container with volumes of all kinds that
 * need no image, and stops at the place, of which it says a line.
 */
final class VolumeNode implements ContainerListener, LaunchProbe {
    /** Where a launch stops: while it is prepared, after that, or at a phase of the launcher's. */
    static final List<String> PLACES = List.of(
            "PREPARING",
            "PREPARED",
            "BEFORE_INTENT",
            "BEFORE_STARTED",
            "BEFORE_PID",
            "RUNNING",
            "BEING_KILLED",
            "EXITED",
            "CLEANING");

    final Set<ContainerId> ended = ConcurrentHashMap.newKeySet();
    private final String place;

    VolumeNode(String place) {
        this.place = place;
    }

    public static void main(String[] args) throws Exception {
        Path base = Path.of(args[0]);
        VolumeNode node = new VolumeNode(args[1]);
        ContainerId id = new ContainerId(UUID.fromString(args[2]));
        Containerizer containerizer = node.open(base);
        containerizer.launch(spec(base, id, args[1]));
        if (node.place.equals("BEING_KILLED")) {
            while (!Files.exists(base.resolve("sandbox/ready"))) {
                Thread.onSpinWait();
            }
            containerizer.kill(id, Duration.ofMinutes(1));
        }
        new CountDownLatch(1).await();
    }

    /** Opens a node on the directory, and starts it. */
    Containerizer open(Path base) throws IOException {
        VolumeIsolator volumes = VolumeIsolator.open(new VolumeIsolator.Settings(
                base.resolve("volumes"),
                Path.of("/dev/shm"),
                List.of(base.resolve("host")),
                EnumSet.allOf(VolumeKind.class),
                Optional.empty(),
                new DockerVolumes(List.of(base), Duration.ofSeconds(30), base)));
        Containerizer opened = Containerizer.open(new Containerizer.Settings(
                base.resolve("containers"),
                "n1",
                false,
                List.of(new Stop("before"), volumes, new Stop("after")),
                this,
                Optional.of(this)));
        opened.start();
        return opened;
    }

    private static ContainerSpec spec(Path base, ContainerId id, String place) {
        String command = place.equals("EXITED") || place.equals("CLEANING")
                ? "exit 0"
                : "trap 'exit 0' TERM; echo >ready; while :; do sleep 0.05; done";
        TaskSpec task =
                new TaskSpec(id, "/bin/sh", List.of("sh", "-c", command), Map.of(), base.resolve("sandbox"), null);
        return ContainerSpec.of(task)
                .with(List.of(
                        new ContainerVolume(
                                "h",
                                true,
                                new ContainerVolume.HostPath(
                                        base.resolve("host").toString(), true)),
                        new ContainerVolume("s", false, new ContainerVolume.SandboxPath("own")),
                        new ContainerVolume(
                                "k",
                                false,
                                new ContainerVolume.Secret(new SecretValue("word".getBytes(StandardCharsets.UTF_8)))),
                        new ContainerVolume("e", false, new ContainerVolume.External("nfs", "data", Map.of())),
                        // the last, at which the node may be stopped while it prepares
                        new ContainerVolume(
                                "l",
                                false,
                                place.equals("PREPARING")
                                        ? new ContainerVolume.External("hung", "data", Map.of())
                                        : new ContainerVolume.SandboxPath("last"))));
    }

    private void say(String what) {
        System.out.println(what);
        System.out.flush();
    }

    private static void waitForEver() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops before or after the volumes. */
    private final class Stop implements Isolator {
        private final String when;

        Stop(String when) {
            this.when = when;
        }

        @Override
        public String name() {
            return when;
        }

        @Override
        public void prepare(ContainerSpec spec, LaunchPlan plan) {
            stopAt("PREPARED", "after");
        }

        @Override
        public void cleanup(ContainerId id) {
            // in reverse order
            stopAt("CLEANING", "after");
        }

        private void stopAt(String at, String my) {
            if (place.equals(at) && when.equals(my)) {
                say("reached");
                waitForEver();
            }
        }
    }

    @Override
    public Optional<Phase> stopAt(ContainerId id) {
        for (Phase phase : Phase.values()) {
            if (phase.name().equals(place)) {
                return Optional.of(phase);
            }
        }
        return Optional.empty();
    }

    @Override
    public void reached(ContainerId id, Phase phase) {
        say("reached");
        if (!phase.isInShim()) {
            waitForEver();
        }
    }

    @Override
    public void onStarted(ContainerId id, long pid) {}

    @Override
    public void onEnded(ContainerId id, ContainerEnd end, Optional<Limitation> limitation, Optional<String> remains) {
        ended.add(id);
    }
}
