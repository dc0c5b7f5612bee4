package dev.polder.raft.recipe;

import java.util.List;

/**
 * Answers as bytes on the way to another process:
 *
 * <pre>
 *   version u8 = 1, kind u8, then
 *    1 OPENED         nonce u64, outcome
 *    2 RESULT         number u64, outcome
 *    3 FOUND          read id u64, revision u64, a result FOUND
 *    4 KEPT           beat u64, u32 count, lease u64 each that lives, u32 count, lease u64 each that is gone
 *    5 WATCHING       watch id u64, from revision u64
 *    6 CHANGED        watch id u64, revision u64, u32 count, events
 *    7 COMPACTED      watch id u64, oldest revision u64
 *    8 WATCH_REFUSED  watch id u64, refusal
 *    9 REPEAT         reason
 *   10 BUSY           from call u64
 *   11 ENDED          session u64
 *
 *   outcome (with its version), result and refusal as OutcomeCodec has them, event as PartCodec
 * </pre>
 */
final class AnswerCodec {
    private static final int VERSION = 1;

    private static final int OPENED = 1;
    private static final int RESULT = 2;
    private static final int FOUND = 3;
    private static final int KEPT = 4;
    private static final int WATCHING = 5;
    private static final int CHANGED = 6;
    private static final int COMPACTED = 7;
    private static final int WATCH_REFUSED = 8;
    private static final int REPEAT = 9;
    private static final int BUSY = 10;
    private static final int ENDED = 11;

    private AnswerCodec() {}

    static byte[] encode(RecipeAnswer answer) {
        ByteWriter out = new ByteWriter().u8(VERSION);
        if (answer instanceof RecipeAnswer.Result result) {
            OutcomeCodec.write(out.u8(RESULT).i64(result.number()), result.outcome());
        } else if (answer instanceof RecipeAnswer.Found found) {
            OutcomeCodec.write(out.u8(FOUND).i64(found.readId()).i64(found.revision()), found.found());
        } else if (answer instanceof RecipeAnswer.Changed changed) {
            List<KeyEvent> events = changed.change().events();
            out.u8(CHANGED)
                    .i64(changed.watchId())
                    .i64(changed.change().revision())
                    .i32(events.size());
            events.forEach(event -> PartCodec.write(out, event));
        } else if (answer instanceof RecipeAnswer.Kept kept) {
            out.u8(KEPT).i64(kept.beat());
            PartCodec.write(out, kept.kept());
            PartCodec.write(out, kept.gone());
        } else if (answer instanceof RecipeAnswer.Opened opened) {
            OutcomeCodec.write(out.u8(OPENED).i64(opened.nonce()), opened.outcome());
        } else if (answer instanceof RecipeAnswer.Watching watching) {
            out.u8(WATCHING).i64(watching.watchId()).i64(watching.fromRevision());
        } else if (answer instanceof RecipeAnswer.Compacted compacted) {
            out.u8(COMPACTED).i64(compacted.watchId()).i64(compacted.oldestRevision());
        } else if (answer instanceof RecipeAnswer.WatchRefused refused) {
            OutcomeCodec.write(out.u8(WATCH_REFUSED).i64(refused.watchId()), refused.refusal());
        } else if (answer instanceof RecipeAnswer.Repeat repeat) {
            out.u8(REPEAT).text(repeat.reason());
        } else if (answer instanceof RecipeAnswer.Busy busy) {
            out.u8(BUSY).i64(busy.fromCall());
        } else if (answer instanceof RecipeAnswer.Ended ended) {
            out.u8(ENDED).i64(ended.session().number());
        }
        return out.toBytes();
    }

    /**
     * Reads an answer.
     *
     * @throws IllegalArgumentException if the bytes are none, or of a newer version; says what was found
     */
    static RecipeAnswer decode(byte[] bytes) {
        ByteReader in = new ByteReader("recipe answer", bytes);
        in.expect("version", VERSION);
        RecipeAnswer answer = read(in);
        in.end();
        return answer;
    }

    private static RecipeAnswer read(ByteReader in) {
        int kind = in.u8("kind");
        return switch (kind) {
            case OPENED -> new RecipeAnswer.Opened(in.i64("nonce"), OutcomeCodec.read(in));
            case RESULT -> new RecipeAnswer.Result(in.number("number"), OutcomeCodec.read(in));
            case FOUND -> new RecipeAnswer.Found(in.number("read id"), in.number("revision"), readFound(in));
            case KEPT -> new RecipeAnswer.Kept(in.number("beat"), PartCodec.readLeases(in), PartCodec.readLeases(in));
            case WATCHING -> new RecipeAnswer.Watching(in.number("watch id"), in.number("from revision"));
            case CHANGED -> {
                long watchId = in.number("watch id");
                long revision = in.number("revision");
                List<KeyEvent> events = in.list("events", 1, () -> PartCodec.readEvent(in));
                yield new RecipeAnswer.Changed(watchId, new Change(revision, events));
            }
            case COMPACTED -> new RecipeAnswer.Compacted(in.number("watch id"), in.number("oldest revision"));
            case WATCH_REFUSED -> new RecipeAnswer.WatchRefused(in.number("watch id"), OutcomeCodec.readRefusal(in));
            case REPEAT -> new RecipeAnswer.Repeat(in.text("reason"));
            case BUSY -> new RecipeAnswer.Busy(in.number("call"));
            case ENDED -> new RecipeAnswer.Ended(in.lease("session"));
            default -> throw in.bad("kind " + kind + " is not known");
        };
    }

    private static OpResult.Found readFound(ByteReader in) {
        if (OutcomeCodec.readResult(in) instanceof OpResult.Found found) {
            return found;
        }
        throw in.bad("a read that found no entries");
    }
}
