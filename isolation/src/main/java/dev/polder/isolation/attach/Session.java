package dev.polder.isolation.attach;

import dev.polder.isolation.HostPrograms;
import dev.polder.isolation.TerminalSize;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A command that runs inside a container. Its streams are the kernel's pipes: nothing is kept here, so whoever is not read
 * waits, and whoever does not read makes the writer wait. Any thread may use it, each stream one at a time.
 *
 * <p>{@link #close()} ends the command with everything that it started; so does the end of its container. A process that
 * has thrown away its variable {@code POLDER_SESSION_ID} and outlives its parents ends with the container alone.
 */
public final class Session implements AutoCloseable {
    private static final byte[] GO = {'\n'};
    private static final int NAME_BYTES_MAX = 256;
    private static final long RESIZE_SECONDS_MAX = 10;

    private final RunningContainer container;
    private final Process process;
    private final Mark mark;
    private final InputStream output;
    private final InputStream error;
    private final @Nullable String terminal;
    private final Consumer<Session> onClose;
    private boolean closed;

    private Session(
            RunningContainer container,
            Process process,
            Mark mark,
            InputStream output,
            InputStream error,
            @Nullable String terminal,
            Consumer<Session> onClose) {
        this.container = container;
        this.process = process;
        this.mark = mark;
        this.output = output;
        this.error = error;
        this.terminal = terminal;
        this.onClose = onClose;
    }

    /** Starts a command; nothing is left if that fails. */
    static Session start(
            RunningContainer container,
            ContainerCommand command,
            @Nullable TerminalSize size,
            Consumer<Session> onClose)
            throws IOException {
        Entry entry = Entry.of(container, command);
        Process process = (size == null ? entry.held() : entry.terminal(size)).start();
        InputStream output = null;
        InputStream error = null;
        try {
            // The JDK reads all that is in its pipes, and keeps it, once the command has ended: as much as somebody in
            // the background writes. So these are opened once more, while the command is held, and the JDK's closed.
            output = pipe(process, 1);
            error = pipe(process, 2);
            process.getInputStream().close();
            process.getErrorStream().close();
            process.getOutputStream().write(GO);
            process.getOutputStream().flush();
            String terminal = size == null ? null : terminalName(output);
            return new Session(container, process, entry.mark(), output, error, terminal, onClose);
        } catch (IOException | RuntimeException e) {
            process.destroyForcibly();
            entry.mark().kill();
            if (output != null) {
                output.close();
            }
            if (error != null) {
                error.close();
            }
            throw e;
        }
    }

    private static InputStream pipe(Process process, int descriptor) throws IOException {
        Path file = Path.of("/proc", Long.toString(process.pid()), "fd", Integer.toString(descriptor));
        return Channels.newInputStream(FileChannel.open(file, StandardOpenOption.READ));
    }

    private static String terminalName(InputStream output) throws IOException {
        StringBuilder name = new StringBuilder();
        for (int next = output.read(); next != '\n'; next = output.read()) {
            if (next < 0 || name.length() >= NAME_BYTES_MAX) {
                throw new IOException("this host gives no terminal: " + name);
            }
            name.append((char) next);
        }
        String path = name.toString().strip();
        if (!path.startsWith("/dev/")) {
            throw new IOException("this host gives no terminal: " + path);
        }
        return path;
    }

    /** Returns what the command reads; closed, it reads the end. Of a terminal, what is typed. */
    public OutputStream input() {
        return process.getOutputStream();
    }

    /** Returns what the command writes; of a terminal, all that it shows. */
    public InputStream output() {
        return output;
    }

    /** Returns what the command writes to its standard error; nothing if it has a terminal. */
    public InputStream error() {
        return error;
    }

    /**
     * Returns the code with which the command ends, 128 and the signal's number if one has ended it. 126 and 127 are also
     * what a shell says of a program that cannot be executed.
     */
    public CompletableFuture<Integer> exit() {
        return process.onExit().thenApply(Process::exitValue);
    }

    /**
     * Changes the size of the command's terminal, of which its foreground processes are told by SIGWINCH, of the rows
     * and of the columns. Blocks for a millisecond or two.
     *
     * @throws IllegalStateException if it has none
     * @throws IOException if the terminal is gone
     */
    public void resize(TerminalSize size) throws IOException {
        if (terminal == null) {
            throw new IllegalStateException("the session has no terminal");
        }
        if (!process.isAlive()) {
            throw new IOException("the session has ended");
        }
        Process stty = new ProcessBuilder(
                        HostPrograms.need("stty", "change the size of a terminal")
                                .toString(),
                        "-F",
                        terminal,
                        "rows",
                        Integer.toString(size.rows()),
                        "cols",
                        Integer.toString(size.columns()))
                .redirectErrorStream(true)
                .start();
        stty.getOutputStream().close();
        try {
            if (!stty.waitFor(RESIZE_SECONDS_MAX, TimeUnit.SECONDS)) {
                stty.destroyForcibly();
                throw new IOException("stty does not end");
            }
            if (stty.exitValue() != 0) {
                throw new IOException(new String(stty.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stty.destroyForcibly();
            throw new IOException("interrupted", e);
        }
    }

    RunningContainer container() {
        return container;
    }

    /** Ends the command and closes the streams, also for those who wait at them. Idempotent; takes two seconds at most. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        mark.kill();
        process.destroyForcibly();
        closeQuietly(output);
        closeQuietly(error);
        closeQuietly(process.getOutputStream());
        onClose.accept(this);
    }

    private static void closeQuietly(AutoCloseable stream) {
        try {
            stream.close();
        } catch (Exception gone) {
            // its other end is
        }
    }
}
