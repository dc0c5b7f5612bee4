package dev.polder.raft;

import io.netty.buffer.ByteBuf;

/**
 * Bodies of the frames with which a member answers another:
 *
 * <pre>
 *   APPENDED    term u64, succeeded u8, last index u64
 *   POLLED      term u64, accepted u8
 *   VOTED       term u64, granted u8
 *   FAILED      reason
 *   INSTALLING  term u64, last index u64, received bytes u64
 *   PIECE       term u64, offset u64, checksum u32, u32 length, bytes
 *   CAUGHT      term u64, last index u64
 *   DONE        term u64, done u8
 * </pre>
 */
final class PeerResponseCodec {
    private PeerResponseCodec() {}

    static void write(ByteBuf out, PeerResponse response) {
        if (response instanceof PeerResponse.Append append) {
            out.writeLong(append.term()).writeBoolean(append.succeeded()).writeLong(append.lastIndex());
        } else if (response instanceof PeerResponse.Poll poll) {
            out.writeLong(poll.term()).writeBoolean(poll.accepted());
        } else if (response instanceof PeerResponse.Vote vote) {
            out.writeLong(vote.term()).writeBoolean(vote.granted());
        } else if (response instanceof PeerResponse.Failure failure) {
            WireCodec.writeReason(out, failure.reason());
        } else if (response instanceof PeerResponse.Installing installing) {
            out.writeLong(installing.term()).writeLong(installing.lastIndex()).writeLong(installing.receivedBytes());
        } else if (response instanceof PeerResponse.Piece piece) {
            out.writeLong(piece.term()).writeLong(piece.offset()).writeInt(piece.checksum());
            WireCodec.writeBytes(out, piece.bytes());
        } else if (response instanceof PeerResponse.Caught caught) {
            out.writeLong(caught.term()).writeLong(caught.lastIndex());
        } else if (response instanceof PeerResponse.Done done) {
            out.writeLong(done.term()).writeBoolean(done.done());
        }
    }

    static PeerResponse read(MessageKind kind, WireReader in) throws BadFrameException {
        return switch (kind) {
            case APPENDED -> new PeerResponse.Append(in.number("term"), in.flag("succeeded"), in.number("last index"));
            case POLLED -> new PeerResponse.Poll(in.number("term"), in.flag("accepted"));
            case VOTED -> new PeerResponse.Vote(in.number("term"), in.flag("granted"));
            case FAILED -> new PeerResponse.Failure(in.text("reason", 0, WireCodec.REASON_BYTES_MAX));
            case INSTALLING ->
                new PeerResponse.Installing(in.number("term"), in.number("last index"), in.number("received bytes"));
            case PIECE ->
                new PeerResponse.Piece(
                        in.number("term"),
                        in.number("offset"),
                        in.i32("checksum"),
                        in.bytes("piece", PeerRequest.PIECE_BYTES_MAX));
            case CAUGHT -> new PeerResponse.Caught(in.number("term"), in.number("last index"));
            case DONE -> new PeerResponse.Done(in.number("term"), in.flag("done"));
            default -> throw new BadFrameException("kind " + kind + " is no answer of a member");
        };
    }
}
