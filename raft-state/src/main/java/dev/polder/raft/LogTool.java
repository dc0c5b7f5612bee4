package dev.polder.raft;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Looks into the directory of a member that does not run, for the day something is wrong. Nothing is changed there but by
 * {@link #repair} and {@link #forceNewGroup}. One thread at a time.
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
     * @param members from here on, if it lists them; else empty
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared by value
    public record Entry(long index, long term, String kind, byte[] bytes, List<String> members) {
        public Entry {
            members = List.copyOf(members);
        }
    }

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
        return open(FileDisk.open(directory), directory.toString());
    }

    /** @param name what people call the directory */
    static LogTool open(Disk disk, String name) throws IOException {
        if (!TermStore.exists(disk) && !FactLog.exists(disk) && !SnapshotFiles.exist(disk)) {
            throw new IOException(name + ": no log in it");
        }
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
        try {
            return new LogReport(files, Optional.empty(), StartTrial.run(disk).notes());
        } catch (IOException e) {
            return new LogReport(files, Optional.of(String.valueOf(e.getMessage())), List.of());
        }
    }

    private static boolean isOurs(String name) {
        return name.equals(TermStore.FILE)
                || name.equals(ForcedMark.FILE)
                || name.equals(PeerIdentities.FILE)
                || name.equals(StartCount.FILE)
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
        if (name.equals(ForcedMark.FILE)) {
            try (ForcedMark mark = ForcedMark.open(disk)) {
                if (!mark.isBelieved()) {
                    throw new IOException("it is not as it was written, as after a power loss, and a start ignores it");
                }
                return "entries up to " + mark.index() + " were forced to the disk";
            }
        }
        if (name.equals(PeerIdentities.FILE)) {
            return "the other members by their directories: " + PeerIdentities.open(disk);
        }
        if (name.equals(StartCount.FILE)) {
            return "started " + StartCount.read(disk) + " times";
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
        SnapshotFile snapshot = StartTrial.readSnapshot(disk, name);
        return "up to entry " + snapshot.id().index() + " of term "
                + snapshot.id().term() + ", " + snapshot.layout().stateBytes() + " bytes of state, members "
                + snapshot.head().members().members();
    }

    // ---- repair

    /**
     * Makes a member start again whose log or newest snapshot is damaged, while the others of its group are well: what is
     * damaged is renamed and kept, the log ends before it or begins anew behind a sound snapshot, and the member is on
     * probation until it has caught up with a leader: it neither votes nor stands. Nothing changes where nothing is damaged.
     * If this is interrupted, another one goes on with it.
     *
     * @throws IOException if something cannot be read or written
     */
    public RepairOutcome repair() throws IOException {
        return new LogRepair(disk).run();
    }

    // ---- a new group

    /**
     * Makes the member of this directory the only one of a group that goes on with its log, because the majority of the group
     * it was of is gone for good. Entries that only the others had are lost, though they may have been acknowledged. The others
     * are refused should they come back, and clients that knew the group before are, too. If this is interrupted, the member
     * neither votes nor stands until another one goes on with it.
     *
     * @param member the name of the member, for it must not be the wrong directory; none or another one changes nothing,
     *     and the outcome says what would be done
     * @throws IOException if something cannot be read or written, or the log is damaged
     */
    public NewGroupOutcome forceNewGroup(String member) throws IOException {
        return new ForcedGroup(disk, new SplittableRandom()).force(member);
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
                    sink.accept(entry(reader));
                }
                found = reader.advance();
            }
            if (found == RecordReader.Found.DAMAGE) {
                throw new IOException(
                        "log file " + disk.describe(name) + " at offset " + reader.position() + ": " + reader.damage());
            }
        }
    }

    private static Entry entry(RecordReader reader) {
        EntryKind kind = reader.kind();
        byte[] bytes = reader.payload();
        return new Entry(
                reader.index(),
                reader.term(),
                kind == null ? reader.kindText() : kind.name(),
                bytes,
                kind != null && kind.listsMembers() && MembersCodec.isGood(kind, bytes)
                        ? MembersCodec.decode(kind, bytes).names()
                        : List.of());
    }

    /** Gives the directory back. Idempotent. */
    @Override
    public void close() throws IOException {
        lock.close();
    }
}
