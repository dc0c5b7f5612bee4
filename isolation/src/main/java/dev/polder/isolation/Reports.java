package dev.polder.isolation;

import dev.polder.isolation.ContainerDirectory.TaskProcess;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the shims say, line by line. They say it into a named pipe, not into the launch shell's standard output, as that
 * ends with the launch shell: the shims of a former JVM, and of a launch shell that died, are heard here too.
 *
 * <p>A report is news, not the record: the container's files are. A line that was lost or torn (its reader was killed)
 * costs time, nothing else.
 */
final class Reports implements Closeable {
    static final String PIPE = "reports";

    private static final Logger log = LoggerFactory.getLogger(Reports.class);
    /** Longer than any report; what is longer without a line break is not one. */
    private static final int LINE_BYTES_MAX = 512;

    private final FileChannel pipe;

    private Reports(FileChannel pipe) {
        this.pipe = pipe;
    }

    /** One report. */
    sealed interface Report {
        /** The process exists and is about to become the program. */
        record Started(ContainerId id, TaskProcess process) implements Report {}

        /** It has ended, and the exit is on disk. Its shim waits at a line, or at {@link ShimLines#NONE}. */
        record Ended(ContainerId id, ExitStatus status, int line) implements Report {}

        /** A shim waits at its line again, as it must not start what it was told to. */
        record Waits(int line) implements Report {}

        /** There was no process to be had for the shim. */
        record NotForked(ContainerId id) implements Report {}

        /** The shim waits, as a test wants it to. */
        record Held(ContainerId id, String place) implements Report {}
    }

    /** Opens the pipe, for writing too: so the opening waits for no writer, and the reading never ends. */
    static Reports open(Path directory) throws IOException {
        return new Reports(
                FileChannel.open(directory.resolve(PIPE), StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    /** Reads until the pipe is closed, on the caller's thread. */
    void readAll(Consumer<Report> receiver) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(64 * 1024);
        StringBuilder line = new StringBuilder();
        long unread = 0;
        try {
            while (pipe.read(bytes) >= 0) {
                bytes.flip();
                while (bytes.hasRemaining()) {
                    byte next = bytes.get();
                    if (next != '\n') {
                        line.append((char) (next & 0xff));
                        continue;
                    }
                    Report report = line.length() > LINE_BYTES_MAX ? null : parse(line.toString());
                    if (report != null) {
                        receiver.accept(report);
                    } else if (unread++ == 0) {
                        log.info("report not understood, ignored line={}", line);
                    }
                    line.setLength(0);
                }
                if (line.length() > LINE_BYTES_MAX) {
                    line.setLength(LINE_BYTES_MAX + 1);
                }
                bytes.clear();
            }
        } catch (ClosedChannelException closed) {
            // by close()
        } catch (IOException e) {
            log.error("reports of shims cannot be read; ends are noticed by looking at files", e);
        }
    }

    static @Nullable Report parse(String line) {
        String[] words = line.split(" ", -1);
        try {
            return switch (words[0] + words.length) {
                case "+6" ->
                    new Report.Started(
                            ContainerId.parse(words[1]),
                            new TaskProcess(
                                    Long.parseLong(words[2]),
                                    Long.parseLong(words[3]),
                                    Long.parseLong(words[4]),
                                    words[5]));
                case "-4", "-5" -> {
                    ExitStatus status = ContainerDirectory.parseExit(words[2], words[3]);
                    int shimWaits = words.length == 4 ? ShimLines.NONE : Integer.parseInt(words[4]);
                    yield status == null ? null : new Report.Ended(ContainerId.parse(words[1]), status, shimWaits);
                }
                case "?2" -> new Report.Waits(Integer.parseInt(words[1]));
                case "!2" -> new Report.NotForked(ContainerId.parse(words[1]));
                case "=3" -> new Report.Held(ContainerId.parse(words[1]), words[2]);
                default -> null;
            };
        } catch (IllegalArgumentException torn) {
            return null;
        }
    }

    /** Closes the pipe and so ends {@link #readAll}. */
    @Override
    public void close() throws IOException {
        pipe.close();
    }
}
