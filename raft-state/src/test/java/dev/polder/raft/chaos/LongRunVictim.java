package dev.polder.raft.chaos;

import dev.polder.raft.CommittedEntry;
import dev.polder.raft.InstalledSnapshot;
import dev.polder.raft.LogListener;
import dev.polder.raft.RaftConfig;
import dev.polder.raft.RaftPeers;
import dev.polder.raft.ReplicatedLog;
import dev.polder.raft.ReplicatedLog.Proposed;
import dev.polder.raft.SnapshotOutcome;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A member that writes entries of 200 bytes, numbered from 1, while it leads, and remembers the last of them, with
 * snapshots when they are wanted: {@code DIRECTORY MEMBER MEMBERS COUNT STEP}. Prints {@code NUMBER DISK HEAP .} as
 * each STEP of them is committed, in bytes, the heap after a collection, and ends after the COUNTth when a line is said
 * to it.
 */
final class LongRunVictim implements LogListener {
    private static final int ENTRY_BYTES = 200;
    private static final int REMEMBERED = 10_000;
    private static final int OUTSTANDING_MAX = 2_048;
    private static final long IDLE_NANOS = 100_000;
    private static final long PROPOSAL_BYTES_MAX = 8 << 20;

    private final byte[][] remembered = new byte[REMEMBERED][ENTRY_BYTES];
    private final AtomicLong last = new AtomicLong();
    private final CompletableFuture<ReplicatedLog> log = new CompletableFuture<>();
    private long index;
    private volatile long servingTerm;
    private volatile @Nullable Throwable failure;

    private LongRunVictim() {}

    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        String member = arguments[1];
        int colon = member.lastIndexOf(':');
        InetSocketAddress bind =
                new InetSocketAddress(member.substring(0, colon), Integer.parseInt(member.substring(colon + 1)));
        RaftPeers peers = new RaftPeers(List.of(arguments[2].split(",", -1)), bind, "of " + member, "", "");
        RaftConfig config = new RaftConfig(
                member, directory, "long", Duration.ofSeconds(2), Duration.ofMillis(75), PROPOSAL_BYTES_MAX, peers);
        LongRunVictim victim = new LongRunVictim();
        try (ReplicatedLog log = ReplicatedLog.start(config, victim)) {
            victim.log.complete(log);
            victim.run(log, directory, Long.parseLong(arguments[3]), Long.parseLong(arguments[4]));
            int end = System.in.read();
            System.out.println("ends " + end);
        }
    }

    private void run(ReplicatedLog open, Path directory, long count, long step) throws IOException {
        long term = 0;
        long next = 0;
        long told = 0;
        while (told < count) {
            Throwable failed = failure;
            if (failed != null) {
                throw new IllegalStateException(failed);
            }
            if (last.get() >= told + step) {
                told += step;
                System.out.println(told + " " + bytesOf(directory) + " " + heapBytes() + " .");
            }
            long serving = servingTerm;
            if (serving != term) {
                term = serving;
                next = last.get() + 1;
            }
            if (term == 0 || next > count || next > last.get() + OUTSTANDING_MAX || !propose(open, term, next)) {
                LockSupport.parkNanos(IDLE_NANOS);
            } else {
                next++;
            }
        }
    }

    private static boolean propose(ReplicatedLog open, long term, long number) {
        byte[] entry = new byte[ENTRY_BYTES];
        ByteBuffer.wrap(entry).putLong(number);
        return open.propose(term, entry) == Proposed.ACCEPTED;
    }

    private static long bytesOf(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.mapToLong(file -> {
                        try {
                            return Files.isRegularFile(file) ? Files.size(file) : 0;
                        } catch (IOException e) {
                            // it is gone by now
                            return 0;
                        }
                    })
                    .sum();
        }
    }

    private static long heapBytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    @Override
    public void onCommitted(CommittedEntry entry) {
        long number = ByteBuffer.wrap(entry.bytes()).getLong();
        if (number != last.get() + 1) {
            throw new IllegalStateException("entry " + number + " follows " + last);
        }
        remembered[(int) (number % REMEMBERED)] = entry.bytes();
        index = entry.index();
        last.set(number);
    }

    @Override
    public void onSnapshotWanted() {
        ReplicatedLog open = log.getNow(null);
        if (open != null && index > 0) {
            byte[][] state = remembered.clone();
            long number = last.get();
            CompletableFuture<SnapshotOutcome> unused = open.saveSnapshot(index, out -> write(out, number, state));
        }
    }

    private static void write(OutputStream out, long number, byte[][] state) throws IOException {
        DataOutputStream to = new DataOutputStream(out);
        to.writeLong(number);
        for (byte[] entry : state) {
            to.write(entry);
        }
        to.flush();
    }

    @Override
    public void onSnapshot(InstalledSnapshot snapshot) {
        try (snapshot;
                DataInputStream in = new DataInputStream(snapshot.open())) {
            long number = in.readLong();
            for (int i = 0; i < REMEMBERED; i++) {
                remembered[i] = in.readNBytes(ENTRY_BYTES);
            }
            index = snapshot.index();
            last.set(number);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void onElected(long term) {}

    @Override
    public void onServing(long term) {
        servingTerm = term;
    }

    @Override
    public void onLost(long term) {
        servingTerm = 0;
    }

    @Override
    public void onRefused(String byMember, String reason) {
        System.err.println("refused by " + byMember + ": " + reason);
    }

    @Override
    public void onStopped(@Nullable Throwable cause) {
        failure = cause;
    }
}
