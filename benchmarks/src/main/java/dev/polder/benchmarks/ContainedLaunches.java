package dev.polder.benchmarks;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerLimits;
import dev.polder.isolation.ContainerListener;
import dev.polder.isolation.ContainerSpec;
import dev.polder.isolation.Containerizer;
import dev.polder.isolation.host.HostIsolation;
import dev.polder.isolation.host.IsolationSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;

/** Our containerizer: limits by control groups, and namespaces. */
final class ContainedLaunches implements LaunchWay {
    /** With process numbers of its own a task has its own mounts, too. */
    private static final String ISOLATION =
            "cgroups/cpu,cgroups/mem,cgroups/pids,namespaces/pid,namespaces/ipc,namespaces/uts";

    private static final ContainerLimits LIMITS =
            new ContainerLimits(100, OptionalLong.of(500), 1 << 24, OptionalLong.of(1 << 26), OptionalLong.of(100));

    private final Sandboxes sandboxes;
    private final LaunchTurns turns = new LaunchTurns();
    private final Containerizer containerizer;

    ContainedLaunches(LaunchDirectories directories) throws IOException {
        sandboxes = new Sandboxes(directories.data().resolve("sandboxes"));
        containerizer = open(directories.containers(), new EndedContainers(turns, this::forget));
    }

    /**
     * Opens one as a node of root has it, and starts it.
     *
     * @throws IOException if this host cannot do that; says what it lacks
     */
    static Containerizer open(Path directory, ContainerListener listener) throws IOException {
        HostIsolation isolation = HostIsolation.find(
                "bench-" + ProcessHandle.current().pid(),
                IsolationSettings.parse(ISOLATION, ""),
                HostIsolation.Places.NONE);
        Containerizer opened = Containerizer.open(
                new Containerizer.Settings(directory, "bench", true, isolation.isolators(), listener));
        opened.start();
        return opened;
    }

    static ContainerSpec container(Sandboxes sandboxes, String... command) throws IOException {
        return ContainerSpec.of(sandboxes.task(command), LIMITS);
    }

    @Override
    public void launch(int tasks, int inFlight) throws IOException, InterruptedException {
        turns.run(tasks, inFlight, () -> containerizer.launch(container(sandboxes, "/bin/true")));
    }

    @Override
    public void close() {
        containerizer.close();
    }

    private void forget(ContainerId id) {
        containerizer.forget(id);
    }
}
