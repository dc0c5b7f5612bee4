package dev.polder.raft.recipe;

import java.util.List;

/**
 * Outcomes as bytes of a snapshot, and of answers:
 *
 * <pre>
 *   version u8 = 1, kind u8, then
 *   1 OPENED    session u64, ttl u64
 *   2 DONE      held u8, revision u64, u32 count, results
 *   3 GRANTED   lease u64, ttl u64
 *   4 REVOKED   revision u64, keys u32
 *   5 REFUSED   rule u8, subject, limit, value u64, bound u64
 *   6 NOTED
 *
 *   result      1 WRITTEN  key, version u64
 *               2 SUM      sum u64
 *               3 DELETED  count u32
 *               4 FOUND    u32 count, entries, more u8
 * </pre>
 */
final class OutcomeCodec {
    private static final int VERSION = 1;

    private static final int OPENED = 1;
    private static final int DONE = 2;
    private static final int GRANTED = 3;
    private static final int REVOKED = 4;
    private static final int REFUSED = 5;
    private static final int NOTED = 6;

    private static final int WRITTEN = 1;
    private static final int SUM = 2;
    private static final int DELETED = 3;
    private static final int FOUND = 4;

    private static final Codes<Refusal.Rule> RULES = new Codes<>(
            Refusal.Rule.class,
            List.of(
                    Refusal.Rule.ABOVE_LIMIT,
                    Refusal.Rule.BELOW_LIMIT,
                    Refusal.Rule.CHANGED_TWICE,
                    Refusal.Rule.NO_LEASE,
                    Refusal.Rule.NOT_A_NUMBER,
                    Refusal.Rule.OVERFLOW,
                    Refusal.Rule.EMPTY_KEY,
                    Refusal.Rule.SESSION_ENDED,
                    Refusal.Rule.OUT_OF_ORDER,
                    Refusal.Rule.FORGOTTEN,
                    Refusal.Rule.SESSION_FULL));

    private OutcomeCodec() {}

    static byte[] encode(Outcome outcome) {
        ByteWriter out = new ByteWriter();
        write(out, outcome);
        return out.toBytes();
    }

    /** Writes an outcome as a part of something, its version included. */
    static void write(ByteWriter out, Outcome outcome) {
        out.u8(VERSION);
        if (outcome instanceof Outcome.Done done) {
            TxnResult result = done.result();
            out.u8(DONE)
                    .flag(result.held())
                    .i64(result.revision())
                    .i32(result.results().size());
            result.results().forEach(part -> write(out, part));
        } else if (outcome instanceof Outcome.Opened opened) {
            out.u8(OPENED).i64(opened.session().number()).i64(opened.ttlMs());
        } else if (outcome instanceof Outcome.Granted granted) {
            out.u8(GRANTED).i64(granted.lease().number()).i64(granted.ttlMs());
        } else if (outcome instanceof Outcome.Revoked revoked) {
            out.u8(REVOKED).i64(revoked.revision()).i32(revoked.keys());
        } else if (outcome instanceof Outcome.Refused refused) {
            write(out.u8(REFUSED), refused.refusal());
        } else {
            out.u8(NOTED);
        }
    }

    static void write(ByteWriter out, Refusal refusal) {
        RULES.write(out, refusal.rule());
        out.text(refusal.subject()).text(refusal.limit()).i64(refusal.value()).i64(refusal.bound());
    }

    static Refusal readRefusal(ByteReader in) {
        return new Refusal(
                RULES.read("rule", in), in.text("subject"), in.text("limit"), in.i64("value"), in.i64("bound"));
    }

    /**
     * Reads an outcome.
     *
     * @throws IllegalArgumentException if the bytes are none, or of a newer version; says what was found
     */
    static Outcome decode(byte[] bytes) {
        ByteReader in = new ByteReader("recipe outcome", bytes);
        Outcome outcome = read(in);
        in.end();
        return outcome;
    }

    /** Reads what {@link #write(ByteWriter, Outcome)} wrote. */
    static Outcome read(ByteReader in) {
        in.expect("version", VERSION);
        int kind = in.u8("kind");
        return switch (kind) {
            case OPENED -> new Outcome.Opened(in.lease("session"), in.i64("ttl"));
            case DONE -> {
                boolean held = in.flag("held");
                long revision = in.number("revision");
                yield new Outcome.Done(new TxnResult(held, revision, in.list("results", 1, () -> readResult(in))));
            }
            case GRANTED -> new Outcome.Granted(in.lease("lease"), in.i64("ttl"));
            case REVOKED -> new Outcome.Revoked(in.number("revision"), in.i32("keys"));
            case REFUSED -> new Outcome.Refused(readRefusal(in));
            case NOTED -> new Outcome.Noted();
            default -> throw in.bad("kind " + kind + " is not known");
        };
    }

    static void write(ByteWriter out, OpResult result) {
        if (result instanceof OpResult.Written written) {
            out.u8(WRITTEN).text(written.key()).i64(written.version());
        } else if (result instanceof OpResult.Sum sum) {
            out.u8(SUM).i64(sum.sum());
        } else if (result instanceof OpResult.Deleted deleted) {
            out.u8(DELETED).i32(deleted.count());
        } else if (result instanceof OpResult.Found found) {
            out.u8(FOUND).i32(found.entries().size());
            found.entries().forEach(entry -> PartCodec.write(out, entry));
            out.flag(found.more());
        }
    }

    static OpResult readResult(ByteReader in) {
        int kind = in.u8("result");
        return switch (kind) {
            case WRITTEN -> new OpResult.Written(in.text("key"), in.number("version"));
            case SUM -> new OpResult.Sum(in.i64("sum"));
            case DELETED -> new OpResult.Deleted(in.i32("count"));
            case FOUND -> new OpResult.Found(in.list("entries", 1, () -> PartCodec.readEntry(in)), in.flag("more"));
            default -> throw in.bad("result " + kind + " is not known");
        };
    }
}
