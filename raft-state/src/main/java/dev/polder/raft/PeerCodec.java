package dev.polder.raft;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/**
 * Bodies of the frames that members exchange:
 *
 * <pre>
 *   APPEND     term u64, leader, previous index u64, previous term u64, commit index u64, u32 count, then each entry:
 *              term u64, kind u8, version u8, u32 length, payload
 *   POLL VOTE  term u64, candidate, last index u64, last term u64
 *   APPENDED   term u64, succeeded u8, last index u64
 *   POLLED     term u64, accepted u8
 *   VOTED      term u64, granted u8
 *   FAILED     reason
 * </pre>
 *
 * <p>An entry's index follows from its place. What is read here can be appended to a log: known kinds, whole payloads,
 * terms that never fall and stay at or below that of the request.
 */
final class PeerCodec {
    private static final int ENTRY_HEAD_BYTES = Long.BYTES + 2 * Byte.BYTES + Integer.BYTES;
    private static final int MEMBER_BYTES_MAX = MemberAddress.LENGTH_MAX;

    private PeerCodec() {}

    // ---- requests

    static MessageKind kind(PeerRequest request) {
        if (request instanceof PeerRequest.Append) {
            return MessageKind.APPEND;
        }
        return request instanceof PeerRequest.Poll ? MessageKind.POLL : MessageKind.VOTE;
    }

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
        }
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

    static PeerRequest readRequest(MessageKind kind, WireReader in) throws BadFrameException {
        // a poll is of the present term, which is 0 before the first election
        long term = kind == MessageKind.POLL ? in.number("term") : in.term();
        String from = in.text("sender", 1, MEMBER_BYTES_MAX);
        if (kind == MessageKind.APPEND) {
            return readAppend(term, from, in);
        }
        long lastIndex = in.number("last index");
        long lastTerm = in.number("last term");
        checkPlace(term, lastIndex, lastTerm);
        return kind == MessageKind.POLL
                ? new PeerRequest.Poll(term, from, lastIndex, lastTerm)
                : new PeerRequest.Vote(term, from, lastIndex, lastTerm);
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

    // ---- responses

    static MessageKind kind(PeerResponse response) {
        if (response instanceof PeerResponse.Append) {
            return MessageKind.APPENDED;
        }
        if (response instanceof PeerResponse.Poll) {
            return MessageKind.POLLED;
        }
        return response instanceof PeerResponse.Vote ? MessageKind.VOTED : MessageKind.FAILED;
    }

    static void write(ByteBuf out, PeerResponse response) {
        if (response instanceof PeerResponse.Append append) {
            out.writeLong(append.term()).writeBoolean(append.succeeded()).writeLong(append.lastIndex());
        } else if (response instanceof PeerResponse.Poll poll) {
            out.writeLong(poll.term()).writeBoolean(poll.accepted());
        } else if (response instanceof PeerResponse.Vote vote) {
            out.writeLong(vote.term()).writeBoolean(vote.granted());
        } else if (response instanceof PeerResponse.Failure failure) {
            WireCodec.writeReason(out, failure.reason());
        }
    }

    static PeerResponse readResponse(MessageKind kind, WireReader in) throws BadFrameException {
        return switch (kind) {
            case APPENDED -> new PeerResponse.Append(in.number("term"), in.flag("succeeded"), in.number("last index"));
            case POLLED -> new PeerResponse.Poll(in.number("term"), in.flag("accepted"));
            case VOTED -> new PeerResponse.Vote(in.number("term"), in.flag("granted"));
            default -> new PeerResponse.Failure(in.text("reason", 0, WireCodec.REASON_BYTES_MAX));
        };
    }
}
