package dev.polder.isolation;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.ContainerDirectory.TaskProcess;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts processes under a shell shim that outlives this JVM, and finds them again. Thread-safe; work that may block
 * runs on the launcher's own threads.
 *
 * <p>A container's files below {@code directory} tell its whole story, each written once:
 * <pre>
 *  launches     the ids of all, before anything is forked    (by us, forced to disk, many at a time)
 *  ID/intent    the spec, as the shim reads it               (by us)
 *  ID/started   made exclusively, before the fork            (by the shim; or by recovery, saying "cancelled")
 *  ID/pid       the process, made exclusively, before exec   (by the process; or by recovery, saying "cancelled")
 *  ID/trouble   why it could not be contained                (by the process, or what it had executed for that)
 *  ID/exit      how it ended                                 (by the shim)
 * </pre>
 * An intent is never launched twice. Beside them lie {@code lock}, the launch shell's script, the pipe for reports, and
 * those at which shims wait whose task has ended, to run another.
 *
 * <p>What a task leaves running in its process group is killed when its process has ended. A process that has left the
 * group and has dropped its environment escapes; only control groups and namespaces hold such a one.
 *
 * <p>Needs a POSIX system. Without {@code /proc} (it is Linux's) processes cannot be told apart after a restart, so
 * tasks end with this JVM, whatever was asked for; without {@code setsid} a task has no group of its own, and a kill
 * reaches its first process alone. Both are said at the start.
 */
public final class TaskLauncher implements AutoCloseable {
    /** How many containers may be known, from {@link #launch} to {@link #forget}. More are refused. */
    static final int CONTAINERS_MAX = 1 << 16;

    private static final Logger log = LoggerFactory.getLogger(TaskLauncher.class);
    private static final long JOIN_MILLIS_MAX = 5_000;
    /** How long {@link #killAll} waits beyond the grace, for what KILL does not end at once. */
    private static final Duration KILL_ALL_EXTRA_MAX = Duration.ofSeconds(10);

    private final Path directory;
    private final FileChannel lock;
    private final Path proc;
    private final String boot;
    private final TaskListener listener;
    private final @Nullable LaunchProbe probe;
    private final Reports reports;
    private final IntentLog intents;
    private final ShellKeeper shell;
    private final ShimLines lines;
    private final BlockingWork work;
    private final Supervisor supervisor;
    private final Set<ContainerId> recovered;
    private final Set<ContainerId> known = ConcurrentHashMap.newKeySet();
    private final List<Thread> threads;

    private boolean started;
    private volatile boolean closed;

    private TaskLauncher(LauncherSettings settings, FileChannel lock, Path lineNames, Closing opened)
            throws IOException {
        this.directory = settings.directory();
        this.lock = lock;
        this.listener = settings.listener();
        this.probe = settings.probe();
        HostProcesses processes = new HostProcesses(settings.proc());
        boolean blind = !processes.available();
        this.proc = settings.proc();
        this.boot = processes.boot();
        sayWhatIsMissing(blind, settings.tools());
        this.intents = opened.keep(IntentLog.open(directory, boot));
        List<Container> found = Recovery.containers(directory, intents, boot, blind);
        this.recovered = found.stream().map(container -> container.id).collect(Collectors.toUnmodifiableSet());
        known.addAll(recovered);
        // before the containers are looked at, or an end in between would not be heard of
        this.reports = opened.keep(Reports.open(directory));
        this.lines = opened.keep(ShimLines.open(lineNames, processes));
        LaunchShell.writeScript(directory);
        LaunchShell.writeEnd(directory, settings.endOrphans() ? settings.endScript() : "");
        this.shell = new ShellKeeper(new LaunchShell.Start(
                directory,
                lineNames,
                settings.shell(),
                directory.resolve(Reports.PIPE),
                settings.tools(),
                processes,
                boot,
                !blind && settings.orphanShims(),
                blind || settings.endOrphans()));
        opened.keep(shell::end);
        // the script was just written, so its owner is who we are
        Accounts accounts = Accounts.ofOwner(directory.resolve(LaunchShell.SCRIPT));
        this.work = new BlockingWork(intents, settings.tools(), accounts, processes, probe);
        this.supervisor = new Supervisor(listener, shell, lines, boot, processes, work, found, probe);
        String prefix = settings.nodeName() + "-launcher-";
        this.threads = List.of(
                new Thread(supervisor, prefix + "supervisor"),
                new Thread(work, prefix + "work"),
                new Thread(() -> reports.readAll(supervisor::report), prefix + "reports"));
        threads.forEach(thread -> thread.setDaemon(true));
    }

    /**
     * Opens the directory and recovers what is there: {@link #recovered()} lists it; the listener is told of each
     * recovered container as of a new one, its start included while it runs.
     *
     * @param directory is created if it is missing, and made accessible to its owner alone; used by one launcher at a time
     * @param nodeName goes into the names of threads
     * @param endOrphans true: the launch shell ends the tasks when this JVM dies, for nodes without a lasting directory
     * @throws IOException if the directory cannot be used, is in use, or holds what is not understood, or if the launch
     *     shell cannot be started. Nothing is left running.
     */
    public static TaskLauncher open(Path directory, String nodeName, boolean endOrphans, TaskListener listener)
            throws IOException {
        return open(LauncherSettings.of(directory, nodeName, endOrphans, listener));
    }

    /**
     * The same, but its tasks are in the launch shell's session and process group. A launch costs one execution less; a
     * kill reaches a task's first process alone, as on a system without {@code setsid}.
     */
    public static TaskLauncher openWithoutSessions(
            Path directory, String nodeName, boolean endOrphans, TaskListener listener) throws IOException {
        return open(LauncherSettings.of(directory, nodeName, endOrphans, listener)
                .with(HostTools.find().withoutSetsid(), Path.of("/proc")));
    }

    /** For tests: the same, with launches that can be stopped on their way. */
    static TaskLauncher open(
            Path directory, String nodeName, boolean endOrphans, TaskListener listener, LaunchProbe probe)
            throws IOException {
        return open(
                LauncherSettings.of(directory, nodeName, endOrphans, listener).with(probe));
    }

    static TaskLauncher open(LauncherSettings asked) throws IOException {
        Files.createDirectories(asked.directory());
        // shims are known by the real path of the directory that they stand in
        LauncherSettings settings = asked.in(asked.directory().toRealPath());
        try {
            Files.setPosixFilePermissions(settings.directory(), PosixFilePermissions.fromString("rwx------"));
        } catch (UnsupportedOperationException e) {
            throw new IOException("directory " + settings.directory() + " is not on a POSIX file system", e);
        }
        try (Closing opened = new Closing()) {
            FileChannel lock = opened.keep(lock(settings.directory()));
            Path lineNames = ShimLines.freshNames(settings.directory());
            makePipes(settings.directory(), lineNames);
            TaskLauncher launcher = new TaskLauncher(settings, lock, lineNames, opened);
            opened.forget();
            return launcher;
        }
    }

    private static Path lockFile(Path directory) {
        return directory.resolve("lock");
    }

    private static FileChannel lock(Path directory) throws IOException {
        FileChannel channel =
                FileChannel.open(lockFile(directory), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw new IOException("directory " + directory + " is in use by another process");
            }
            return channel;
        } catch (OverlappingFileLockException e) {
            channel.close();
            throw new IOException("directory " + directory + " is in use by another launcher of this process", e);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** The JDK makes no named pipes. That for reports is kept if it is there: shims of a former launcher write to it. */
    private static void makePipes(Path directory, Path lineNames) throws IOException {
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", "exec mkfifo -m 600 \"$@\"", "sh"));
        ShimLines.pipes(lineNames).forEach(pipe -> command.add(pipe.toString()));
        Path reports = directory.resolve(Reports.PIPE);
        if (!Files.exists(reports)) {
            command.add(reports.toString());
        }
        Process mkfifo = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        mkfifo.getOutputStream().close();
        try {
            if (!mkfifo.waitFor(JOIN_MILLIS_MAX, TimeUnit.MILLISECONDS) || mkfifo.exitValue() != 0) {
                mkfifo.destroyForcibly();
                throw new IOException("mkfifo could not make pipes in " + directory);
            }
        } catch (InterruptedException e) {
            mkfifo.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while pipes were made in " + directory, e);
        }
    }

    private static void sayWhatIsMissing(boolean blind, HostTools tools) {
        if (blind) {
            log.warn("this system has no /proc: tasks end with this JVM and are not found again");
        }
        if (tools.setsid() == null) {
            log.warn("without setsid tasks share our process group, and a kill reaches their first process only");
        }
    }

    /** Returns the containers that were there at {@link #open}, in no order; how each stands is told to the listener. */
    public Set<ContainerId> recovered() {
        return recovered;
    }

    /** Starts listening: from now on the listener hears of recovered and new containers. Call once, after open. */
    public synchronized void start() {
        if (started || closed) {
            throw new IllegalStateException("launcher was started or closed before");
        }
        started = true;
        threads.forEach(Thread::start);
    }

    /**
     * Writes the intent durably, then has the task started. Returns at once; the listener is told what came of it. If
     * {@code 65536} containers are known and not forgotten, it is told, before this returns, that the task is not started.
     * The same it is told after 30 seconds in which no launch shell could be started, or none has started a task.
     *
     * @throws IllegalArgumentException if a container of this id is known
     */
    public void launch(TaskSpec spec) {
        ContainerId id = spec.id();
        if (known.size() >= CONTAINERS_MAX) {
            listener.onNotStarted(id, "too many containers: " + known.size() + " >= containersMax=" + CONTAINERS_MAX);
            return;
        }
        if (!known.add(id)) {
            throw new IllegalArgumentException("container " + id + " was launched before");
        }
        LaunchProbe.Phase stopAt = probe == null ? null : probe.stopAt(id).orElse(null);
        supervisor.launch(new Container(id, files(id), Container.Phase.WRITING, stopAt), spec);
    }

    /**
     * Sends TERM to the task's process group, and KILL after {@code grace} unless it has ended. A further call may only
     * shorten the grace. Before the task has started it is not started at all. Unknown or ended: nothing happens.
     */
    public void kill(ContainerId id, Duration grace) {
        supervisor.kill(requireNonNull(id, "id"), requireNonNull(grace, "grace"));
    }

    /**
     * Deletes a container's directory when its end was told and everybody above knows. The sandbox stays. Before the
     * end was told nothing happens.
     */
    public void forget(ContainerId id) {
        if (known.contains(requireNonNull(id, "id"))) {
            supervisor.forget(id, files(id), () -> known.remove(id));
        }
    }

    /** Returns the process of a task, if it was started since this host was; it may have ended. Null for none. */
    @Nullable
    TaskProcess process(ContainerId id) {
        try {
            TaskProcess process = files(id).process();
            return process != null && process.boot().equals(boot) ? process : null;
        } catch (IOException e) {
            log.debug("process not seen id={}", id, e);
            return null;
        }
    }

    /** Returns all processes of this host. */
    ProcessTable processes() {
        return ProcessTable.read(proc);
    }

    private ContainerDirectory files(ContainerId id) {
        return new ContainerDirectory(directory.resolve(id.toString()));
    }

    /**
     * Kills every task, with TERM and then KILL after {@code grace}; returns when none runs, or ten seconds after the
     * grace if something cannot be killed. Used before close.
     */
    public void killAll(Duration grace) {
        CompletableFuture<Void> none = supervisor.killAll(requireNonNull(grace, "grace"));
        try {
            none.get(grace.plus(KILL_ALL_EXTRA_MAX).toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            log.warn("tasks are left that could not be killed directory={}", directory);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns the launch shell's process number. */
    long shellPid() {
        return shell.pid();
    }

    /**
     * Stops listening and ends the launch shell; tasks that run go on under their shims, or are ended by it if it was
     * told to at {@link #open}. Launches that were not yet handed over are not started. Idempotent.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        supervisor.close();
        join(threads.get(0), shell::kill);
        work.close();
        join(threads.get(1), () -> {});
        shell.end();
        try (Closing all = new Closing()) {
            all.keep(lock);
            all.keep(intents);
            all.keep(reports);
            all.keep(lines);
            Files.deleteIfExists(directory.resolve(LaunchShell.SCRIPT));
        } catch (IOException e) {
            log.warn("launcher not closed cleanly directory={}", directory, e);
        }
        join(threads.get(2), () -> {});
    }

    /** Waits for a thread to end, with a push in the middle. From the listener, on the thread itself, there is no waiting. */
    static void join(Thread thread, Runnable push) {
        if (thread == Thread.currentThread()) {
            return;
        }
        boolean interrupted = false;
        try {
            thread.join(JOIN_MILLIS_MAX);
            if (thread.isAlive()) {
                push.run();
                thread.join(JOIN_MILLIS_MAX);
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (thread.isAlive()) {
            log.warn("thread does not end thread={}", thread.getName());
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
