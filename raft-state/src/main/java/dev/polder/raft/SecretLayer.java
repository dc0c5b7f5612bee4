package dev.polder.raft;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageCodec;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection whose ends share a secret. The ends prove it to each other by frames of their own; what follows
 * goes in pieces, each with a seal that depends on all before it:
 *
 * <pre>
 *   caller ── CHALLENGE nonce ────────────────────────► called
 *          ◄─ CHALLENGE nonce, proof of both nonces ───
 *          ── PROOF of both nonces ───────────────────►          proofs and seals differ by who speaks
 *          ◄═ pieces ══════════════════════════════════►
 *
 *   piece    length u32, bytes, the first 16 bytes of HMAC-SHA256 over the number of the piece u64 and its bytes
 * </pre>
 *
 * <p>Owned by the thread of the connection.
 */
final class SecretLayer extends ByteToMessageCodec<ByteBuf> {
    static final int PIECE_BYTES_MAX = 64 << 10;

    private static final String CALLER_PROVES = "polder raft caller proves";
    private static final String CALLED_PROVES = "polder raft called proves";
    private static final String CALLER_SPEAKS = "polder raft caller speaks";
    private static final String CALLED_SPEAKS = "polder raft called speaks";

    private enum State {
        /** The other end is to challenge this one. */
        CHALLENGED,
        /** The caller is to prove that it knows the secret. */
        PROVED,
        SEALED
    }

    private final byte[] secret;
    private final boolean calls;
    private final byte[] nonce = new byte[Greeting.PROOF_BYTES];
    private byte[] othersNonce = new byte[0];
    private State state = State.CHALLENGED;
    /** Something came that was wrong; nothing is heard any more. */
    private boolean broken;

    private @Nullable FrameSeal ours;
    private @Nullable FrameSeal theirs;

    /** @param calls whether this is the end that calls */
    SecretLayer(byte[] secret, SecureRandom random, boolean calls) {
        this.secret = secret;
        this.calls = calls;
        random.nextBytes(nonce);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) throws Exception {
        super.channelActive(ctx);
        if (calls) {
            say(ctx, new Greeting.Challenge(nonce, new byte[0]));
        }
    }

    private static void say(ChannelHandlerContext ctx, Greeting greeting) {
        ChannelFuture unused = ctx.writeAndFlush(WireCodec.encode(ctx.alloc(), new WireFrame(0, greeting)));
    }

    // ---- what comes

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws BadFrameException {
        FrameSeal seal = theirs;
        try {
            if (broken) {
                in.skipBytes(in.readableBytes());
            } else if (seal == null) {
                greeting(ctx, in, out);
            } else {
                piece(seal, in, out);
            }
        } catch (BadFrameException e) {
            broken = true;
            throw e;
        }
    }

    private void greeting(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws BadFrameException {
        if (in.readableBytes() < WireCodec.LENGTH_BYTES) {
            return;
        }
        int length = in.getInt(in.readerIndex());
        FrameDecoder.check(length, WireConnection.STRANGER_FRAME_BYTES_MAX);
        if (in.readableBytes() < WireCodec.LENGTH_BYTES + length) {
            return;
        }
        ByteBuf frame = in.readSlice(WireCodec.LENGTH_BYTES + length);
        WireMessage message =
                WireCodec.decode(frame.slice(WireCodec.LENGTH_BYTES, length)).message();
        if (message instanceof Greeting.Refused) {
            // whoever is above knows what to do
            out.add(frame.retain());
        } else if (state == State.CHALLENGED && message instanceof Greeting.Challenge challenge) {
            challenged(ctx, challenge);
        } else if (state == State.PROVED && message instanceof Greeting.Proof proof) {
            checkProof(CALLER_PROVES, othersNonce, nonce, proof.proof());
            seal(ctx, othersNonce, nonce);
        } else {
            throw new BadFrameException(WireSecurity.REFUSAL);
        }
    }

    private void challenged(ChannelHandlerContext ctx, Greeting.Challenge challenge) throws BadFrameException {
        othersNonce = challenge.nonce();
        if (calls) {
            checkProof(CALLED_PROVES, nonce, othersNonce, challenge.proof());
            say(ctx, new Greeting.Proof(FrameSeal.proof(secret, CALLER_PROVES, nonce, othersNonce)));
            seal(ctx, nonce, othersNonce);
        } else {
            say(ctx, new Greeting.Challenge(nonce, FrameSeal.proof(secret, CALLED_PROVES, othersNonce, nonce)));
            state = State.PROVED;
        }
    }

    private void checkProof(String role, byte[] callersNonce, byte[] calledsNonce, byte[] proof)
            throws BadFrameException {
        if (!MessageDigest.isEqual(FrameSeal.proof(secret, role, callersNonce, calledsNonce), proof)) {
            throw new BadFrameException(WireSecurity.REFUSAL);
        }
    }

    private void seal(ChannelHandlerContext ctx, byte[] callersNonce, byte[] calledsNonce) {
        FrameSeal caller = new FrameSeal(secret, CALLER_SPEAKS, callersNonce, calledsNonce);
        FrameSeal called = new FrameSeal(secret, CALLED_SPEAKS, callersNonce, calledsNonce);
        ours = calls ? caller : called;
        theirs = calls ? called : caller;
        state = State.SEALED;
        ctx.fireUserEventTriggered(WireSecurity.Event.PROVED);
    }

    private static void piece(FrameSeal theirs, ByteBuf in, List<Object> out) throws BadFrameException {
        if (in.readableBytes() < Integer.BYTES) {
            return;
        }
        int length = in.getInt(in.readerIndex());
        if (length < 1 || length > PIECE_BYTES_MAX) {
            throw new BadFrameException(
                    "a piece of " + Integer.toUnsignedLong(length) + " bytes, must have 1 to " + PIECE_BYTES_MAX);
        }
        if (in.readableBytes() < Integer.BYTES + length + FrameSeal.BYTES) {
            return;
        }
        in.skipBytes(Integer.BYTES);
        ByteBuf bytes = in.readSlice(length);
        byte[] seal = new byte[FrameSeal.BYTES];
        in.readBytes(seal);
        if (!MessageDigest.isEqual(theirs.next(bytes.nioBuffer()), seal)) {
            throw new BadFrameException("the seal of a piece is wrong: it was changed on its way, or came before");
        }
        out.add(bytes.retain());
    }

    // ---- what goes

    @Override
    protected void encode(ChannelHandlerContext ctx, ByteBuf frames, ByteBuf out) {
        FrameSeal seal = ours;
        if (seal == null) {
            out.writeBytes(frames);
            return;
        }
        while (frames.isReadable()) {
            ByteBuf piece = frames.readSlice(Math.min(frames.readableBytes(), PIECE_BYTES_MAX));
            byte[] sealed = seal.next(piece.nioBuffer());
            out.writeInt(piece.readableBytes()).writeBytes(piece).writeBytes(sealed);
        }
    }
}
