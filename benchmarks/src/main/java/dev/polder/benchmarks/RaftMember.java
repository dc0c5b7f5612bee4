package dev.polder.benchmarks;

import dev.polder.raft.LogLeader;
import dev.polder.raft.RaftConfig;
import dev.polder.raft.RaftPeers;
import dev.polder.raft.ReadOutcome;
import dev.polder.raft.ReplicatedLog;
import dev.polder.raft.SnapshotOutcome;
import dev.polder.raft.recipe.RecipeHost;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One member of a group, in a JVM of its own, until its standard input ends. Does what each line of that says and
 * answers by a line; says by others what happens to it.
 *
 * <p>It has a {@code main} of its own because the time from there to the first write is measured: what reads command
 * lines is no part of a member.
 */
final class RaftMember {
    static final int ENTRY_BYTES = 200;

    /** As {@code ClusterNode} sets them unless told otherwise. */
    private static final Duration ELECTION_TIMEOUT = Duration.ofMillis(500);

    private static final Duration HEARTBEAT_INTERVAL = Duration.ofMillis(75);
    private static final long PROPOSAL_BYTES_MAX = 16L << 20;

    private final MemberState state;
    private final ReplicatedLog log;

    private RaftMember(MemberState state, ReplicatedLog log) {
        this.state = state;
        this.log = log;
    }

    /** Takes a directory, the member's address, all addresses with commas between, and a {@link MemberTask}. */
    public static void main(String[] args) throws IOException, InterruptedException {
        say("main " + System.nanoTime());
        // as the launcher jar does
        System.setProperty("io.netty.jfr.enabled", "false");
        Path directory = Path.of(args[0]);
        RaftConfig config = config(directory, args[1], List.of(args[2].split(",", -1)));
        MemberTask task = MemberTask.valueOf(args[3]);
        if (task == MemberTask.RECIPES) {
            host(config);
        } else {
            take(directory, config, task);
        }
    }

    private static void host(RaftConfig config) throws IOException {
        try (RecipeHost host = RecipeHost.start(config)) {
            CompletableFuture<Void> unused = host.ended()
                    .whenComplete((@Nullable Void none, @Nullable Throwable cause) -> {
                        if (cause != null) {
                            say("stopped " + cause);
                        }
                    });
            while (System.in.read() >= 0) {
                // until it ends
            }
        }
    }

    private static void take(Path directory, RaftConfig config, MemberTask task)
            throws IOException, InterruptedException {
        MemberState state = new MemberState(task, RaftMember::say);
        // what it asks the JVM with takes a while to load, which would be counted as the member's own
        Optional<HeapPeak> heap = task == MemberTask.INSTALL ? Optional.of(new HeapPeak()) : Optional.empty();
        heap.ifPresent(peak -> startDaemon(peak, "heap-peak"));
        try (ReplicatedLog log = ReplicatedLog.start(config, state)) {
            state.opened(log);
            if (task == MemberTask.WRITE) {
                new SteadyWrites(state, log, AckFile.open(directory), RaftMember::say).start();
            }
            RaftMember member = new RaftMember(state, log);
            BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                say(
                        line.equals("heap") && heap.isPresent()
                                ? "done " + heap.get().bytes()
                                : member.answer(line.split(" ", -1)));
            }
        }
    }

    private static void say(String line) {
        System.out.println(line);
    }

    private static void startDaemon(Runnable runnable, String name) {
        Thread thread = new Thread(runnable, name);
        thread.setDaemon(true);
        thread.start();
    }

    private static RaftConfig config(Path directory, String self, List<String> members) {
        int port = Integer.parseInt(self.substring(self.indexOf(':') + 1));
        return new RaftConfig(
                self,
                directory.resolve("raft"),
                "bench-" + port,
                ELECTION_TIMEOUT,
                HEARTBEAT_INTERVAL,
                PROPOSAL_BYTES_MAX,
                new RaftPeers(
                        members,
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                        "bench-" + port,
                        "",
                        ""));
    }

    private String answer(String[] words) throws InterruptedException {
        try {
            return "done "
                    + switch (words[0]) {
                        case "write" ->
                            write(
                                            Integer.parseInt(words[1]),
                                            ENTRY_BYTES,
                                            OpenCalls.Limit.millis(Long.parseLong(words[2])))
                                    .line();
                        case "read" ->
                            read(Integer.parseInt(words[1]), OpenCalls.Limit.millis(Long.parseLong(words[2])))
                                    .line();
                        case "fill" ->
                            write(
                                            Integer.parseInt(words[1]),
                                            Integer.parseInt(words[2]),
                                            OpenCalls.Limit.calls(Long.parseLong(words[3])))
                                    .line();
                        case "save" -> save(Long.parseLong(words[1]));
                        case "followed" -> log.leader().map(LogLeader::term).orElse(0L);
                        case "applied" -> log.status().appliedIndex();
                        case "floor" -> log.status().floorIndex();
                        default -> throw new IllegalArgumentException("no such command: " + words[0]);
                    };
        } catch (IOException | RuntimeException e) {
            return "failed " + e.getMessage();
        }
    }

    private LoadResult write(int outstandingMax, int bytes, OpenCalls.Limit limit)
            throws IOException, InterruptedException {
        long term = state.servingTerm();
        OpenCalls calls = new OpenCalls(outstandingMax);
        Proposals proposals = new Proposals(log, term, bytes, outstandingMax, calls);
        state.tell(proposals);
        return calls.run(limit, proposals);
    }

    /** Reads; nothing is written meanwhile, so that the state is as new as any confirmed index. */
    private LoadResult read(int outstandingMax, OpenCalls.Limit limit) throws IOException, InterruptedException {
        long term = state.servingTerm();
        OpenCalls calls = new OpenCalls(outstandingMax);
        return calls.run(limit, atNanos -> {
            CompletableFuture<Void> unused = log.readIndex(term).thenAccept(outcome -> {
                if (outcome instanceof ReadOutcome.NotConfirmed not) {
                    calls.fail("not confirmed: " + not.reason());
                } else {
                    calls.answered(atNanos);
                }
            });
            return true;
        });
    }

    private String save(long bytes) throws IOException, InterruptedException {
        try {
            SnapshotOutcome outcome = state.save(log, bytes).get();
            if (outcome instanceof SnapshotOutcome.Saved saved) {
                return "" + saved.bytes();
            }
            throw new IOException("not saved: " + outcome);
        } catch (ExecutionException e) {
            throw new IOException(e);
        }
    }
}
