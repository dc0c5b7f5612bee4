package dev.polder.isolation;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * Measures what a launch of {@code /bin/true} costs, beside the plain {@code ProcessBuilder}, in turns, as the load of
 * the machine changes. Run it by hand: {@code java -cp … dev.polder.isolation.LaunchCost [launches] [rounds] [shell…]}.
 *
 * <p>CPU is that of the JVM and of everything it starts, as a cpuacct group of cgroup v1 counts it; needs root and such
 * a hierarchy, else that column is empty.
 */
final class LaunchCost {
    private static final Path CPUACCT = Path.of("/sys/fs/cgroup/cpuacct");

    private LaunchCost() {}

    private interface Way {
        void launchAll(int launches, int inFlight) throws Exception;
    }

    public static void main(String[] args) throws Exception {
        int launches = args.length > 0 ? Integer.parseInt(args[0]) : 1_000;
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 5;
        List<String> shell = args.length > 2 ? List.of(args).subList(2, args.length) : List.of("/bin/sh");
        Path group =
                CPUACCT.resolve("polder-launch-cost-" + ProcessHandle.current().pid());
        boolean accounted = Files.isWritable(CPUACCT.resolve("cgroup.procs"));
        if (accounted) {
            Files.createDirectory(group);
            Files.writeString(
                    group.resolve("cgroup.procs"),
                    Long.toString(ProcessHandle.current().pid()));
        }
        Path base = Files.createTempDirectory("launch-cost");
        Set<String> once = new HashSet<>();
        try (Launches ours = new Launches(base, shell)) {
            for (int round = 0; round < rounds; round++) {
                measure(once, "ProcessBuilder", LaunchCost::plain, launches, 4, group, accounted);
                measure(once, "TaskLauncher", ours, launches, 4, group, accounted);
                measure(once, "TaskLauncher", ours, launches, 64, group, accounted);
            }
        } finally {
            if (accounted) {
                Files.writeString(
                        CPUACCT.resolve("cgroup.procs"),
                        Long.toString(ProcessHandle.current().pid()));
            }
        }
    }

    private static void measure(
            Set<String> once, String name, Way way, int launches, int inFlight, Path group, boolean accounted)
            throws Exception {
        if (once.add(name)) {
            way.launchAll(launches / 4, inFlight);
        }
        long cpu = accounted ? usage(group) : 0;
        long jvm = jvmNanos();
        long start = System.nanoTime();
        way.launchAll(launches, inFlight);
        double seconds = (System.nanoTime() - start) / 1e9;
        double jvmMillis = (jvmNanos() - jvm) / 1e6 / launches;
        double cpuMillis = accounted ? (usage(group) - cpu) / 1e6 / launches : Double.NaN;
        System.out.printf(
                Locale.ROOT,
                "%-15s inFlight=%-3d %6.0f launches/s  %5.2f ms CPU, of that %5.2f in the JVM%n",
                name,
                inFlight,
                launches / seconds,
                cpuMillis,
                jvmMillis);
    }

    private static long jvmNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private static long usage(Path group) throws IOException {
        return Long.parseLong(Files.readString(group.resolve("cpuacct.usage")).strip());
    }

    private static void plain(int launches, int inFlight) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(inFlight);
        Semaphore ended = new Semaphore(0);
        for (int i = 0; i < launches; i++) {
            pool.execute(() -> {
                try {
                    new ProcessBuilder("/bin/true")
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor();
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                ended.release();
            });
        }
        ended.acquire(launches);
        pool.shutdown();
    }

    private static final class Launches implements Way, AutoCloseable, TaskListener {
        private final TestHost host;
        private final TaskLauncher launcher;
        private Semaphore room = new Semaphore(0);
        private Semaphore ended = new Semaphore(0);

        Launches(Path base, List<String> shell) throws IOException {
            host = new TestHost(base);
            launcher = TaskLauncher.open(
                    LauncherSettings.of(host.containers, "cost", false, this).with(shell, true));
            launcher.start();
        }

        @Override
        public void launchAll(int launches, int inFlight) throws InterruptedException {
            room = new Semaphore(inFlight);
            ended = new Semaphore(0);
            for (int i = 0; i < launches; i++) {
                room.acquire();
                launcher.launch(host.spec("/bin/true", List.of("/bin/true"), Map.of()));
            }
            ended.acquire(launches);
        }

        @Override
        public void onStarted(ContainerId id, long pid) {}

        @Override
        public void onExited(ContainerId id, ExitStatus status) {
            launcher.forget(id);
            room.release();
            ended.release();
        }

        @Override
        public void onNotStarted(ContainerId id, String why) {
            throw new IllegalStateException(why);
        }

        @Override
        public void onLost(ContainerId id, String why) {
            throw new IllegalStateException(why);
        }

        @Override
        public void close() {
            launcher.close();
        }
    }
}
