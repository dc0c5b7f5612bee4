package dev.polder.raft;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a log's files when it is opened and decides whether they can be trusted.
 *
 * <p>What a crash can leave is repaired: a write that was never forced and arrived in part, at the end of the last
 * segment. It is cut off; nobody was told about its entries. Anything else is damage to entries that others may rely on:
 * a member that forgets them and goes on voting would let the cluster forget them, so it refuses to start.
 *
 * <p>What tells the one from the other: the {@link ForcedMark}, which a process leaves behind that was killed; the term
 * file; the entries behind the damage. After a power loss the mark may be missing. Then damage to the very last force, with
 * nothing behind it, looks like a write that was interrupted.
 */
final class LogRecovery {
    private static final Logger LOG = LoggerFactory.getLogger(LogRecovery.class);
    private static final int BUFFER_BYTES = 1 << 20;
    /** How far behind the last good record the remains of an unforced write can reach. */
    private static final long TORN_BYTES_MAX = FactLog.UNFORCED_BYTES_MAX;

    private final Disk disk;
    private final Rules rules;
    private final List<SegmentFile> segments = new ArrayList<>();
    private final RecordReader reader = new RecordReader(BUFFER_BYTES);
    private final long committedIndex;
    private final Floor snapshot;
    private final ForcedMark mark;
    private final NavigableMap<Long, MemberList> members = new TreeMap<>();
    private final TermStarts terms = new TermStarts();
    private Floor floor = Floor.NONE;
    private long lastIndex = floor.index();
    private long lastTerm = floor.term();
    /** What the mark says, unless a test wants to see it missed. */
    private final long markedIndex;
    /** Entries up to here were forced, as the mark or a later one says, or that they were known to be committed. */
    private long provenIndex;

    private long unforcedBytes;

    /**
     * What was found.
     *
     * @param segments the files in order, at least one
     * @param durableIndex entries up to here are durable; those behind it are all in the last segment, were written
     *     again, and will be with its next force
     * @param unforcedBytes how much that is
     * @param members the lists of members that it has, by the index of their entries
     * @param terms of its entries
     * @param mark of what is forced
     */
    record Recovered(
            List<SegmentFile> segments,
            Floor floor,
            long lastIndex,
            long lastTerm,
            long durableIndex,
            long unforcedBytes,
            NavigableMap<Long, MemberList> members,
            TermStarts terms,
            ForcedMark mark) {}

    private LogRecovery(Disk disk, Rules rules, long committedIndex, Floor snapshot) throws IOException {
        this.disk = disk;
        this.rules = rules;
        this.committedIndex = committedIndex;
        this.snapshot = snapshot;
        mark = ForcedMark.open(disk);
        markedIndex = rules.refusesDamage() ? mark.index() : 0;
        provenIndex = markedIndex;
    }

    /** Opens all segments, or creates the first one. */
    static Recovered recover(Disk disk, Rules rules, long committedIndex, Floor snapshot) throws IOException {
        LogRecovery recovery = new LogRecovery(disk, rules, committedIndex, snapshot);
        try {
            recovery.recover();
        } catch (IOException | RuntimeException e) {
            recovery.closeQuietly(e);
            throw e;
        }
        return new Recovered(
                recovery.segments,
                recovery.floor,
                recovery.lastIndex,
                recovery.lastTerm,
                recovery.provenIndex,
                recovery.unforcedBytes,
                recovery.members,
                recovery.terms,
                recovery.mark);
    }

    private void recover() throws IOException {
        List<String> names = new ArrayList<>();
        for (String name : disk.names()) {
            if (SegmentFile.isName(name)) {
                names.add(name);
            } else if (name.endsWith(".log" + Disk.TEMPORARY)) {
                disk.delete(name);
            }
        }
        names.sort(null);
        for (int i = 0; i < names.size(); i++) {
            recoverSegment(names.get(i), i == names.size() - 1);
        }
        if (names.isEmpty()) {
            if (snapshot.index() > 0) {
                throw untrusted(
                        SegmentFile.name(snapshot.firstIndex()),
                        0,
                        "there is a snapshot up to entry " + snapshot.index()
                                + ", but no log file: what came behind it is lost");
            }
            checkReach(SegmentFile.name(floor.firstIndex()), SegmentFile.HEADER_BYTES);
        }
        if (segments.isEmpty()) {
            segments.add(SegmentFile.create(disk, floor.firstIndex(), floor.term()));
        } else {
            writeAgain(segments.get(segments.size() - 1));
        }
    }

    private void recoverSegment(String name, boolean last) throws IOException {
        SegmentFile segment = SegmentFile.open(disk, name);
        segments.add(segment);
        if (segments.size() == 1) {
            beginAt(segment);
        } else if (last && isBegunAnew(segment)) {
            dropFirst();
        }
        if (segment.firstIndex() != lastIndex + 1) {
            throw untrusted(
                    segment,
                    0,
                    "it begins with entry " + segment.firstIndex() + ", but the file before ends with entry "
                            + lastIndex);
        }
        if (segment.previousTerm() != lastTerm) {
            throw untrusted(
                    segment,
                    0,
                    "it follows term " + segment.previousTerm() + ", but the file before ends with term " + lastTerm);
        }
        segment.seatAtStart(reader);
        RecordReader.Found found = reader.advance();
        for (long start = SegmentFile.HEADER_BYTES; found == RecordReader.Found.RECORD; start = segment.end()) {
            acceptRecord(segment, start);
            found = reader.advance();
        }
        if (last) {
            checkReach(name, segment.end());
            cutTorn(segment, found);
        } else if (found == RecordReader.Found.DAMAGE) {
            throw untrusted(segment, segment.end(), reader.damage());
        } else if (lastNonZero(segment) >= segment.end()) {
            throw untrusted(segment, lastNonZero(segment), "there is something behind the end of the records");
        }
    }

    /** The first segment may begin where a snapshot ends, or before. */
    private void beginAt(SegmentFile segment) throws IOException {
        long before = segment.firstIndex() - 1;
        if (before > snapshot.index()) {
            throw untrusted(
                    segment,
                    0,
                    "it begins with entry " + segment.firstIndex() + ", and no snapshot reaches entry " + before);
        }
        if (before > 0) {
            startBehind(new Floor(before, segment.previousTerm()));
        }
        if (before > 0 && before == snapshot.index() && floor.term() != snapshot.term()) {
            throw untrusted(
                    segment,
                    0,
                    "it follows term " + floor.term() + ", but the snapshot ends with term " + snapshot.term());
        }
    }

    private void startBehind(Floor entry) {
        floor = entry;
        lastIndex = entry.index();
        lastTerm = entry.term();
    }

    /**
     * Returns whether the last of two segments is what {@link FactLog#restart} leaves when it is interrupted before its
     * last step: there is nothing in it, and it begins behind the snapshot, which the one before does not reach or
     * contradicts.
     */
    private boolean isBegunAnew(SegmentFile segment) throws IOException {
        return segments.size() == 2
                && snapshot.index() > 0
                && segment.firstIndex() == snapshot.firstIndex()
                && segment.previousTerm() == snapshot.term()
                && (lastIndex != snapshot.index() || lastTerm != snapshot.term())
                && lastNonZero(segment) < segment.end();
    }

    private void dropFirst() throws IOException {
        SegmentFile first = segments.remove(0);
        first.close();
        disk.delete(first.name());
        disk.sync();
        startBehind(snapshot);
        members.clear();
        terms.clear();
        provenIndex = 0;
    }

    private void checkReach(String name, long end) throws IOException {
        checkReach(name, end, committedIndex, "committed");
        checkReach(name, end, markedIndex, "forced to the disk");
    }

    private void checkReach(String name, long end, long index, String what) throws IOException {
        if (Math.max(lastIndex, snapshot.index()) < index) {
            throw untrusted(
                    name,
                    end,
                    "the log ends with entry " + lastIndex + ", but entries up to " + index + " were " + what
                            + ": a file was cut, damaged or removed");
        }
    }

    private void acceptRecord(SegmentFile segment, long start) throws IOException {
        if (reader.index() != lastIndex + 1) {
            throw untrusted(segment, start, "entry " + reader.index() + " follows entry " + lastIndex);
        }
        if (reader.term() < lastTerm || reader.term() < 1) {
            throw untrusted(segment, start, "term " + reader.term() + " follows term " + lastTerm);
        }
        if (reader.kind() == null) {
            throw untrusted(segment, start, "an entry of " + reader.kindText() + " is not known to this software");
        }
        if (reader.kind().listsMembers()) {
            acceptMembers(segment, start, reader.kind());
        }
        lastIndex++;
        lastTerm = reader.term();
        terms.appended(lastIndex, lastTerm);
        provenIndex = Math.max(provenIndex, reader.durableIndex());
        segment.accept(lastIndex, lastIndex, reader.position() - start);
    }

    private void acceptMembers(SegmentFile segment, long start, EntryKind kind) throws IOException {
        try {
            members.put(reader.index(), MembersCodec.decode(kind, reader.payload()));
        } catch (IllegalArgumentException e) {
            throw untrusted(segment, start, "entry " + reader.index() + " lists no members: " + e.getMessage());
        }
    }

    /** Cuts the remains of an unforced write off the last segment. */
    private void cutTorn(SegmentFile segment, RecordReader.Found found) throws IOException {
        long end = segment.end();
        long lastNonZero = lastNonZero(segment);
        if (lastNonZero < end) {
            return;
        }
        String what = found == RecordReader.Found.DAMAGE ? reader.damage() : "a record is missing";
        if (lastNonZero - end > TORN_BYTES_MAX) {
            throw untrusted(
                    segment,
                    end,
                    what + ", and the file goes on up to offset " + lastNonZero
                            + ", further than an interrupted write can");
        }
        ByteBuffer rest = ByteBuffer.allocate((int)
                (Math.min(segment.size(), lastNonZero + 1 + RecordFormat.HEADER_BYTES + RecordFormat.PAYLOAD_BYTES_MAX)
                        - end));
        segment.file().readFully(rest, end);
        rest.flip();
        for (int at = 0; at <= rest.limit() - RecordFormat.HEADER_BYTES; at++) {
            if (proves(rest, at)) {
                throw untrusted(
                        segment,
                        end,
                        what + ", yet entry " + RecordFormat.index(rest, at) + " at offset " + (end + at)
                                + " proves that entry " + (lastIndex + 1) + " had been forced");
            }
        }
        LOG.warn(
                "event=log_tail_cut file={} offset={} bytes={} reason='{}'",
                disk.describe(segment.name()),
                end,
                lastNonZero + 1 - end,
                what);
        segment.cut(end, lastIndex);
    }

    /** Returns whether there is a good record that was made when the entry missing here was forced already. */
    private boolean proves(ByteBuffer rest, int at) {
        return rules.refusesDamage()
                && RecordFormat.isPlausible(rest, at)
                && RecordFormat.index(rest, at) > lastIndex
                && RecordFormat.durableIndex(rest, at) > lastIndex
                && RecordFormat.checksumFits(rest, at);
    }

    /** Returns the offset of the last byte in the file that is not zero. */
    private static long lastNonZero(SegmentFile segment) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(64 << 10);
        for (long top = segment.size(); top > segment.end(); ) {
            int length = (int) Math.min(bytes.capacity(), top - segment.end());
            bytes.clear().limit(length);
            segment.file().readFully(bytes, top - length);
            for (int i = length - 1; i >= 0; i--) {
                if (bytes.get(i) != 0) {
                    return top - length + i;
                }
            }
            top -= length;
        }
        return segment.end() - 1;
    }

    /**
     * Writes again what nothing proves to be on the disk. If the process before this one ended because a force failed,
     * the system may hold pages for clean that never reached the disk, and a force alone would pass them over.
     */
    private void writeAgain(SegmentFile segment) throws IOException {
        // A segment begins when the one before was forced.
        provenIndex = Math.max(Math.max(provenIndex, committedIndex), segment.firstIndex() - 1);
        if (segment.lastIndex() > provenIndex) {
            segment.seat(reader, provenIndex + 1);
            unforcedBytes = segment.end() - reader.position();
            segment.rewrite(reader.position());
        }
    }

    private LogDamage untrusted(SegmentFile segment, long offset, String why) {
        return untrusted(segment.name(), offset, why);
    }

    private LogDamage untrusted(String name, long offset, String why) {
        return LogDamage.inLog(disk, name, offset, why);
    }

    private void closeQuietly(Exception first) {
        Failures failures = Failures.after(first);
        segments.forEach(failures::attempt);
        failures.attempt(mark);
    }
}
