package dev.polder.raft;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks into the directory of a member that does not run, for the day something is wrong. It changes nothing there. One
 * thread at a time.
 */
public final class LogTool implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 20;

    private final Disk disk;
    private final Closeable lock;

    /**
     * One entry of the log.
     *
     * @param index its place, from 1
     * @param term of the leader that appended it
     * @param kind {@code FACTS} for what was proposed, else what the log itself needs
     * @param bytes of a fact as they were proposed
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared by value
    public record Entry(long index, long term, String kind, byte[] bytes) {}

    private LogTool(Disk disk, Closeable lock) {
        this.disk = disk;
        this.lock = lock;
    }

    /**
     * Takes the directory for as long as this is open.
     *
     * @throws IOException if there is no log in it, or a member runs on it
     */
    public static LogTool open(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new IOException(directory + ": no such directory");
        }
        Disk disk = FileDisk.open(directory);
        if (!TermStore.exists(disk) && !FactLog.exists(disk) && !SnapshotFiles.exist(disk)) {
            throw new IOException(directory + ": no log in it");
        }
        return of(disk);
    }

    static LogTool of(Disk disk) throws IOException {
        return new LogTool(disk, disk.lock());
    }

    // ---- verify

    /**
     * Reads every byte of every file, and tells what a member would make of them.
     *
     * @throws IOException if something cannot be read at all
     */
    public LogReport verify() throws IOException {
        List<LogReport.FileReport> files = new ArrayList<>();
        for (String name : new TreeSet<>(disk.names())) {
            if (isOurs(name)) {
                files.add(look(name));
            }
        }
        List<String> notes = new ArrayList<>();
        return new LogReport(files, Optional.ofNullable(whyNoStart(files, notes)), notes);
    }

    private static boolean isOurs(String name) {
        return name.equals(TermStore.FILE)
                || name.equals(PeerIdentities.FILE)
                || name.equals(Probation.FILE)
                || SegmentFile.isName(name)
                || SnapshotFiles.isName(name);
    }

    private LogReport.FileReport look(String name) {
        try {
            return new LogReport.FileReport(name, true, read(name));
        } catch (IOException e) {
            return new LogReport.FileReport(name, false, String.valueOf(e.getMessage()));
        }
    }

    private String read(String name) throws IOException {
        if (name.equals(TermStore.FILE)) {
            TermStore terms = TermStore.open(disk, "");
            return "term " + terms.term() + ", vote " + (terms.vote() == null ? "for nobody" : "for " + terms.vote())
                    + ", committed at least " + terms.committedIndex() + ", began with " + terms.members();
        }
        if (name.equals(PeerIdentities.FILE)) {
            PeerIdentities unused = PeerIdentities.open(disk);
            return "who the other members are";
        }
        if (name.equals(Probation.FILE)) {
            return String.valueOf(Probation.open(disk).toStanding());
        }
        return SegmentFile.isName(name) ? readSegment(name) : readSnapshot(name);
    }

    private String readSegment(String name) throws IOException {
        try (SegmentFile segment = SegmentFile.open(disk, name)) {
            RecordReader reader = new RecordReader(BUFFER_BYTES);
            segment.seatAtStart(reader);
            RecordReader.Found found = reader.advance();
            long last = segment.firstIndex() - 1;
            while (found == RecordReader.Found.RECORD) {
                last = reader.index();
                found = reader.advance();
            }
            String entries = last < segment.firstIndex()
                    ? "no entries, to begin with " + segment.firstIndex()
                    : "entries " + segment.firstIndex() + " to " + last;
            if (found == RecordReader.Found.DAMAGE) {
                throw new IOException(entries + ", then at offset " + reader.position() + ": " + reader.damage());
            }
            return entries + ", " + reader.position() + " of " + segment.size() + " bytes in use";
        }
    }

    private String readSnapshot(String name) throws IOException {
        SnapshotFile snapshot = SnapshotFile.open(disk, name);
        try (DiskFile file = disk.open(name)) {
            for (long offset = 0; offset < snapshot.layout().fileBytes(); ) {
                ByteBuffer part;
                try {
                    part = snapshot.read(file, offset);
                } catch (IOException e) {
                    throw new IOException("at offset " + offset + ": " + e.getMessage(), e);
                }
                offset += part.limit();
            }
        }
        return "up to entry " + snapshot.id().index() + " of term "
                + snapshot.id().term() + ", " + snapshot.layout().stateBytes() + " bytes of state, members "
                + snapshot.head().members().members();
    }

    /** Returns why a member would not start, null if it would. */
    private @Nullable String whyNoStart(List<LogReport.FileReport> files, List<String> notes) {
        DryDisk dry = new DryDisk(disk);
        try {
            if (!TermStore.exists(dry)) {
                return "the term file is missing";
            }
            TermStore terms = TermStore.open(dry, "");
            PeerIdentities unused = PeerIdentities.open(dry);
            Probation probation = Probation.open(dry);
            SnapshotFile snapshot = SnapshotFiles.newestIn(dry);
            for (LogReport.FileReport file : files) {
                if (snapshot != null && file.name().equals(snapshot.name()) && !file.isSound()) {
                    return "snapshot file " + disk.describe(file.name()) + " " + file.words();
                }
            }
            Floor behind = snapshot == null ? Floor.NONE : snapshot.entry();
            try (FactLog log =
                    FactLog.open(dry, Rules.KEPT, LogLimits.DEFAULT, terms.committedIndex(), behind, () -> {})) {
                if (log.lastTerm() > terms.term()) {
                    return "the term file says term " + terms.term() + ", but the log has an entry of term "
                            + log.lastTerm();
                }
                notes.add("a start goes on with entries " + log.floor().firstIndex() + " to " + log.lastIndex());
            }
            if (probation.toStanding() != null) {
                notes.add(probation.toStanding());
            }
        } catch (IOException e) {
            return e.getMessage();
        }
        dry.cuts()
                .forEach((name, offset) -> notes.add(name + ": an interrupted write behind offset " + offset
                        + " would be cut off; nobody was told of it"));
        return null;
    }

    // ---- dump

    /**
     * Shows the entries in order, as far as they are sound.
     *
     * @param from the first one that is wanted
     * @param to the last one
     * @throws IOException if there is damage before {@code to}; all entries before it were shown
     */
    public void dump(long from, long to, Consumer<Entry> sink) throws IOException {
        for (String name : new TreeSet<>(disk.names())) {
            if (SegmentFile.isName(name)) {
                dump(name, from, to, sink);
            }
        }
    }

    private void dump(String name, long from, long to, Consumer<Entry> sink) throws IOException {
        try (SegmentFile segment = SegmentFile.open(disk, name)) {
            if (segment.firstIndex() > to) {
                return;
            }
            RecordReader reader = new RecordReader(BUFFER_BYTES);
            segment.seatAtStart(reader);
            RecordReader.Found found = reader.advance();
            while (found == RecordReader.Found.RECORD && reader.index() <= to) {
                if (reader.index() >= from) {
                    EntryKind kind = reader.kind();
                    sink.accept(new Entry(
                            reader.index(),
                            reader.term(),
                            kind == null ? reader.kindText() : kind.name(),
                            reader.payload()));
                }
                found = reader.advance();
            }
            if (found == RecordReader.Found.DAMAGE) {
                throw new IOException(
                        "log file " + disk.describe(name) + " at offset " + reader.position() + ": " + reader.damage());
            }
        }
    }

    /** Gives the directory back. Idempotent. */
    @Override
    public void close() throws IOException {
        lock.close();
    }
}
