package dev.polder.isolation;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One running launch shell; when it dies, its launcher starts another. It hears orders on its standard input, whose
 * end ends it, and writes reports to a named pipe, as do the shims that it leaves behind. Owned by the supervisor.
 */
final class LaunchShell {
    /** The script's name, by which a shim's command line is known too. */
    static final String SCRIPT = "launch-shell.sh";

    private static final String END_SCRIPT = "end.sh";

    /**
     * A JVM has QUIT blocked, and may itself have been started with HUP or INT ignored; what it starts inherits that,
     * and so would every task. No shell can undo it; a newer {@code env} can, and here it costs one execution for all.
     * The trial is in parentheses: a shell's own files are never others, for somebody may be opening them by its number.
     */
    static final String CLEAN_SIGNALS =
            "if (exec env --default-signal true 2>/dev/null); then exec env --default-signal \"$@\"; else exec \"$@\"; fi";

    private static final long END_MILLIS_MAX = 3_000;
    /** How long the script takes to end tasks, and a little. */
    private static final long END_TASKS_MILLIS_MAX = 15_000;

    private final Process process;
    private final OutputStream orders;
    private final boolean endsTasks;

    private LaunchShell(Process process, boolean endsTasks) {
        this.process = process;
        this.orders = process.getOutputStream();
        this.endsTasks = endsTasks;
    }

    /**
     * How to start one.
     *
     * @param shell a POSIX shell
     * @param lines what the names begin with of the pipes at which shims wait
     * @param reports the pipe, opened for reading by this JVM, or the start would wait
     * @param orphanShims shims are reaped by process 1, not by the launch shell
     */
    record Start(
            Path directory,
            Path lines,
            List<String> shell,
            Path reports,
            HostTools tools,
            HostProcesses processes,
            String boot,
            boolean orphanShims,
            boolean endOrphans) {

        LaunchShell run() throws IOException {
            List<String> command = new ArrayList<>();
            if (tools.setsid() != null) {
                command.add(tools.setsid().toString());
            }
            command.addAll(List.of("/bin/sh", "-c", CLEAN_SIGNALS, "sh"));
            command.addAll(shell);
            command.add(directory.resolve(SCRIPT).toString());
            command.add(directory.toString());
            command.add(lines.toString());
            command.add(processes.proc().toString());
            command.add(boot);
            command.add(orphanShims ? "yes" : "no");
            command.add(endOrphans ? "yes" : "no");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(Path.of("/").toFile())
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(reports.toFile()))
                    .redirectError(ProcessBuilder.Redirect.DISCARD);
            builder.environment().clear();
            return new LaunchShell(builder.start(), endOrphans);
        }
    }

    /** Puts the script where a shell can read it. A launch shell that runs already keeps the file that it has open. */
    static void writeScript(Path directory) throws IOException {
        Path fresh = directory.resolve(SCRIPT + ".new");
        try (InputStream script = LaunchShell.class.getResourceAsStream(SCRIPT)) {
            if (script == null) {
                throw new IOException("the class path lacks dev/polder/isolation/" + SCRIPT);
            }
            Files.copy(script, fresh, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.move(fresh, directory.resolve(SCRIPT), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Puts there what a launch shell runs when it has ended the tasks; nothing, if that is empty. */
    static void writeEnd(Path directory, String script) throws IOException {
        if (script.isEmpty()) {
            Files.deleteIfExists(directory.resolve(END_SCRIPT));
            return;
        }
        Path fresh = Files.writeString(directory.resolve(END_SCRIPT + ".new"), script);
        Files.move(fresh, directory.resolve(END_SCRIPT), StandardCopyOption.ATOMIC_MOVE);
    }

    boolean lives() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    /** Has the task started whose intent is written. Fails if the shell is gone, and then it has not heard of it. */
    void launch(ContainerId id) throws IOException {
        order("launch " + id + "\n");
    }

    /** Sends a signal to a task's process group, if the process is still the one that lived at its tick. */
    void signal(ContainerDirectory.TaskProcess task, String signal) throws IOException {
        order("signal " + task.pid() + " " + task.tick() + " " + signal + "\n");
    }

    private void order(String line) throws IOException {
        orders.write(line.getBytes(StandardCharsets.US_ASCII));
        orders.flush();
    }

    /** Kills it; it is not given the time to end tasks. Unblocks whoever waits to give it an order. */
    void kill() {
        process.destroyForcibly();
    }

    /** Ends it: it carries out the orders that it has, and ends the tasks if it is to. Bounded. */
    void end() {
        try {
            orders.close();
        } catch (IOException gone) {
            // then it has ended before
        }
        boolean interrupted = false;
        try {
            if (!process.waitFor(endsTasks ? END_TASKS_MILLIS_MAX : END_MILLIS_MAX, TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor(END_MILLIS_MAX, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
