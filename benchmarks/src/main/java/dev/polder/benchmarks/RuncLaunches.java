package dev.polder.benchmarks;

import dev.polder.isolation.Namespace;
import dev.polder.isolation.oci.OciBundle;
import dev.polder.isolation.oci.OciContainer;
import dev.polder.isolation.oci.OciNamespace;
import dev.polder.isolation.oci.OciProcess;
import dev.polder.isolation.runtime.DefaultSeccomp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * {@code runc run} called by hand on a bundle that is ready: the same namespaces, mounts and filter as an image's task has,
 * and nothing by which it could be limited, found again or removed after a crash.
 */
final class RuncLaunches implements LaunchWay {
    private final Path bundle;
    private final Path state;
    private final AtomicInteger made = new AtomicInteger();

    RuncLaunches(LaunchDirectories directories) throws IOException {
        bundle = Files.createDirectory(directories.data().resolve("bundle"));
        state = directories.containers();
        OciBundle.write(
                bundle,
                OciProcess.of(List.of("true")).withEnvironment(Map.of("PATH", "/bin")),
                OciContainer.of(BusyboxImage.tree(directories.data().resolve("root")))
                        .withReadOnlyRoot(false)
                        .withNamespaces(List.of(OciNamespace.fresh(Namespace.MOUNT), OciNamespace.fresh(Namespace.PID)))
                        .withSeccomp(DefaultSeccomp.filter()));
    }

    @Override
    public void launch(int tasks, int inFlight) throws IOException, InterruptedException {
        PlainLaunches.launch(
                tasks,
                inFlight,
                () -> List.of(
                        "runc",
                        "--root",
                        state.toString(),
                        "run",
                        "--bundle",
                        bundle.toString(),
                        "bench-" + ProcessHandle.current().pid() + "-" + made.incrementAndGet()));
    }

    /** It puts containers into groups of its own; but they end before the call does, so this JVM has waited for all. */
    @Override
    public long cpuNanos(CpuGroup group) throws IOException {
        return ProcessTimes.nanos();
    }

    @Override
    public void close() {
        // runc removes what it has made
    }
}
