package dev.polder.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

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
        try (LaunchPlaces.Open places = LaunchPlaces.together(data).open();
                LaunchWay launches = new LauncherLaunches(places.directories("launches"), true)) {
            long begin = System.nanoTime();
            launches.launch(tasks, AT_ONCE);
            double seconds = (System.nanoTime() - begin) / 1e9;
            return List.of(new Figure("launch-only", "tasks_per_s", tasks / seconds, "1/s"));
        }
    }
}
