package dev.polder.isolation.network;

import dev.polder.isolation.ContainerEnd;
import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerListener;
import dev.polder.isolation.ContainerNetwork;
import dev.polder.isolation.ContainerSpec;
import dev.polder.isolation.Containerizer;
import dev.polder.isolation.LaunchProbe;
import dev.polder.isolation.Limitation;
import dev.polder.isolation.TaskSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/**
 * A node that is there to be killed: {@code NetworkNode BASE PLACE ID NETWORKS PLUG-INS}. Launches a container with two
 * networks, and stops at the place, if that is a phase of a launch, which it says; others are the plug-ins' to watch.
 */
final class NetworkNode implements ContainerListener, LaunchProbe {
    final Set<ContainerId> ended = ConcurrentHashMap.newKeySet();
    private final String place;

    NetworkNode(String place) {
        this.place = place;
    }

    public static void main(String[] args) throws Exception {
        Path base = Path.of(args[0]);
        ContainerId id = new ContainerId(UUID.fromString(args[2]));
        Containerizer containerizer = new NetworkNode(args[1]).open(base, Path.of(args[3]), Path.of(args[4]));
        String command = args[1].equals("EXITED") || args[1].startsWith("DEL")
                ? "exit 0"
                : "trap 'exit 0' TERM; echo >ready; while :; do sleep 0.05; done";
        TaskSpec task =
                new TaskSpec(id, "/bin/sh", List.of("sh", "-c", command), Map.of(), base.resolve("sandbox"), null);
        containerizer.launch(
                ContainerSpec.of(task).attachedTo(List.of(ContainerNetwork.of("lean"), ContainerNetwork.of("plot"))));
        if (args[1].equals("BEING_KILLED")) {
            while (!Files.exists(base.resolve("sandbox/ready"))) {
                Thread.onSpinWait();
            }
            containerizer.kill(id, Duration.ofMinutes(1));
        }
        new CountDownLatch(1).await();
    }

    /** Opens a node on the directory, and starts it. */
    Containerizer open(Path base, Path networks, Path plugins) throws IOException {
        Containerizer opened = Containerizer.open(new Containerizer.Settings(
                base.resolve("containers"),
                "n1",
                false,
                List.of(NetworkIsolator.open(base.resolve("network"), networks, List.of(plugins))),
                this,
                Optional.of(this)));
        opened.start();
        return opened;
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
        System.out.println("reached");
        System.out.flush();
        if (!phase.isInShim()) {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void onStarted(ContainerId id, long pid) {}

    @Override
    public void onEnded(ContainerId id, ContainerEnd end, Optional<Limitation> limitation, Optional<String> remains) {
        ended.add(id);
    }
}
