package dev.polder.benchmarks;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerSpec;
import dev.polder.isolation.Containerizer;
import dev.polder.isolation.ImageTask;
import dev.polder.isolation.host.HostImages;
import dev.polder.isolation.host.HostIsolation;
import dev.polder.isolation.host.ImageSettings;
import dev.polder.isolation.host.IsolationSettings;
import dev.polder.isolation.image.ImageReference;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Our containerizer with tasks in an image that is here: held, mounted, in groups, run by runc under the shim. */
final class OciLaunches implements LaunchWay {
    private static final String ISOLATION = "cgroups/cpu,cgroups/mem,cgroups/pids,filesystem/linux,docker/runtime";
    private static final ImageReference IMAGE = ImageReference.parse("busybox:1");
    private static final ImageTask TASK = new ImageTask(false, Optional.empty(), List.of(), Map.of());

    private final Sandboxes sandboxes;
    private final LaunchTurns turns = new LaunchTurns();
    private final HostImages images;
    private final Containerizer containerizer;

    OciLaunches(LaunchDirectories directories) throws IOException {
        Path directory = directories.data();
        sandboxes = new Sandboxes(directory.resolve("sandboxes"));
        Path layout = BusyboxImage.layout(directory.resolve("layout"));
        HostIsolation isolation = HostIsolation.find(
                "bench-" + ProcessHandle.current().pid(),
                IsolationSettings.parse(ISOLATION, ""),
                HostIsolation.Places.NONE.with(new HostIsolation.ImagePlace(
                        directory.resolve("images"), ImageSettings.DEFAULT.withRegistryDefault(layout.toString()))));
        images = isolation.images().orElseThrow();
        containerizer = Containerizer.open(new Containerizer.Settings(
                directories.containers(),
                "bench",
                true,
                isolation.isolators(),
                new EndedContainers(turns, this::forget)));
        containerizer.start();
    }

    @Override
    public void launch(int tasks, int inFlight) throws IOException, InterruptedException {
        turns.run(tasks, inFlight, () -> {
            ContainerSpec spec = ContainedLaunches.container(sandboxes, "/unused");
            images.pull(spec.id(), IMAGE, true, Optional.empty());
            containerizer.launch(spec.in(TASK));
        });
    }

    @Override
    public void close() throws IOException {
        containerizer.close();
        images.close();
    }

    private void forget(ContainerId id) {
        containerizer.forget(id);
    }
}
