package dev.polder.isolation.attach;

import static org.awaitility.Awaitility.await;

import dev.polder.isolation.Account;
import dev.polder.isolation.ContainerId;
import dev.polder.isolation.Privileges;
import dev.polder.isolation.RunningTask;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** A sleeping process, in namespaces of its own if wanted, and what a command inside needs to know of it. */
public final class TestContainer implements AutoCloseable {
    private final Process process;
    private final RunningContainer container;

    private TestContainer(Process process, RunningContainer container) {
        this.process = process;
        this.container = container;
    }

    /** Starts one; with options of unshare, behind them. */
    public static TestContainer start(Path directory, Optional<Account> account, String... namespaces)
            throws IOException {
        return start(directory, account, "sleep 300 & wait", Map.of("GREETING", "hello"), namespaces);
    }

    /** Starts one that runs a line of shell. */
    public static TestContainer start(
            Path directory,
            Optional<Account> account,
            String line,
            Map<String, String> environment,
            String... namespaces)
            throws IOException {
        List<String> command = new ArrayList<>();
        if (namespaces.length > 0) {
            command.add("unshare");
            command.addAll(Arrays.asList(namespaces));
            command.addAll(List.of("--fork", "--kill-child", "--"));
        }
        command.addAll(List.of("/bin/sh", "-c", "touch ready; " + line));
        Process process =
                new ProcessBuilder(command).directory(directory.toFile()).start();
        await().until(() -> Files.exists(directory.resolve("ready")));
        RunningContainer container = new RunningContainer(
                new ContainerId(UUID.randomUUID()),
                RunningTask.of(process.pid()),
                account,
                Privileges.USUAL,
                directory,
                environment,
                List.of());
        return new TestContainer(process, container);
    }

    /** Returns the same of a task that has other privileges, which a command is to have, too. */
    public RunningContainer with(Privileges privileges) {
        return new RunningContainer(
                container.id(),
                container.task(),
                container.account(),
                privileges,
                container.directory(),
                container.environment(),
                container.joinFiles());
    }

    /** Returns what a command needs to know. */
    public RunningContainer container() {
        return container;
    }

    /** Ends it, as a container ends. */
    public void end() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        await().until(() -> !process.isAlive());
    }

    @Override
    public void close() {
        end();
    }

    /** Returns the processes of this host that carry the mark of any command. */
    public static List<Long> marked() {
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            return all.filter(handle -> {
                        try {
                            return Files.readString(
                                            Path.of("/proc", Long.toString(handle.pid()), "environ"),
                                            StandardCharsets.ISO_8859_1)
                                    .contains(Mark.VARIABLE + "=");
                        } catch (IOException gone) {
                            return false;
                        }
                    })
                    .map(ProcessHandle::pid)
                    .toList();
        }
    }
}
