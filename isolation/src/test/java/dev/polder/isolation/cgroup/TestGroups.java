package dev.polder.isolation.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.isolation.ContainerId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/** Groups on the kernel that runs the tests, and processes in them. Closing it checks that nothing is left of either. */
final class TestGroups implements AutoCloseable {
    static final Duration LONG = Duration.ofSeconds(20);

    /** Enters the groups whose files are given, and forgets them; ends with 99 if it cannot. */
    private static final String JOIN = "for file; do echo 0 >\"$file\" || exit 99; done; shift $#; ";

    private final Path directory;
    private final Cgroups cgroups;
    private final List<Process> processes = new ArrayList<>();

    /** What of this host is seen. */
    enum View {
        ALL,
        /** Without version 2, as on hosts that do not mount it. */
        V1
    }

    TestGroups(Path directory, View view) throws IOException {
        this.directory = directory;
        this.cgroups = Cgroups.discover(settings(view));
    }

    private CgroupSettings settings(View view) throws IOException {
        CgroupSettings settings =
                CgroupSettings.of("test-" + ProcessHandle.current().pid()).withMoveOwnProcess();
        if (view == View.ALL) {
            return settings;
        }
        Path self = Files.createDirectories(directory.resolve("proc/self"));
        String mounts = Files.readString(Path.of("/proc/self/mountinfo"))
                .lines()
                .filter(line -> !line.contains(" - cgroup2 "))
                .collect(Collectors.joining("\n"));
        Files.writeString(self.resolve("mountinfo"), mounts);
        Files.writeString(self.resolve("cgroup"), Files.readString(Path.of("/proc/self/cgroup")));
        return settings.withProc(directory.resolve("proc"));
    }

    Cgroups cgroups() {
        return cgroups;
    }

    static ContainerId newId() {
        return new ContainerId(UUID.randomUUID());
    }

    ContainerGroup create(GroupLimits limits) throws IOException {
        return cgroups.create(newId(), limits);
    }

    /** Starts a shell that enters the group and then does what the script says. */
    Process start(ContainerGroup group, String script) throws IOException {
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", JOIN + script, "sh"));
        group.joinFiles().forEach(file -> command.add(file.toString()));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        processes.add(process);
        return process;
    }

    /** Starts the same and waits for its end. */
    Ended run(ContainerGroup group, String script) throws IOException, InterruptedException {
        Process process = start(group, script);
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(code(process), said);
    }

    record Ended(int code, String said) {}

    static int code(Process process) throws InterruptedException {
        assertThat(process.waitFor(LONG.toMillis(), TimeUnit.MILLISECONDS))
                .as("ended")
                .isTrue();
        return process.exitValue();
    }

    /** Reads up to the first line break. */
    static String line(Process process) throws IOException {
        StringBuilder text = new StringBuilder();
        int letter = process.getInputStream().read();
        while (letter >= 0 && letter != '\n') {
            text.append((char) letter);
            letter = process.getInputStream().read();
        }
        return text.toString();
    }

    static void awaitProcesses(ContainerGroup group, int count) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(5))
                .atMost(LONG)
                .until(() -> group.processes().size() == count);
    }

    /** Is there a process of this number that does not only wait to be reaped? */
    static boolean lives(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (IOException gone) {
            return false;
        }
    }

    CgroupUsage usage(ContainerGroup group) {
        try {
            return cgroups.usageReader().read(group);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long cpuNanos(ContainerGroup group) {
        return usage(group).cpuTime().totalNanos();
    }

    void awaitCpu(ContainerGroup group, Duration time) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(5))
                .atMost(LONG)
                .until(() -> cpuNanos(group) >= time.toNanos());
    }

    /** Is this kernel an ordinary process? Its accounts of CPU time are made of ticks, and are wrong. */
    static boolean isUserModeLinux() throws IOException {
        return Files.readString(Path.of("/proc/cpuinfo")).contains("User Mode Linux");
    }

    @Override
    public void close() throws IOException {
        for (ContainerId id : cgroups.containers()) {
            ContainerGroup group = cgroups.group(id);
            assertThat(group.kill(LONG)).as("processes left in " + id).isZero();
            assertThat(group.destroy(LONG)).as("groups left of " + id).isEmpty();
        }
        List<Path> roots = cgroups.removeRoots();
        for (Path root : roots) {
            assertThat(root.resolve(UnifiedRoot.NODE))
                    .as("only this JVM is left in it")
                    .isDirectory();
        }
        assertThat(processes).allSatisfy(process -> assertThat(process.onExit()).succeedsWithin(LONG));
    }
}
