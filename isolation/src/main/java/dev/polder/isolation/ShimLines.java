package dev.polder.isolation;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shims that wait for another task when theirs has ended: a launch by one of them forks two processes less than one
 * by the launch shell. Each waits at a named pipe of its own, a line. A shim that finds a line takes it by making a file
 * exclusively, with its number; we delete that when the shim has taken an order, and then the line is another's to take.
 *
 * <p>Pipes have new names in each launcher, and this JVM alone holds them open for writing. So they end with it, and the
 * shims that wait there end, too. Owned by the supervisor; {@link #close} is called when that has ended.
 */
final class ShimLines implements Closeable {
    /** How many shims may wait; their numbers are known to the launch shell's script. */
    static final int COUNT = 8;
    /** The number of no line. */
    static final int NONE = -1;

    private static final Logger log = LoggerFactory.getLogger(ShimLines.class);
    private static final String PREFIX = "line-";
    private static final long END_NANOS_MAX = TimeUnit.SECONDS.toNanos(3);
    private static final long END_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Path names;
    private final HostProcesses processes;
    private final List<FileChannel> pipes = new ArrayList<>();
    /** Where shims wait, the last one that came first: it is the most likely to be still in the processors' caches. */
    private final Deque<Integer> waiting = new ArrayDeque<>();
    /** What was told to a shim that has not said that it has begun. */
    private final Map<ContainerId, Integer> ordered = new HashMap<>();

    private ShimLines(Path names, HostProcesses processes) {
        this.names = names;
        this.processes = processes;
    }

    /** Deletes what a former launcher has left, and returns what the names of new lines begin with. */
    static Path freshNames(Path directory) throws IOException {
        try (DirectoryStream<Path> former = Files.newDirectoryStream(directory, PREFIX + "*")) {
            for (Path file : former) {
                Files.delete(file);
            }
        }
        return directory.resolve(PREFIX + UUID.randomUUID() + "-");
    }

    /** Returns the pipes that are to be made for lines. */
    static List<Path> pipes(Path names) {
        return IntStream.range(0, COUNT).mapToObj(line -> pipe(names, line)).toList();
    }

    private static Path pipe(Path names, int line) {
        return names.resolveSibling(names.getFileName().toString() + line);
    }

    /** Opens lines whose pipes were made. */
    static ShimLines open(Path names, HostProcesses processes) throws IOException {
        ShimLines lines = new ShimLines(names, processes);
        try {
            for (Path pipe : pipes(names)) {
                lines.pipes.add(openForWriting(pipe));
            }
            return lines;
        } catch (IOException e) {
            lines.closePipes();
            throw e;
        }
    }

    /** A pipe is opened for writing when somebody reads it, so for this moment we do. */
    private static FileChannel openForWriting(Path pipe) throws IOException {
        FileChannel reading = FileChannel.open(pipe, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            return FileChannel.open(pipe, StandardOpenOption.WRITE);
        } finally {
            reading.close();
        }
    }

    /** Tells a shim that waits to start the task whose intent is written. Returns false if there is none. */
    boolean launch(ContainerId id) {
        while (!waiting.isEmpty()) {
            int line = waiting.pop();
            try {
                // this never blocks: nobody is told anything before he has taken what he was told
                pipes.get(line).write(ByteBuffer.wrap((id + "\n").getBytes(StandardCharsets.US_ASCII)));
                ordered.put(id, line);
                return true;
            } catch (IOException gone) {
                free(line);
            }
        }
        return false;
    }

    /** The task has started, if only to be lost, so whoever was told to start it does not wait any more. */
    void begun(ContainerId id) {
        Integer line = ordered.remove(id);
        if (line != null) {
            free(line);
        }
    }

    /** A shim waits at the line. Of no line, nothing happens. */
    void waits(int line) {
        if (line >= 0 && line < COUNT) {
            ordered.values().remove(line);
            waiting.remove(line);
            waiting.push(line);
        }
    }

    private void free(int line) {
        try {
            Files.deleteIfExists(taken(line));
        } catch (IOException e) {
            log.warn("no shim will wait at this line any more line={}", line, e);
        }
    }

    private Path taken(int line) {
        return names.resolveSibling(names.getFileName().toString() + line + ".taken");
    }

    /** Ends the shims that wait, and returns when they are gone, or after three seconds; removes the lines. */
    @Override
    public void close() throws IOException {
        closePipes();
        long giveUpAt = System.nanoTime() + END_NANOS_MAX;
        for (int line : waiting) {
            awaitEnd(Long.parseLong(Files.readString(taken(line)).strip()), giveUpAt);
        }
        for (int line = 0; line < COUNT; line++) {
            Files.deleteIfExists(pipe(names, line));
            Files.deleteIfExists(taken(line));
        }
    }

    private void awaitEnd(long shim, long giveUpAt) {
        while (processes.available() && processes.lives(shim, Long.MAX_VALUE) && System.nanoTime() - giveUpAt < 0) {
            LockSupport.parkNanos(END_LOOK_NANOS);
        }
    }

    private void closePipes() throws IOException {
        for (FileChannel pipe : pipes) {
            pipe.close();
        }
    }
}
