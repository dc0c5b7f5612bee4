package dev.polder.raft;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/**
 * Bodies of the frames with which a member asks another:
 *
 * <pre>
 *   APPEND     term u64, leader, previous index u64, previous term u64, commit index u64, u32 count, then each entry:
 *              term u64, kind u8, version u8, u32 length, payload
 *   POLL VOTE FORCED_VOTE
 *              term u64, candidate, last index u64, last term u64
 *   TIMEOUT_NOW
 *              term u64, leader, last index u64
 *   INSTALL    term u64, leader, snapshot, bytes u64
 *   FETCH      term u64, member, snapshot, offset u64, bytes at most u32
 *   CATCH_UP   term u64, member
 *   REMOVED    term u64, leader, index u64
 *
 *   snapshot   index u64, term u64, 16 bytes
 * </pre>
 *
 * <p>An entry's index follows from its place. What is read here can be appended to a log: known kinds, whole payloads,
 * terms that never fall and stay at or below that of the request.
 */
final class PeerRequestCodec {
    private static final int ENTRY_HEAD_BYTES = Long.BYTES + 2 * Byte.BYTES + Integer.BYTES;
    private static final int MEMBER_BYTES_MAX = MemberAddress.LENGTH_MAX;

    private PeerRequestCodec() {}

    static void write(ByteBuf out, PeerRequest request) {
        out.writeLong(request.term());
        WireCodec.writeText(out, request.from());
        if (request instanceof PeerRequest.Append append) {
            out.writeLong(append.previousIndex())
                    .writeLong(append.previousTerm())
                    .writeLong(append.commitIndex());
            writeEntries(out, append.entries());
        } else if (request instanceof PeerRequest.Poll poll) {
            out.writeLong(poll.lastIndex()).writeLong(poll.lastTerm());
        } else if (request instanceof PeerRequest.Vote vote) {
            out.writeLong(vote.lastIndex()).writeLong(vote.lastTerm());
        } else if (request instanceof PeerRequest.ForcedVote vote) {
            out.writeLong(vote.lastIndex()).writeLong(vote.lastTerm());
        } else if (request instanceof PeerRequest.TimeoutNow now) {
            out.writeLong(now.lastIndex());
        } else if (request instanceof PeerRequest.Install install) {
            writeSnapshot(out, install.snapshot());
            out.writeLong(install.bytes());
        } else if (request instanceof PeerRequest.Fetch fetch) {
            writeSnapshot(out, fetch.snapshot());
            out.writeLong(fetch.offset()).writeInt(fetch.bytesMax());
        } else if (request instanceof PeerRequest.Removed removed) {
            out.writeLong(removed.index());
        }
    }

    private static void writeSnapshot(ByteBuf out, SnapshotId snapshot) {
        out.writeLong(snapshot.index()).writeLong(snapshot.term());
        WireCodec.writeUuid(out, snapshot.unique());
    }

    private static void writeEntries(ByteBuf out, List<LogEntry> entries) {
        out.writeInt(entries.size());
        for (LogEntry entry : entries) {
            out.writeLong(entry.term())
                    .writeByte(entry.kind().code())
                    .writeByte(entry.kind().version())
                    .writeInt(entry.payload().length)
                    .writeBytes(entry.payload());
        }
    }

    static PeerRequest read(MessageKind kind, WireReader in) throws BadFrameException {
        // a poll is of the present term, which is 0 before the first election
        long term = kind == MessageKind.POLL ? in.number("term") : in.term();
        String from = in.text("sender", 1, MEMBER_BYTES_MAX);
        return switch (kind) {
            case APPEND -> readAppend(term, from, in);
            case POLL, VOTE, FORCED_VOTE -> readCandidacy(kind, term, from, in);
            case TIMEOUT_NOW -> new PeerRequest.TimeoutNow(term, from, in.positive("last index"));
            case INSTALL -> new PeerRequest.Install(term, from, readSnapshot(term, in), in.positive("bytes"));
            case FETCH ->
                new PeerRequest.Fetch(term, from, readSnapshot(term, in), in.number("offset"), readBytesMax(in));
            case CATCH_UP -> new PeerRequest.CatchUp(term, from);
            case REMOVED -> new PeerRequest.Removed(term, from, in.positive("index"));
            default -> throw new BadFrameException("kind " + kind + " is no request of a member");
        };
    }

    private static PeerRequest readCandidacy(MessageKind kind, long term, String candidate, WireReader in)
            throws BadFrameException {
        long lastIndex = in.number("last index");
        long lastTerm = in.number("last term");
        checkPlace(term, lastIndex, lastTerm);
        return switch (kind) {
            case POLL -> new PeerRequest.Poll(term, candidate, lastIndex, lastTerm);
            case VOTE -> new PeerRequest.Vote(term, candidate, lastIndex, lastTerm);
            default -> new PeerRequest.ForcedVote(term, candidate, lastIndex, lastTerm);
        };
    }

    private static SnapshotId readSnapshot(long term, WireReader in) throws BadFrameException {
        long index = in.positive("snapshot's index");
        long snapshotTerm = in.positive("snapshot's term");
        checkPlace(term, index, snapshotTerm);
        return new SnapshotId(index, snapshotTerm, in.uuid("snapshot"));
    }

    private static int readBytesMax(WireReader in) throws BadFrameException {
        int bytesMax = in.i32("bytes at most");
        if (bytesMax < 1 || bytesMax > PeerRequest.PIECE_BYTES_MAX) {
            throw new BadFrameException("bytes at most: " + Integer.toUnsignedLong(bytesMax) + ", must be 1 to "
                    + PeerRequest.PIECE_BYTES_MAX);
        }
        return bytesMax;
    }

    private static PeerRequest readAppend(long term, String leader, WireReader in) throws BadFrameException {
        long previousIndex = in.number("previous index");
        long previousTerm = in.number("previous term");
        checkPlace(term, previousIndex, previousTerm);
        long commitIndex = in.number("commit index");
        int count = in.count("entries", ENTRY_HEAD_BYTES, Integer.MAX_VALUE);
        List<LogEntry> entries = new ArrayList<>(count);
        long before = previousTerm;
        for (int i = 1; i <= count; i++) {
            LogEntry entry = readEntry(previousIndex + i, in);
            if (entry.term() < Math.max(1, before) || entry.term() > term) {
                throw new BadFrameException("entry " + entry.index() + " is of term " + entry.term()
                        + ", the one before of term " + before + ", and the request of term " + term);
            }
            before = entry.term();
            entries.add(entry);
        }
        return new PeerRequest.Append(term, leader, previousIndex, previousTerm, commitIndex, entries);
    }

    /** A log has a last entry and a last term, or neither, and no term above that of its member. */
    private static void checkPlace(long term, long index, long indexTerm) throws BadFrameException {
        if ((index == 0) != (indexTerm == 0) || indexTerm > term) {
            throw new BadFrameException(
                    "entry " + index + " cannot be of term " + indexTerm + " in a request of term " + term);
        }
    }

    private static LogEntry readEntry(long index, WireReader in) throws BadFrameException {
        long term = in.number("entry's term");
        byte code = in.u8("entry's kind");
        byte version = in.u8("entry's version");
        EntryKind kind = EntryKind.of(code, version);
        if (kind == null) {
            throw new BadFrameException(
                    "entry " + index + " is of kind " + code + " in version " + version + ", which is not known");
        }
        byte[] payload = in.bytes("entry's payload", RecordFormat.PAYLOAD_BYTES_MAX);
        String problem = EntryCodec.problem(kind, payload);
        if (problem != null) {
            throw new BadFrameException("entry " + index + ": the payload of kind " + kind + " " + problem);
        }
        return new LogEntry(index, term, kind, payload);
    }
}
