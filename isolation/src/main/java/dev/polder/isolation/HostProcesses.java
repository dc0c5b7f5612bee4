package dev.polder.isolation;

import dev.polder.isolation.ContainerDirectory.TaskProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The processes of this host as {@code /proc} shows them. Has no state; any thread may ask.
 *
 * <p>A number alone names no process, as numbers are used again. A process is named by its number, the boot of the
 * host, and a tick of that boot's clock at which it lived: it started (field 22 of {@code stat}) no later, and whoever
 * gets its number after it starts later. Where there is no {@code /proc}, nobody is found.
 */
final class HostProcesses {
    /** What {@link #boot()} says where the system does not tell one boot from another. */
    static final String BOOT_UNKNOWN = "unknown";

    private static final int KILL_ROUNDS_MAX = 100;
    private static final long KILL_ROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final Path proc;
    private final boolean available;
    private final boolean showsChildren;

    HostProcesses(Path proc) {
        this.proc = proc;
        this.available = Files.isReadable(proc.resolve("self/stat"));
        this.showsChildren = Files.isReadable(proc.resolve("thread-self/children"));
    }

    /** One process at one moment; {@code state} is the kernel's letter, Z for one that only waits to be reaped. */
    record Stat(char state, long startTick) {}

    Path proc() {
        return proc;
    }

    boolean available() {
        return available;
    }

    /** Returns the kernel's name for the time since this host was started. */
    String boot() {
        try {
            return Files.readString(proc.resolve("sys/kernel/random/boot_id")).strip();
        } catch (IOException absent) {
            return BOOT_UNKNOWN;
        }
    }

    /** Returns what is known of a process, or null if there is none of that number. */
    @Nullable
    Stat stat(long pid) {
        try {
            return parseStat(Files.readString(proc.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1));
        } catch (IOException gone) {
            return null;
        }
    }

    /** The process's name, in brackets, may hold anything, so the fields are counted from the last bracket on. */
    static @Nullable Stat parseStat(String line) {
        String[] fields = line.substring(line.lastIndexOf(')') + 1).strip().split(" ", 21);
        if (fields.length < 21) {
            return null;
        }
        return new Stat(fields[0].charAt(0), Long.parseLong(fields[19]));
    }

    /** Is there still the process that lived at that tick? A zombie is dead. Where nobody can tell, there is. */
    boolean lives(long pid, long tick) {
        if (!available) {
            return true;
        }
        Stat stat = stat(pid);
        return stat != null && stat.startTick() <= tick && stat.state() != 'Z';
    }

    /**
     * Tells whether a task in namespaces of its own has come to its program: its process is {@code unshare} by then, the only
     * child of which is the first process there, a shell, and that one has a child that is the same shell no more. If that
     * child is a runtime, the program is a child of that in turn. Where nobody can tell, it has.
     */
    boolean hasComeToItsProgram(TaskProcess process) {
        if (!showsChildren) {
            return true;
        }
        List<String> inits = children(Long.toString(process.pid()));
        if (inits.isEmpty()) {
            return false;
        }
        String shell = commandLine(inits.get(0));
        for (String child : children(inits.get(0))) {
            String program = commandLine(child);
            if (!program.isEmpty() && !program.equals(shell)) {
                return !IntentScript.leadsToRuntime(shell) || hasStartedAnother(child, program);
            }
        }
        return false;
    }

    /** Has a runtime a child that has become another program? Its helpers have its name until then. */
    private boolean hasStartedAnother(String runtime, String commandLine) {
        String name = zeroth(commandLine);
        return children(runtime).stream()
                .map(child -> zeroth(commandLine(child)))
                .anyMatch(other -> !other.isEmpty() && !other.equals(name));
    }

    private static String zeroth(String commandLine) {
        return commandLine.substring(0, Math.max(0, commandLine.indexOf('\0')));
    }

    /** A child is one of the thread that has forked it. Threads and children may end while they are looked at. */
    private List<String> children(String pid) {
        List<String> found = new ArrayList<>();
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(proc.resolve(pid + "/task"))) {
            for (Path thread : threads) {
                String list = read(thread.resolve("children"));
                if (!list.isBlank()) {
                    found.addAll(List.of(list.strip().split(" ", -1)));
                }
            }
        } catch (IOException | DirectoryIteratorException gone) {
            return found;
        }
        return found;
    }

    /** Returns the words of a process, with a NUL behind each; nothing of one that has ended, or becomes another just now. */
    private String commandLine(String pid) {
        return read(proc.resolve(pid + "/cmdline"));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }

    /** Does it give a task its namespaces, and an init in them, or is it about to? */
    boolean leadsToInit(TaskProcess process) {
        return IntentScript.leadsToInit(commandLine(Long.toString(process.pid())));
    }

    /** Kills a task's process, if it is still the one. What else is in its group is its shim's to kill. */
    void kill(TaskProcess process) {
        ProcessHandle handle = handle(process);
        if (handle != null) {
            handle.destroyForcibly();
        }
    }

    /** Returns null if the process is gone, or nobody can tell. */
    private @Nullable ProcessHandle handle(TaskProcess process) {
        // the handle remembers the start time, so what is seen after it was taken is true of whom it kills
        ProcessHandle handle = ProcessHandle.of(process.pid()).orElse(null);
        boolean found = available && !ProcessHandle.current().equals(handle) && lives(process.pid(), process.tick());
        return found ? handle : null;
    }

    /**
     * Kills every process of a container, known by the variable that all tasks have, or, for shims, by where they
     * stand: whatever else is known of the container may be gone. A process that has written {@code pid} and is not
     * yet the program has neither any more and not yet the other; it is known by what it has written. Returns how many
     * are left, after two seconds at most.
     */
    int killContainer(ContainerId id, ContainerDirectory directory) {
        int left = 0;
        for (int round = 0; round < KILL_ROUNDS_MAX; round++) {
            List<ProcessHandle> found = ofContainer(id, directory.path());
            // read after that, or it could be missed by both: it leaves the directory when the file is complete
            TaskProcess process = taskProcess(directory);
            ProcessHandle handle = process == null ? null : handle(process);
            if (handle != null && !found.contains(handle)) {
                found.add(handle);
            }
            left = found.size();
            if (left == 0) {
                return 0;
            }
            // ProcessHandle compares the start time before it signals
            found.forEach(ProcessHandle::destroyForcibly);
            LockSupport.parkNanos(KILL_ROUND_NANOS);
        }
        return left;
    }

    private @Nullable TaskProcess taskProcess(ContainerDirectory directory) {
        try {
            TaskProcess process = directory.read().process();
            return process != null && process.boot().equals(boot()) ? process : null;
        } catch (IOException unreadable) {
            return null;
        }
    }

    /** Returns the living processes that carry the container's id, and the container's shims. */
    List<ProcessHandle> ofContainer(ContainerId id, Path directory) {
        byte[] variable = (TaskSpec.CONTAINER_ID_VARIABLE + "=" + id).getBytes(StandardCharsets.US_ASCII);
        List<ProcessHandle> found = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path process : processes) {
                long pid = Long.parseLong(process.getFileName().toString());
                if (pid == ProcessHandle.current().pid()) {
                    continue;
                }
                ProcessHandle handle = ProcessHandle.of(pid).orElse(null);
                if (handle != null && (carries(process, variable) || isShimIn(process, directory))) {
                    Stat stat = stat(pid);
                    if (stat != null && stat.state() != 'Z') {
                        found.add(handle);
                    }
                }
            }
        } catch (IOException absent) {
            // then nobody is found
        }
        return found;
    }

    private static boolean carries(Path process, byte[] variable) {
        try {
            byte[] environment = Files.readAllBytes(process.resolve("environ"));
            int start = 0;
            for (int i = 0; i <= environment.length; i++) {
                if (i == environment.length || environment[i] == 0) {
                    if (Arrays.equals(environment, start, i, variable, 0, variable.length)) {
                        return true;
                    }
                    start = i + 1;
                }
            }
            return false;
        } catch (IOException goneOrForeign) {
            return false;
        }
    }

    /** A person's shell may stand in the directory too, hence the look at the command line. */
    private static boolean isShimIn(Path process, Path directory) {
        try {
            return Files.readSymbolicLink(process.resolve("cwd")).equals(directory)
                    && Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1)
                            .contains("/" + LaunchShell.SCRIPT + "\0");
        } catch (IOException goneOrForeign) {
            return false;
        }
    }
}
