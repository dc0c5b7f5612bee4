package dev.polder.benchmarks;

import dev.polder.raft.CommittedEntry;
import dev.polder.raft.InstalledSnapshot;
import dev.polder.raft.LogListener;
import dev.polder.raft.ReplicatedLog;
import dev.polder.raft.SnapshotOutcome;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The smallest state machine there is that looks at every byte: it counts entries and keeps a checksum. Written by the log's thread; a state that is restored by a
 * thread of its own, meanwhile no entry is taken.
 */
final class MemberState implements LogListener {
    private static final int CHUNK_BYTES = 1 << 20;

    private final MemberTask task;
    private final Consumer<String> words;
    private final CRC32C checksum = new CRC32C();
    private volatile Counted counted = new Counted(0, 0);
    private volatile long servingTerm;
    private volatile boolean restoring;
    private volatile @Nullable ReplicatedLog log;
    private volatile @Nullable Writes writes;

    /** All entries up to an index. */
    private record Counted(long entries, long index) {}

    /** Who is told what becomes of what was proposed. */
    interface Writes {
        /** An entry of the term that is served was committed, in the order of proposals. */
        void committed(long term);

        /** This member serves a term. */
        default void serving() {}

        /** The term is over. */
        void lost();
    }

    MemberState(MemberTask task, Consumer<String> words) {
        this.task = task;
        this.words = words;
    }

    void opened(ReplicatedLog opened) {
        log = opened;
    }

    /** Tells this one from now on, and nobody else. */
    void tell(Writes told) {
        writes = told;
    }

    /** Returns the term that is served, 0 for none. */
    long servingTerm() {
        return servingTerm;
    }

    /** Saves the count, and some more bytes. */
    CompletableFuture<SnapshotOutcome> save(ReplicatedLog into, long moreBytes) {
        Counted saved = counted;
        return into.saveSnapshot(saved.index(), out -> write(out, saved.entries(), moreBytes));
    }

    private static void write(OutputStream out, long count, long moreBytes) throws IOException {
        DataOutputStream numbers = new DataOutputStream(out);
        numbers.writeLong(count);
        byte[] chunk = new byte[CHUNK_BYTES];
        // nothing that could be made smaller on its way
        new Random(count).nextBytes(chunk);
        for (long rest = moreBytes; rest > 0; rest -= CHUNK_BYTES) {
            numbers.write(chunk, 0, (int) Math.min(rest, CHUNK_BYTES));
        }
        numbers.flush();
    }

    @Override
    public void onSnapshot(InstalledSnapshot snapshot) {
        restoring = true;
        Thread reader = new Thread(() -> restore(snapshot), "restore");
        reader.setDaemon(true);
        reader.start();
    }

    private void restore(InstalledSnapshot snapshot) {
        try (snapshot;
                InputStream in = snapshot.open();
                DataInputStream numbers = new DataInputStream(in)) {
            counted = new Counted(numbers.readLong(), snapshot.index());
            byte[] chunk = new byte[CHUNK_BYTES];
            long bytes = Long.BYTES;
            for (int read = numbers.read(chunk); read >= 0; read = numbers.read(chunk)) {
                bytes += read;
            }
            Claim.check(bytes == snapshot.bytes(), "%s of %s bytes of a snapshot", bytes, snapshot.bytes());
            words.accept("installed " + bytes);
        } catch (IOException | RuntimeException e) {
            words.accept("stopped " + e);
        }
        restoring = false;
    }

    @Override
    public boolean hasRoom() {
        return !restoring;
    }

    @Override
    public void onCommitted(CommittedEntry entry) {
        checksum.update(entry.view());
        counted = new Counted(counted.entries() + 1, entry.index());
        Writes told = writes;
        if (told != null && entry.term() == servingTerm) {
            told.committed(entry.term());
        }
    }

    @Override
    public void onSnapshotWanted() {
        ReplicatedLog saved = log;
        if (task == MemberTask.LOAD && saved != null) {
            CompletableFuture<SnapshotOutcome> unused = save(saved, 0);
        }
    }

    @Override
    public void onElected(long term) {}

    @Override
    public void onServing(long term) {
        servingTerm = term;
        Writes told = writes;
        if (told != null) {
            told.serving();
        }
        words.accept("serving " + term);
    }

    @Override
    public void onLost(long term) {
        servingTerm = 0;
        Writes told = writes;
        if (told != null) {
            told.lost();
        }
        words.accept("lost " + term);
    }

    @Override
    public void onRefused(String byMember, String reason) {
        words.accept("refused by " + byMember + ": " + reason);
    }

    @Override
    public void onStopped(@Nullable Throwable cause) {
        if (cause != null) {
            words.accept("stopped " + cause);
        }
    }
}
