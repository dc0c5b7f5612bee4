package dev.polder.isolation;

import dev.polder.isolation.ContainerDirectory.TaskProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A task's process, as {@link ContainerListener#onStarted} names it: by its number, and the tick at which it started,
 * since numbers are used again. Has no state of its own; any thread may ask.
 *
 * @param pid above 1
 * @param startTick field 22 of {@code /proc/PID/stat}
 */
public record RunningTask(long pid, long startTick) {
    private static final HostProcesses PROCESSES = new HostProcesses(Path.of("/proc"));

    /** Refuses what cannot be a task's. */
    public RunningTask {
        if (pid <= 1) {
            throw new IllegalArgumentException("process " + pid + " is not above 1");
        }
    }

    /**
     * Looks at the process of that number.
     *
     * @throws IOException if there is none, or this host does not show its processes
     */
    public static RunningTask of(long pid) throws IOException {
        HostProcesses.Stat stat = PROCESSES.stat(pid);
        if (stat == null || stat.state() == 'Z') {
            throw new IOException("there is no process " + pid);
        }
        return new RunningTask(pid, stat.startTick());
    }

    /** Is it still there? A zombie is not. */
    public boolean isAlive() {
        HostProcesses.Stat stat = PROCESSES.stat(pid);
        return stat != null && stat.startTick() == startTick && stat.state() != 'Z';
    }

    /**
     * Tells whether it has entered what contains it and come to its program. Before, whoever follows it into its namespaces
     * finds this host's.
     */
    public boolean isAtItsProgram() {
        if (!isAlive()) {
            return false;
        }
        try {
            String commandLine =
                    Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"), StandardCharsets.ISO_8859_1);
            if (commandLine.contains("/" + LaunchShell.SCRIPT + "\0")) {
                return false;
            }
        } catch (IOException gone) {
            return false;
        }
        TaskProcess process = new TaskProcess(pid, startTick, 0, HostProcesses.BOOT_UNKNOWN);
        return !PROCESSES.leadsToInit(process) || PROCESSES.hasComeToItsProgram(process);
    }
}
