package dev.polder.isolation;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** A JVM that runs a few tasks as whoever it is: {@code OrdinaryNode BASE}. Says how they ended, and who it was. */
final class OrdinaryNode implements TaskListener {
    private final BlockingQueue<String> ends = new ArrayBlockingQueue<>(10);
    private final BlockingQueue<Long> starts = new ArrayBlockingQueue<>(10);

    private OrdinaryNode() {}

    public static void main(String[] args) throws Exception {
        OrdinaryNode node = new OrdinaryNode();
        Path base = Path.of(args[0]);
        try (TaskLauncher launcher = TaskLauncher.open(base.resolve("containers"), "n", false, node)) {
            launcher.start();
            launcher.launch(node.spec(base, "exit 3", "root"));
            node.sayNext(base);
            node.starts.clear();
            TaskSpec sleeper = node.spec(base, "sleep 1000", "nobody");
            launcher.launch(sleeper);
            node.starts.take();
            launcher.kill(sleeper.id(), Duration.ofMinutes(1));
            node.sayNext(base);
            launcher.launch(node.spec(base, "true", "no-such-user"));
            node.sayNext(base);
        }
    }

    private TaskSpec spec(Path base, String command, String user) throws Exception {
        ContainerId id = TestHost.newId();
        Path sandbox = Files.createDirectories(base.resolve("sandboxes").resolve(id.toString()));
        return new TaskSpec(
                id, "/bin/sh", List.of("sh", "-c", command), Map.of("PATH", "/usr/bin:/bin"), sandbox, user);
    }

    private void sayNext(Path base) throws Exception {
        System.out.println(Files.getAttribute(base.resolve("containers"), "unix:uid") + " " + ends.take());
    }

    @Override
    public void onStarted(ContainerId id, long pid) {
        starts.add(pid);
    }

    @Override
    public void onExited(ContainerId id, ExitStatus status) {
        ends.add(
                status instanceof ExitStatus.Exited exited
                        ? "exited " + exited.code()
                        : "signaled " + ((ExitStatus.Signaled) status).signal());
    }

    @Override
    public void onNotStarted(ContainerId id, String why) {
        ends.add(why);
    }

    @Override
    public void onLost(ContainerId id, String why) {
        ends.add("lost " + why);
    }
}
