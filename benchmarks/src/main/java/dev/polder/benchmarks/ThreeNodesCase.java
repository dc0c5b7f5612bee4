package dev.polder.benchmarks;

import dev.polder.framework.FrameworkConfig;
import dev.polder.framework.FrameworkDriver;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The tasks of {@link OneNodeCase} through three nodes in three JVMs, which together offer as much as that one. */
final class ThreeNodesCase {
    private static final int CPUS_EACH = 22;

    private final int tasks;
    private final int warmUpTasks;
    private final Optional<Path> data;
    private final PrintWriter progress;

    ThreeNodesCase(int tasks, int warmUpTasks, Optional<Path> data, PrintWriter progress) {
        this.tasks = tasks;
        this.warmUpTasks = warmUpTasks;
        this.data = data;
        this.progress = progress;
    }

    List<Figure> measure() throws IOException, InterruptedException {
        try (Work work = Work.below(data, "three-nodes");
                ThreeNodes nodes = ThreeNodes.start(work.directory(), CPUS_EACH)) {
            ManyTasks.warmUp(nodes.masters(), ThreeNodes.NODES * warmUpTasks, progress);
            ManyTasks framework = new ManyTasks(tasks);
            double seconds;
            try (FrameworkDriver driver =
                    FrameworkDriver.start(framework, FrameworkConfig.named("bench"), nodes.masters())) {
                seconds = framework.await(driver, progress);
            }
            LaunchTimes times = new LaunchTimes();
            for (Path recording : nodes.end()) {
                times.add(recording);
            }
            return times.figures("three-nodes", tasks / seconds, framework);
        }
    }
}
