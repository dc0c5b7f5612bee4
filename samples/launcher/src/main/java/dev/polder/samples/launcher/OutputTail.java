package dev.polder.samples.launcher;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Copies growing files, line by line and each line with a prefix. It looks at them a few times a second on a thread of its
 * own; {@link #close} copies what is still missing and ends.
 */
final class OutputTail implements AutoCloseable {
    private static final int BUFFER_BYTES = 65_536;
    private static final long PAUSE_MS = 30;

    private final List<Source> sources = new ArrayList<>();
    private final Thread thread;
    private final CountDownLatch closing = new CountDownLatch(1);

    private OutputTail() {
        thread = new Thread(this::run, "output");
        thread.setDaemon(true);
    }

    static OutputTail start() {
        OutputTail tail = new OutputTail();
        tail.thread.start();
        return tail;
    }

    /** Copies a file, from its beginning; it need not exist yet. Each file once, however often it is added. */
    synchronized void add(Path file, String prefix, PrintStream to) {
        if (sources.stream().noneMatch(source -> source.file.equals(file))) {
            sources.add(new Source(file, prefix, to));
        }
    }

    @Override
    public void close() {
        closing.countDown();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        boolean last = false;
        while (!last) {
            // asked before the files are, so that what was written before the end is copied
            last = isClosing();
            copies().forEach(Source::copy);
        }
        copies().forEach(Source::end);
    }

    private boolean isClosing() {
        try {
            return closing.await(PAUSE_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            return true;
        }
    }

    private synchronized List<Source> copies() {
        return List.copyOf(sources);
    }

    /** One file. Owned by the thread. */
    private static final class Source {
        private final Path file;
        private final PrintStream to;
        private final PrefixedLines lines;
        private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        private @Nullable FileChannel channel;
        private boolean unreadable;

        Source(Path file, String prefix, PrintStream to) {
            this.file = file;
            this.to = to;
            this.lines = new PrefixedLines(prefix, to);
        }

        void copy() {
            try {
                if (unreadable) {
                    return;
                }
                if (channel == null && Files.exists(file)) {
                    channel = FileChannel.open(file, StandardOpenOption.READ);
                }
                FileChannel open = channel;
                while (open != null && open.read(buffer.clear()) > 0) {
                    for (buffer.flip(); buffer.hasRemaining(); ) {
                        lines.add(buffer.get());
                    }
                }
            } catch (IOException e) {
                unreadable = true;
                to.println("cannot read " + file + ": " + e.getMessage());
            }
        }

        void end() {
            lines.end();
            try {
                if (channel != null) {
                    channel.close();
                }
            } catch (IOException e) {
                to.println("cannot close " + file + ": " + e.getMessage());
            }
        }
    }
}
