package dev.polder.samples.launcher;

import dev.polder.model.Offer;
import dev.polder.model.TaskId;
import dev.polder.model.TaskStatus;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Copies what tasks print, line by line and each line with a prefix, from the agents that run them, wherever these are. It
 * asks a few times a second on a thread of its own. Of a task that has ended it copies what is left and asks no more;
 * {@link #close} takes all tasks for ended.
 *
 * <p>An agent that does not answer is asked again and again: it may come back, and its tasks with it. When all tasks have
 * ended, one that has been silent for {@link #AGENT_PATIENCE} is given up; then it says whose output is incomplete.
 */
final class RemoteOutput implements AutoCloseable {
    static final Duration AGENT_PATIENCE = Duration.ofSeconds(10);

    private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(2);
    private static final long PAUSE_MS = 100;

    /** So many pieces of one file are copied before the next file has its turn. */
    private static final int PIECES_MAX = 16;

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_PATIENCE)
            .build();
    private final Duration patience;
    private final Map<TaskId, List<Source>> tasks = new HashMap<>();
    private final List<Source> sources = new ArrayList<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    /** Since when agents have not answered. Owned by the thread. */
    private final Map<InetSocketAddress, Long> silentSinceNanos = new HashMap<>();

    private RemoteOutput(Duration patience) {
        this.patience = patience;
        thread = new Thread(this::run, "remote-output");
        thread.setDaemon(true);
    }

    static RemoteOutput start() {
        return start(AGENT_PATIENCE);
    }

    static RemoteOutput start(Duration patience) {
        RemoteOutput output = new RemoteOutput(patience);
        output.thread.start();
        return output;
    }

    /**
     * Copies what a task prints, from its beginning. To be told of each update: the first that names the container begins,
     * a terminal one ends.
     *
     * @param name for the prefixes
     * @param offer that the task was launched on
     */
    synchronized void follow(String name, Offer offer, TaskStatus status, PrintStream out, PrintStream err) {
        TaskId task = status.taskId();
        status.containerId()
                .ifPresent(container -> tasks.computeIfAbsent(task, any -> {
                    String run = "/frameworks/" + offer.frameworkId() + "/executors/" + task + "/runs/" + container;
                    List<Source> both = List.of(
                            source(name, offer, run + "/stdout", name + " | ", out),
                            source(name, offer, run + "/stderr", name + " ! ", err));
                    sources.addAll(both);
                    return both;
                }));
        if (status.state().isTerminal()) {
            tasks.getOrDefault(task, List.of()).forEach(source -> source.ended = true);
        }
    }

    private Source source(String name, Offer offer, String path, String prefix, PrintStream to) {
        return new Source(new RemoteFile(client, offer.agentAddress(), path), new PrefixedLines(prefix, to), name, to);
    }

    /** Copies what is left, as far as agents answer. */
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
        try {
            boolean last = false;
            while (!last || !copies().isEmpty()) {
                // asked before the files are, so that what was written before the end is copied
                last = closing.await(PAUSE_MS, TimeUnit.MILLISECONDS);
                if (last) {
                    copies().forEach(source -> source.ended = true);
                }
                Set<InetSocketAddress> silent = new HashSet<>();
                for (Source source : copies()) {
                    if (!silent.contains(source.file.agent()) && !copy(source, last)) {
                        silent.add(source.file.agent());
                    }
                }
                if (last && !silent.isEmpty()) {
                    Thread.sleep(PAUSE_MS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns whether the agent is worth being asked for its other files now. */
    private boolean copy(Source source, boolean last) throws InterruptedException {
        InetSocketAddress agent = source.file.agent();
        RemoteFile.Answer answer = source.copy();
        if (answer instanceof RemoteFile.Later later) {
            long now = System.nanoTime();
            long silentNanos = now - silentSinceNanos.computeIfAbsent(agent, any -> now);
            if (last && silentNanos >= patience.toNanos()) {
                copies().stream()
                        .filter(other -> other.file.agent().equals(agent))
                        .forEach(other -> end(other, later.why()));
            }
            return false;
        }
        silentSinceNanos.remove(agent);
        if (answer instanceof RemoteFile.Never never) {
            end(source, never.why());
        } else if (answer == null) {
            end(source, null);
        }
        return true;
    }

    private void end(Source source, @Nullable String why) {
        source.end(why);
        remove(source);
    }

    private synchronized List<Source> copies() {
        return List.copyOf(sources);
    }

    private synchronized void remove(Source source) {
        sources.remove(source);
    }

    /** One file. Owned by the thread but for {@code ended}. */
    private static final class Source {
        private final RemoteFile file;
        private final PrefixedLines lines;
        private final String task;
        private final PrintStream to;

        /** The task writes no more. */
        private volatile boolean ended;

        Source(RemoteFile file, PrefixedLines lines, String task, PrintStream to) {
            this.file = file;
            this.lines = lines;
            this.task = task;
            this.to = to;
        }

        /** Copies what is there; returns the last answer, null if no more will come. */
        RemoteFile.@Nullable Answer copy() throws InterruptedException {
            // asked before the file is
            boolean last = ended;
            RemoteFile.Answer answer = file.next();
            for (int i = 1; i < PIECES_MAX && print(answer); i++) {
                answer = file.next();
            }
            boolean atEnd = answer instanceof RemoteFile.Missing
                    || (answer instanceof RemoteFile.Piece piece && piece.text().isEmpty());
            return last && atEnd ? null : answer;
        }

        /** Returns whether there may be more. */
        private boolean print(RemoteFile.Answer answer) {
            if (!(answer instanceof RemoteFile.Piece piece)) {
                return false;
            }
            for (byte b : piece.text().getBytes(StandardCharsets.UTF_8)) {
                lines.add(b);
            }
            return !piece.text().isEmpty();
        }

        void end(@Nullable String why) {
            lines.end();
            if (why != null) {
                to.println("polder: the output of " + task + " is incomplete, cannot read " + file + ": " + why);
            }
        }
    }
}
