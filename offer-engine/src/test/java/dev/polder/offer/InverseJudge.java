package dev.polder.offer;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Checks the rules for inverse offers. */
final class InverseJudge extends Judge {
    private record Pair(int framework, int agent) {}

    /** What is between a framework and an agent. */
    private static final class Talk {
        @Nullable
        InverseOffer open;

        /** What was answered last, if a filter stands for that. */
        InverseOffer.Answer answer = InverseOffer.Answer.UNKNOWN;

        /** Not asked again before this. */
        long notBeforeMs = Long.MIN_VALUE;

        /** Asked again by then. */
        long latestMs = Long.MIN_VALUE;
    }

    private final Questions questions;
    private final Map<Pair, Talk> talks = new HashMap<>();

    InverseJudge(Notes notes, Findings findings, Questions questions) {
        super(notes, findings);
        this.questions = questions;
    }

    // ---- what the caller says

    /** Notes that an agent's unavailability is another now, or that it is gone. */
    void begunAnew(int agent) {
        end(pair -> pair.agent == agent);
    }

    /** Notes an answer. */
    void answered(InverseOffer question, InverseOffer.Answer answer, long refuseMs) {
        Talk talk = talk(question);
        talk.open = null;
        talk.answer = answer;
        talk.notBeforeMs = notes.nowMs + Math.max(refuseMs, notes.config.reofferDelayMs());
        talk.latestMs = talk.notBeforeMs;
        count("inverse answered");
    }

    /** Returns the questions that are open, oldest first. */
    List<InverseOffer> open() {
        return talks.values().stream()
                .map(talk -> talk.open)
                .filter(question -> question != null)
                .sorted(Comparator.comparing(InverseOffer::id))
                .toList();
    }

    private Talk talk(InverseOffer question) {
        return talks.computeIfAbsent(new Pair(question.framework(), question.agent()), pair -> new Talk());
    }

    private void end(Predicate<Pair> isMeant) {
        talks.entrySet().removeIf(entry -> {
            boolean ends = isMeant.test(entry.getKey());
            if (ends) {
                InverseOffer open = entry.getValue().open;
                check(open == null, Rule.QUESTIONS_ARE_TAKEN_BACK, "without a cause, and open: %s", open);
            }
            return ends;
        });
    }

    // ---- what the engine tells

    @Override
    void inverseOffered(InverseOffer question) {
        count("inverse offer");
        Notes.Agent agent = notes.agents.get(question.agent());
        boolean isCaused = agent != null
                && agent.unavailability
                        .filter(question.unavailability()::equals)
                        .isPresent()
                && isToBeAsked(question.framework(), question.agent());
        check(
                notes.isRunning && question.madeAtMs() == notes.nowMs && isCaused,
                Rule.ASKED_HAVE_SOMETHING,
                "without a cause: %s",
                question);
        Talk talk = talk(question);
        check(talk.open == null, Rule.ASKED_ONE_AT_A_TIME, "%s while there is %s", question, talk.open);
        check(
                talk.notBeforeMs <= notes.nowMs,
                Rule.ASKED_NOT_TOO_SOON,
                "%s, not before %s",
                question,
                talk.notBeforeMs);
        talk.open = question;
    }

    private boolean isToBeAsked(int framework, int agent) {
        Shadow.Framework its = notes.frameworks.get(framework);
        return its != null && its.isActive && notes.hasSomething(framework, agent);
    }

    @Override
    void inverseRescinded(InverseOffer question) {
        Talk talk = talk(question);
        check(question.equals(talk.open), Rule.QUESTIONS_ARE_TAKEN_BACK, "not open: %s", question);
        talk.open = null;
        boolean isTimedOut = notes.isRunning && isOver(question);
        boolean isIdle = !isToBeAsked(question.framework(), question.agent());
        count(isTimedOut ? "inverse timed out" : "inverse taken back");
        check(
                !notes.isRunning || isTimedOut || isIdle,
                Rule.QUESTIONS_ARE_TAKEN_BACK,
                "without a reason: %s",
                question);
        if (isTimedOut) {
            // a revive in the same run comes before or after it
            talk.latestMs = notes.nowMs + notes.config.reofferDelayMs();
            talk.notBeforeMs = talk.notBeforeMs == notes.nowMs ? notes.nowMs : talk.latestMs;
            talk.answer = InverseOffer.Answer.UNKNOWN;
        } else {
            talks.remove(new Pair(question.framework(), question.agent()));
        }
    }

    private boolean isOver(InverseOffer question) {
        return question.madeAtMs() + notes.config.offerTimeoutMs() <= notes.nowMs;
    }

    @Override
    void revived(int framework) {
        talks.forEach((pair, talk) -> {
            if (pair.framework == framework) {
                talk.notBeforeMs = notes.nowMs;
                talk.latestMs = notes.nowMs;
                talk.answer = InverseOffer.Answer.UNKNOWN;
            }
        });
    }

    @Override
    void called() {
        end(pair -> !notes.agents.containsKey(pair.agent)
                || !notes.frameworks.containsKey(pair.framework)
                || !notes.framework(pair.framework).isActive);
        check(
                questions.engine().openInverseOffers().stream()
                        .sorted(Comparator.comparing(InverseOffer::id))
                        .toList()
                        .equals(open()),
                Rule.ANSWERS_ADD_UP,
                "open inverse offers %s, not %s",
                questions.engine().openInverseOffers(),
                open());
        talks.forEach((pair, talk) -> {
            boolean isNoted = talk.answer == InverseOffer.Answer.UNKNOWN
                    || talk.notBeforeMs <= notes.nowMs
                    || questions.engine().answers(pair.agent).get(pair.framework) == talk.answer;
            check(isNoted, Rule.ANSWERS_ADD_UP, "%s answered %s, which was forgotten", pair, talk.answer);
        });
    }

    @Override
    void ran() {
        if (notes.isPaused) {
            return;
        }
        for (InverseOffer question : open()) {
            check(
                    !isOver(question) && isToBeAsked(question.framework(), question.agent()),
                    Rule.QUESTIONS_ARE_TAKEN_BACK,
                    "of no use, and open: %s",
                    question);
        }
        notes.agents.forEach((index, agent) -> notes.frameworks.keySet().forEach(framework -> {
            Talk talk = talks.getOrDefault(new Pair(framework, index), new Talk());
            boolean isToBeAsked = agent.unavailability.isPresent() && isToBeAsked(framework, index);
            check(
                    !isToBeAsked || talk.open != null || talk.latestMs > notes.nowMs,
                    Rule.ALL_ARE_ASKED,
                    "framework %s is not asked about agent %s",
                    framework,
                    index);
        }));
    }
}
