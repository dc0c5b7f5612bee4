package dev.polder.raft.recipe;

import java.util.List;

/**
 * Calls as bytes on the way from another process:
 *
 * <pre>
 *   version u8 = 1, kind u8, then
 *   1 OPEN        nonce u64, ttl u64
 *   3 SUBMIT      session u64, number u64, acknowledged u64, request with its length u32 before it
 *   4 READ        session u64, id u64, after call u64, a step READ
 *   5 KEEP_ALIVE  session u64, beat u64, u32 count, lease u64 each
 *   6 WATCH       session u64, watch
 *   7 UNWATCH     session u64, watch id u64
 *   8 RESUME      session u64, nonce u64, connection u64, u32 count, watches
 *
 *   watch         id u64, range, from revision u64
 *   request and steps as CommandCodec has them, range as PartCodec
 * </pre>
 */
final class CallCodec {
    private static final int VERSION = 1;

    private static final int OPEN = 1;
    private static final int SUBMIT = 3;
    private static final int READ = 4;
    private static final int KEEP_ALIVE = 5;
    private static final int WATCH = 6;
    private static final int UNWATCH = 7;
    private static final int RESUME = 8;

    /** An id, two texts of no length, a revision. */
    private static final int WATCH_BYTES_MIN = 2 * Long.BYTES + 2 * Integer.BYTES;

    private CallCodec() {}

    static byte[] encode(RecipeCall call) {
        ByteWriter out = new ByteWriter().u8(VERSION);
        if (call instanceof RecipeCall.Submit submit) {
            out.u8(SUBMIT).i64(submit.session().number()).i64(submit.number()).i64(submit.acknowledged());
            PartCodec.write(out, submit.request());
        } else if (call instanceof RecipeCall.Read read) {
            out.u8(READ).i64(read.session().number()).i64(read.readId()).i64(read.afterCall());
            CommandCodec.write(out, read.what());
        } else if (call instanceof RecipeCall.KeepAlive beat) {
            out.u8(KEEP_ALIVE).i64(beat.session().number()).i64(beat.beat());
            PartCodec.write(out, beat.leases());
        } else if (call instanceof RecipeCall.Watch watch) {
            out.u8(WATCH).i64(watch.session().number());
            write(out, watch);
        } else if (call instanceof RecipeCall.Unwatch unwatch) {
            out.u8(UNWATCH).i64(unwatch.session().number()).i64(unwatch.watchId());
        } else if (call instanceof RecipeCall.Resume resume) {
            out.u8(RESUME)
                    .i64(resume.session().number())
                    .i64(resume.nonce())
                    .i64(resume.connection())
                    .i32(resume.watches().size());
            resume.watches().forEach(watch -> write(out, watch));
        } else if (call instanceof RecipeCall.Open open) {
            out.u8(OPEN).i64(open.nonce()).i64(open.ttlMs());
        }
        return out.toBytes();
    }

    private static void write(ByteWriter out, RecipeCall.Watch watch) {
        out.i64(watch.watchId());
        PartCodec.write(out, watch.range());
        out.i64(watch.fromRevision());
    }

    /**
     * Reads a call; a request in it is one that the log can hold.
     *
     * @throws IllegalArgumentException if the bytes are none, or of a newer version; says what was found
     */
    static RecipeCall decode(byte[] bytes) {
        ByteReader in = new ByteReader("recipe call", bytes);
        in.expect("version", VERSION);
        RecipeCall call = read(in);
        in.end();
        return call;
    }

    private static RecipeCall read(ByteReader in) {
        int kind = in.u8("kind");
        return switch (kind) {
            case OPEN -> new RecipeCall.Open(in.i64("nonce"), in.i64("ttl"));
            case RESUME -> {
                LeaseId session = in.lease("session");
                long nonce = in.i64("nonce");
                long connection = in.number("connection");
                List<RecipeCall.Watch> watches = in.list("watches", WATCH_BYTES_MIN, () -> readWatch(session, in));
                yield new RecipeCall.Resume(session, nonce, connection, watches);
            }
            case SUBMIT -> {
                LeaseId session = in.lease("session");
                long number = in.number("number");
                long acknowledged = in.number("acknowledged");
                byte[] request = in.bytes("request");
                if (request.length > RecipeCall.Submit.REQUEST_BYTES_MAX) {
                    throw in.bad(
                            "request of " + request.length + " bytes, at most " + RecipeCall.Submit.REQUEST_BYTES_MAX);
                }
                CommandCodec.checkRequest(request);
                yield new RecipeCall.Submit(session, number, acknowledged, Value.wrap(request));
            }
            case READ ->
                new RecipeCall.Read(in.lease("session"), in.number("read id"), in.number("call"), readRead(in));
            case KEEP_ALIVE ->
                new RecipeCall.KeepAlive(in.lease("session"), in.number("beat"), PartCodec.readLeases(in));
            case WATCH -> readWatch(in.lease("session"), in);
            case UNWATCH -> new RecipeCall.Unwatch(in.lease("session"), in.number("watch id"));
            default -> throw in.bad("kind " + kind + " is not known");
        };
    }

    private static RecipeCall.Watch readWatch(LeaseId session, ByteReader in) {
        return new RecipeCall.Watch(
                session, in.number("watch id"), PartCodec.readRange(in), in.number("from revision"));
    }

    private static Op.Read readRead(ByteReader in) {
        if (CommandCodec.readOp(in) instanceof Op.Read read) {
            return read;
        }
        throw in.bad("a read that changes something");
    }
}
