package dev.polder.isolation;

import dev.polder.isolation.LaunchProbe.Phase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * A JVM that is there to be killed: {@code CrashingNode BASE PHASE ENDS-ORPHANS}. Launches a target, which it stops at
 * the phase, among bystanders, and says on its standard output what it did and was told, a line each.
 */
final class CrashingNode implements TaskListener, LaunchProbe {
    private final ContainerId target = TestHost.newId();
    private final Phase phase;

    private CrashingNode(Phase phase) {
        this.phase = phase;
    }

    public static void main(String[] args) throws Exception {
        TestHost host = new TestHost(Path.of(args[0]));
        CrashingNode node = new CrashingNode(Phase.valueOf(args[1]));
        TaskLauncher launcher = TaskLauncher.open(host.containers, "crash", Boolean.parseBoolean(args[2]), node, node);
        launcher.start();
        for (String command : new String[] {"exit 2", "sleep 0.3; exit 3", "sleep 0.1; kill -9 $$"}) {
            launch(launcher, host, TestHost.newId(), "bystander", command);
        }
        if (node.phase == Phase.EXITED) {
            Files.createDirectories(host.sandbox(node.target));
            Files.createFile(host.sandbox(node.target).resolve("end"));
        }
        launch(
                launcher,
                host,
                node.target,
                "target",
                "trap 'exit 7' TERM; echo ready; while [ ! -e end ]; do sleep 0.05; done; exit 7");
        if (node.phase == Phase.BEING_KILLED) {
            while (!Files.exists(host.sandbox(node.target).resolve("stdout"))
                    || host.stdout(node.target).isEmpty()) {
                Thread.onSpinWait();
            }
            launcher.kill(node.target, Duration.ofMinutes(1));
        }
        new CountDownLatch(1).await();
    }

    private static void launch(TaskLauncher launcher, TestHost host, ContainerId id, String role, String command) {
        say(role, id, "");
        launcher.launch(host.spec(
                id, "/bin/sh", java.util.List.of("sh", "-c", "echo ran >>ran; " + command), java.util.Map.of(), null));
    }

    private static synchronized void say(String what, ContainerId id, String more) {
        System.out.println(what + " " + id + " " + more);
        System.out.flush();
    }

    @Override
    public Optional<Phase> stopAt(ContainerId id) {
        return id.equals(target) ? Optional.of(phase) : Optional.empty();
    }

    @Override
    public void reached(ContainerId id, Phase at) {
        say("reached", id, at.name());
        if (!at.isInShim()) {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void onStarted(ContainerId id, long pid) {
        say("started", id, Long.toString(pid));
    }

    @Override
    public void onExited(ContainerId id, ExitStatus status) {
        say("ended", id, status.toString());
    }

    @Override
    public void onNotStarted(ContainerId id, String why) {
        say("ended", id, "not started: " + why);
    }

    @Override
    public void onLost(ContainerId id, String why) {
        say("ended", id, "lost: " + why);
    }
}
