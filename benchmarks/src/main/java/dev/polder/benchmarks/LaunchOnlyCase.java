package dev.polder.benchmarks;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ExitStatus;
import dev.polder.isolation.TaskLauncher;
import dev.polder.isolation.TaskListener;
import dev.polder.isolation.TaskSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The same tasks without a cluster: what the launcher alone does, which bounds everything above it. */
final class LaunchOnlyCase {
    /** As many at once as a node of the other cases has room for. */
    private static final int AT_ONCE = 640;

    private final int tasks;
    private final Optional<Path> data;

    LaunchOnlyCase(int tasks, Optional<Path> data) {
        this.tasks = tasks;
        this.data = data;
    }

    List<Figure> measure() throws IOException, InterruptedException {
        try (Work work = Work.below(data, "launch-only")) {
            Path sandboxes = Files.createDirectories(work.directory().resolve("sandboxes"));
            Counting counting = new Counting();
            try (TaskLauncher launcher =
                    TaskLauncher.open(work.directory().resolve("containers"), "bench", true, counting)) {
                counting.launcher.set(launcher);
                launcher.start();
                long begin = System.nanoTime();
                for (int i = 0; i < tasks; i++) {
                    counting.room.acquire();
                    ContainerId id = new ContainerId(UUID.randomUUID());
                    Path sandbox = Files.createDirectory(sandboxes.resolve(id.toString()));
                    launcher.launch(new TaskSpec(id, "/bin/true", List.of("/bin/true"), Map.of(), sandbox, null));
                }
                counting.room.acquire(AT_ONCE);
                double seconds = (System.nanoTime() - begin) / 1e9;
                return List.of(new Figure("launch-only", "tasks_per_s", tasks / seconds, "1/s"));
            }
        }
    }

    /** Makes room when a task has ended. */
    private static final class Counting implements TaskListener {
        final Semaphore room = new Semaphore(AT_ONCE);
        final AtomicReference<@Nullable TaskLauncher> launcher = new AtomicReference<>();

        @Override
        public void onStarted(ContainerId id, long pid) {}

        @Override
        public void onExited(ContainerId id, ExitStatus status) {
            requireNonNull(launcher.get()).forget(id);
            room.release();
        }

        @Override
        public void onNotStarted(ContainerId id, String why) {
            throw new IllegalStateException(id + " was not started: " + why);
        }

        @Override
        public void onLost(ContainerId id, String why) {
            throw new IllegalStateException(id + " is lost: " + why);
        }
    }
}
