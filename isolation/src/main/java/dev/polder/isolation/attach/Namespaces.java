package dev.polder.isolation.attach;

import dev.polder.isolation.HostPrograms;
import dev.polder.isolation.RunningTask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Which namespaces of a process differ from ours, and how {@code nsenter} is told to enter them. */
public final class Namespaces {
    /** The file below {@code ns}, and the option. A pid namespace counts for children: the task's process may be a parent. */
    private enum Kind {
        USER("user", "--user"),
        MOUNT("mnt", "--mount"),
        UTS("uts", "--uts"),
        IPC("ipc", "--ipc"),
        NETWORK("net", "--net"),
        PID("pid_for_children", "--pid"),
        CGROUP("cgroup", "--cgroup");

        private final String file;
        private final String option;

        Kind(String file, String option) {
            this.file = file;
            this.option = option;
        }
    }

    private Namespaces() {}

    /**
     * Returns the words that come before a program to run it in the network of a task; none where that is ours.
     *
     * @throws IOException if the task has ended, or has not come to its namespaces yet, or this host lacks nsenter
     */
    public static List<String> enterNetwork(RunningTask task) throws IOException {
        return words(task, List.of(Kind.USER, Kind.NETWORK));
    }

    /** Returns the words that come before a program to run it in all namespaces of a task, without options of nsenter. */
    static List<String> enterAll(RunningTask task) throws IOException {
        return words(task, Arrays.asList(Kind.values()));
    }

    private static List<String> words(RunningTask task, List<Kind> kinds) throws IOException {
        if (!task.isAtItsProgram()) {
            throw new IOException("process " + task.pid() + " has ended, or is not yet where its task will be");
        }
        List<String> options = new ArrayList<>();
        for (Kind kind : kinds) {
            Path own = Path.of("/proc/self/ns", kind.file);
            Path theirs = Path.of("/proc", Long.toString(task.pid()), "ns", kind.file);
            if (Files.exists(own) && !Files.readSymbolicLink(own).equals(Files.readSymbolicLink(theirs))) {
                options.add(kind.option + "=" + theirs);
                if (kind == Kind.USER) {
                    options.add("--preserve-credentials");
                }
            }
        }
        if (options.isEmpty()) {
            return List.of();
        }
        options.add(
                0,
                HostPrograms.need("nsenter", "run a program in a container's namespaces")
                        .toString());
        return options;
    }
}
