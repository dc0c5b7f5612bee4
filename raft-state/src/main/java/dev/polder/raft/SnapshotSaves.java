package dev.polder.raft;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Saves what the listener has made of the entries, one state at a time, in the background, and asks for it when the log
 * has grown. Owned by the log's thread.
 */
final class SnapshotSaves {
    private static final long NO_TIME = -1;
    /** How many entries are read in one go, looking for one that says the time. */
    private static final int TIME_SEARCH_ENTRIES = 1024;

    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedLog.class);
    private static final Duration ASK_AGAIN = Duration.ofSeconds(30);

    private final PolderRaftContext context;
    private final RaftParts parts;
    private final SnapshotFiles files;
    private final Compaction compaction;
    private final long wantedBytes;
    /** Bytes of entries that were applied since the start, and how many of them were when the newest snapshot was begun. */
    private long appliedBytes;

    private long savedBytes;
    private boolean asked;
    private long askedNanos;
    private boolean running;

    private final Promises<SnapshotOutcome> promises = new Promises<>(new SnapshotOutcome.Failed("the log was closed"));

    SnapshotSaves(PolderRaftContext context, RaftParts parts) {
        this.context = context;
        this.parts = parts;
        files = parts.snapshots();
        compaction = new Compaction(context, parts);
        wantedBytes = parts.limits().retention().wantedBytes();
    }

    /** An entry with a payload of that many bytes was applied; perhaps there is enough for a snapshot now. */
    void applied(int length) {
        appliedBytes += RecordFormat.HEADER_BYTES + length;
        SnapshotFile newest = files.newest();
        long enough = Math.max(wantedBytes, newest == null ? 0 : newest.layout().fileBytes());
        if (!running && appliedBytes - savedBytes > enough) {
            long now = parts.time().nanos();
            if (!asked || now - askedNanos > ASK_AGAIN.toNanos()) {
                asked = true;
                askedNanos = now;
                parts.events().snapshotWanted();
            }
        }
    }

    /** A snapshot was installed instead of the entries up to it. */
    void installed() {
        savedBytes = appliedBytes;
        compaction.compact();
    }

    /** Saves the state that the entries up to an index have made. Any thread may ask. */
    CompletableFuture<SnapshotOutcome> request(long index, SnapshotSource source) {
        CompletableFuture<SnapshotOutcome> outcome = promises.make();
        later(() -> save(index, source, outcome));
        return outcome;
    }

    private void save(long index, SnapshotSource source, CompletableFuture<SnapshotOutcome> outcome) {
        if (running) {
            outcome.complete(new SnapshotOutcome.Busy());
        } else if (index <= files.entry().index()) {
            outcome.complete(new SnapshotOutcome.TooOld());
        } else if (index > context.getLastApplied()) {
            outcome.complete(new SnapshotOutcome.Failed(
                    "entry " + index + " was not told yet, the last one is " + context.getLastApplied()));
        } else {
            running = true;
            SnapshotHead head = headOf(index);
            long begunBytes = appliedBytes;
            parts.background().execute(() -> write(head, source, begunBytes, outcome));
        }
    }

    private SnapshotHead headOf(long index) {
        Membership.Place members = parts.membership().upTo(index);
        UUID unique = new UUID(parts.random().nextLong(), parts.random().nextLong());
        return new SnapshotHead(
                new SnapshotId(index, parts.log().termAt(index), unique),
                leaderTimeAt(index),
                members.index(),
                members.list());
    }

    /** Returns the time of an entry: that of the newest one before it that says one. There is one a millisecond. */
    private long leaderTimeAt(long index) {
        SnapshotFile newest = files.newest();
        long behind = newest == null ? 0 : newest.id().index();
        for (long last = index; last > behind; last -= TIME_SEARCH_ENTRIES) {
            long time = NO_TIME;
            LogCursor cursor = new LogCursor(parts.log(), Math.max(behind, last - TIME_SEARCH_ENTRIES) + 1);
            while (cursor.nextIndex() <= last) {
                cursor.advance();
                time = cursor.kind() == EntryKind.TIME ? EntryCodec.number(cursor.view()) : time;
            }
            if (time != NO_TIME) {
                return time;
            }
        }
        return newest == null ? 0 : newest.head().leaderTimeMs();
    }

    // ---- in the background

    private void write(
            SnapshotHead head, SnapshotSource source, long begunBytes, CompletableFuture<SnapshotOutcome> outcome) {
        Disk disk = files.disk();
        String name = SnapshotFiles.name(head.id());
        String temporary = name + Disk.TEMPORARY;
        try (DiskFile file = disk.create(temporary)) {
            SnapshotOutput out = new SnapshotOutput(file, head);
            source.writeTo(out);
            out.finish();
        } catch (IOException e) {
            forget(disk, temporary, e);
            LOG.warn("event=snapshot_failed index={} reason='{}'", head.id().index(), e.toString());
            later(() -> end(outcome, new SnapshotOutcome.Failed(e.toString())));
            return;
        }
        try {
            disk.rename(temporary, name);
            disk.sync();
            SnapshotFile saved = SnapshotFile.open(disk, name);
            later(() -> saved(saved, begunBytes, outcome));
        } catch (IOException e) {
            throw new UncheckedIOException(disk.describe(name) + " failed, so this member stops: " + e, e);
        }
    }

    private static void forget(Disk disk, String name, IOException cause) {
        try {
            if (disk.names().contains(name)) {
                disk.delete(name);
            }
        } catch (IOException e) {
            // the next start removes it
            cause.addSuppressed(e);
        }
    }

    private void later(Runnable task) {
        parts.thread().execute(() -> parts.failStop().guard(task));
    }

    // ---- back on the log's thread

    private void saved(SnapshotFile file, long begunBytes, CompletableFuture<SnapshotOutcome> outcome) {
        files.adopt(file);
        savedBytes = Math.max(savedBytes, begunBytes);
        asked = false;
        compaction.compact();
        LOG.info(
                "event=snapshot_saved member={} index={} bytes={} log_begins={}",
                context.getName(),
                file.id().index(),
                file.layout().stateBytes(),
                parts.log().floor().firstIndex());
        end(outcome, new SnapshotOutcome.Saved(file.layout().stateBytes()));
    }

    private void end(CompletableFuture<SnapshotOutcome> outcome, SnapshotOutcome result) {
        running = false;
        outcome.complete(result);
    }

    /** The log is closed: nothing more is saved. */
    void close() {
        promises.end();
    }
}
