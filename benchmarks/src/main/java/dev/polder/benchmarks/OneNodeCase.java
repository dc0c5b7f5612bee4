package dev.polder.benchmarks;

import dev.polder.ClusterNode;
import dev.polder.framework.FrameworkConfig;
import dev.polder.framework.FrameworkDriver;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Many short tasks through one node, all of it real: HTTP, log, offers, processes. */
final class OneNodeCase {
    private final int tasks;
    private final int warmUpTasks;
    private final Optional<Path> data;
    private final PrintWriter progress;

    OneNodeCase(int tasks, int warmUpTasks, Optional<Path> data, PrintWriter progress) {
        this.tasks = tasks;
        this.warmUpTasks = warmUpTasks;
        this.data = data;
        this.progress = progress;
    }

    List<Figure> measure() throws IOException, InterruptedException {
        try (Work work = Work.below(data, "one-node");
                Recording recording = Recording.start();
                ClusterNode node = ClusterNode.start(config -> config.name("bench")
                        .dataDir(work.directory().resolve("data"))
                        .resources("cpus:64;mem:65536;disk:65536"))) {
            node.awaitReady(Duration.ofSeconds(30));
            ManyTasks.warmUp(
                    node.masterAddress().getHostString() + ":"
                            + node.masterAddress().getPort(),
                    warmUpTasks,
                    progress);
            ManyTasks framework = new ManyTasks(tasks);
            double seconds;
            try (FrameworkDriver driver = node.startFramework(framework, FrameworkConfig.named("bench"))) {
                seconds = framework.await(driver, progress);
            }
            LaunchTimes times = new LaunchTimes();
            times.add(recording.dump(work.directory().resolve("bench.jfr")));
            return times.figures("one-node", tasks / seconds, framework);
        }
    }
}
