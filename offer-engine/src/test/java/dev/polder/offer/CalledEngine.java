package dev.polder.offer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** An engine that is called, with all that is known of it from outside: each call is made, noted, judged, written down. */
final class CalledEngine {
    /** When the engine is run besides. */
    enum Clock {
        /** Only when a move says so. */
        BY_MOVES,
        /** At every millisecond. */
        BY_MILLISECONDS,
        /** When the engine says that it has something to do. */
        BY_DEADLINES,
        /** A millisecond after that. */
        AFTER_DEADLINES
    }

    final OfferEngine engine;
    final Notes notes;
    final Referee referee;
    final Liar liar;
    final Notice.Recorder sink = new Notice.Recorder();

    /** What the engine told, and when. */
    final List<String> events = new ArrayList<>();

    /** The last time that the engine was told, if one was. */
    Optional<Long> lastToldMs = Optional.empty();

    private final List<String> log = new ArrayList<>();
    private final Questions questions;
    private final Clock clock;
    private final boolean isJudged;

    CalledEngine(Move.Setting setting, Liar liar, Clock clock, boolean isJudged) {
        OfferEngineConfig config = setting.config();
        engine = new OfferEngine(config, setting.seed());
        notes = new Notes(config);
        questions = new Questions(engine, liar);
        referee = new Referee(notes, questions, isJudged);
        this.liar = liar;
        this.clock = clock;
        this.isJudged = isJudged;
    }

    /** Returns what happened, for people. */
    String story() {
        return String.join("\n", log);
    }

    /** Returns the time, which the engine is about to be told. */
    long tell() {
        lastToldMs = Optional.of(notes.nowMs);
        return notes.nowMs;
    }

    // ---- calls

    /** Makes a call that is legal. */
    void call(String words, Runnable call, Runnable note) {
        call(
                words,
                () -> {
                    call.run();
                    return true;
                },
                done -> note.run());
    }

    /** Makes a call that is legal, and notes what it answers. */
    <T> void call(String words, Supplier<T> call, Consumer<T> note) {
        log.add(notes.nowMs + " " + words);
        T answer = call.get();
        hear();
        note.accept(answer);
        finish();
    }

    private void finish() {
        referee.called();
        if (isJudged) {
            engine.checkInvariants();
        }
        if (clock != Clock.BY_MOVES) {
            runIfDue();
        }
    }

    /** Hears what the engine told. */
    private List<Notice> hear() {
        List<Notice> told = liar.change(sink.take(), notes);
        write(told);
        referee.told(told);
        return told;
    }

    private void write(List<Notice> told) {
        for (Notice notice : told) {
            events.add(notes.nowMs + " " + notice);
            log.add("    " + notice);
        }
    }

    /** Makes a call that may be refused, and notes it unless it is; tells whether it was made. */
    boolean attempt(String words, Runnable call, Runnable note) {
        return attempt(
                words,
                () -> {
                    call.run();
                    return true;
                },
                done -> note.run());
    }

    <T> boolean attempt(String words, Supplier<T> call, Consumer<T> note) {
        List<String> before = dump();
        T answer;
        try {
            answer = call.get();
        } catch (IllegalArgumentException | IllegalStateException | ArithmeticException refusal) {
            log.add(notes.nowMs + " " + words + ", refused: " + refusal.getMessage());
            checkRefused(words, refusal, before);
            return false;
        }
        call(words, () -> answer, note);
        return true;
    }

    /** Makes a call that must be refused. */
    void refuse(String words, Runnable call) {
        boolean isDone = attempt(words, call, () -> {});
        if (isDone) {
            referee.add(Rule.REFUSED_CHANGES_NOTHING, "not refused: " + words);
        }
    }

    private void checkRefused(String words, RuntimeException refusal, List<String> before) {
        referee.count("refused");
        if (liar.tells(Lie.PAUSES_WHEN_IT_REFUSES)) {
            engine.pause();
        }
        String reason = String.valueOf(refusal.getMessage());
        if (reason.isBlank() || reason.contains("invariant")) {
            referee.add(Rule.REFUSED_CHANGES_NOTHING, words + ": no reason, but " + refusal);
        }
        List<String> after = dump();
        if (!after.equals(before) || !sink.take().isEmpty()) {
            after.removeAll(before);
            referee.add(Rule.REFUSED_CHANGES_NOTHING, words + " changed, or told, something: " + after);
        }
        finish();
    }

    private List<String> dump() {
        return isJudged ? questions.dump(notes, referee.gangs.size(), Move.ROLES) : new ArrayList<>();
    }

    // ---- time

    /** Lets time pass before a call. */
    void pass(long millis) {
        if (clock == Clock.BY_MOVES) {
            notes.nowMs += millis;
        } else {
            passTo(notes.nowMs + millis);
        }
    }

    /** Lets time pass and runs the engine. */
    void passRunning(long millis) {
        pass(millis);
        if (clock == Clock.BY_MOVES) {
            run();
        }
    }

    private void passTo(long toMs) {
        while (notes.nowMs < toMs) {
            notes.nowMs = Math.min(toMs, Math.max(notes.nowMs + 1, nextMs()));
            runIfDue();
        }
    }

    private long nextMs() {
        return switch (clock) {
            case BY_MOVES -> throw new IllegalStateException("moves say when to run");
            case BY_MILLISECONDS -> notes.nowMs + 1;
            case BY_DEADLINES -> engine.nextDeadlineMs();
            case AFTER_DEADLINES -> Math.min(engine.nextDeadlineMs(), Long.MAX_VALUE - 1) + 1;
        };
    }

    private void runIfDue() {
        if (clock == Clock.BY_MILLISECONDS || engine.nextDeadlineMs() <= notes.nowMs) {
            run();
        }
    }

    private void run() {
        log.add(notes.nowMs + " run");
        referee.beginRun();
        engine.run(tell(), sink);
        List<Notice> told = hear();
        referee.endRun();
        if (isJudged) {
            engine.checkInvariants();
            runAgain(told);
        }
    }

    private void runAgain(List<Notice> told) {
        engine.run(notes.nowMs, sink);
        if (engine.nextDeadlineMs() <= notes.nowMs) {
            referee.add(Rule.RUN_IS_DONE_AT_ONCE, "there is something to do at " + engine.nextDeadlineMs() + " still");
        }
        List<Notice> again = liar.again(told, sink.take());
        if (!again.isEmpty()) {
            write(again);
            referee.add(Rule.RUN_IS_DONE_AT_ONCE, "a second run tells " + again);
        }
    }
}
