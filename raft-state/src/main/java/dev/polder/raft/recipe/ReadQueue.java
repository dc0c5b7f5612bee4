package dev.polder.raft.recipe;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Reads that wait until what they are to see is here. One question to the log confirms all that came before it.
 *
 * <pre>
 *   gathered ─► confirming ─index─► caught up? ─► the session's calls done? ─► answered
 * </pre>
 */
final class ReadQueue {
    private final RecipeLog log;
    private final Runnable onConfirmed;
    private List<Waiting> gathered = new ArrayList<>();
    private List<Waiting> confirming = new ArrayList<>();
    private final List<Waiting> confirmed = new ArrayList<>();
    private boolean asking;
    /** 0 while the log has not answered. */
    private long confirmedIndex;
    /** Answers to questions of earlier terms are void. */
    private long question;

    record Waiting(Caller caller, RecipeCall.Read read) {}

    /** Calls {@code onConfirmed} when {@link #advance} may have something to do. */
    ReadQueue(RecipeLog log, Runnable onConfirmed) {
        this.log = log;
        this.onConfirmed = onConfirmed;
    }

    int size() {
        return gathered.size() + confirming.size() + confirmed.size();
    }

    void add(long term, Waiting read) {
        gathered.add(read);
        ask(term);
    }

    private void ask(long term) {
        if (!asking && !gathered.isEmpty()) {
            asking = true;
            confirmedIndex = 0;
            confirming = gathered;
            gathered = new ArrayList<>();
            long asked = ++question;
            log.readIndex(term, index -> {
                if (asked == question) {
                    confirmedIndex = index;
                    onConfirmed.run();
                }
            });
        }
    }

    /** Answers what can be answered by a state that has all entries up to an index; {@code answers} says false for what must wait on. */
    void advance(long term, long appliedIndex, Predicate<Waiting> answers) {
        if (asking && confirmedIndex != 0 && confirmedIndex <= appliedIndex) {
            confirmed.addAll(confirming);
            confirming = new ArrayList<>();
            asking = false;
            ask(term);
        }
        if (!confirmed.isEmpty()) {
            confirmed.removeIf(answers);
        }
    }

    void drop(Caller caller) {
        Predicate<Waiting> ofCaller = waiting -> waiting.caller() == caller;
        gathered.removeIf(ofCaller);
        confirming.removeIf(ofCaller);
        confirmed.removeIf(ofCaller);
    }

    /** Forgets everything: the term is lost. */
    void clear() {
        gathered.clear();
        confirming.clear();
        confirmed.clear();
        asking = false;
        question++;
    }
}
