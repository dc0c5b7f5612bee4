package dev.polder.offer;

import dev.polder.offer.Shadow.Member;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Checks what is explained after a run. */
final class ReasonJudge extends Judge {
    /** After so many runs once it is asked for what is told in short, too: that takes long. */
    private static final int IN_SHORT_EVERY = 4;

    private final Questions questions;
    private final GangJudge gangs;
    private int runs;

    ReasonJudge(Notes notes, Findings findings, Questions questions, GangJudge gangs) {
        super(notes, findings);
        this.questions = questions;
        this.gangs = gangs;
    }

    @Override
    void ran() {
        runs++;
        notes.frameworks.forEach((index, framework) -> {
            framework.profile.roles().keySet().forEach(role -> explained(new Member(index, role)));
            explained(new Member(index, "nowhere"));
        });
    }

    private void explained(Member member) {
        List<Refusal> refusals = questions.explain(notes.nowMs, member.framework(), member.role());
        for (int agent : notes.agents.keySet()) {
            long named = refusals.stream()
                    .filter(refusal -> refusal.agent() == agent)
                    .count();
            boolean hasOffer = notes.offersOf(agent).stream()
                    .anyMatch(offer -> Notes.member(offer).equals(member));
            check(
                    named == (hasOffer ? 0 : 1),
                    Rule.ALL_IS_EXPLAINED,
                    "%s on agent %s: %s rules, though an offer: %s",
                    member,
                    agent,
                    named,
                    hasOffer);
        }
        for (Refusal refusal : refusals) {
            count("because " + refusal.why());
            check(refusal.why() != Refusal.Why.NEXT_RUN, Rule.NOTHING_WAITS_FOR_A_RUN, "%s: %s", member, refusal);
            check(
                    !refusal.detail().isEmpty() && isTrue(member, refusal),
                    Rule.EXPLAINED_IS_TRUE,
                    "%s: %s",
                    member,
                    refusal);
        }
        if (runs % IN_SHORT_EVERY == 0) {
            checkShort(member, refusals);
        }
    }

    private void checkShort(Member member, List<Refusal> refusals) {
        Map<Object, Integer> byClass = new HashMap<>();
        refusals.forEach(refusal ->
                byClass.merge(List.of(questions.engine().total(refusal.agent()), refusal.why()), 1, Integer::sum));
        Map<Object, Integer> told = new HashMap<>();
        for (RefusedAgents some : questions.engine().explainInShort(notes.nowMs, member.framework(), member.role())) {
            told.put(List.of(some.total(), some.why()), some.count());
            Optional<Refusal> alone = questions
                    .engine()
                    .explain(
                            notes.nowMs,
                            member.framework(),
                            member.role(),
                            some.example().agent());
            check(
                    alone.filter(some.example()::equals).isPresent(),
                    Rule.ALL_IS_EXPLAINED,
                    "%s: in short %s, alone %s",
                    member,
                    some,
                    alone);
        }
        check(byClass.equals(told), Rule.ALL_IS_EXPLAINED, "%s: in short %s, in full %s", member, told, byClass);
    }

    /** Tells whether the rule is the one that holds whatever is wanted, if one does, and else whether it has a cause. */
    private boolean isTrue(Member member, Refusal refusal) {
        boolean isHinting = notes.said.containsKey(member);
        if (isHinting && notes.isWilling(member) && refusal.why() == Refusal.Why.SATISFIED) {
            return true;
        }
        Optional<Refusal.Why> sure = sure(member, refusal.agent());
        if (sure.isPresent()) {
            return refusal.why() == sure.get();
        }
        return switch (refusal.why()) {
            case UNSUITABLE -> isHinting;
            case CONSTRAINTS ->
                !notes.framework(member.framework())
                        .profile
                        .roles()
                        .get(member.role())
                        .constraints()
                        .isNone();
            case OTHER_REGION, GPUS, NOT_FOR_ROLE -> true;
            case NOTHING_FREE ->
                notes.free(refusal.agent()).isEmpty()
                        && notes.offersOf(refusal.agent()).isEmpty();
            case OTHERS_FIRST ->
                notes.free(refusal.agent()).isEmpty()
                        && !notes.offersOf(refusal.agent()).isEmpty();
            case SET_ASIDE -> isSomebodyWaiting();
            case OVER_LIMIT -> Notes.upwards(member.role()).stream().anyMatch(notes.quotas::containsKey);
            case HEADROOM ->
                notes.quotas.values().stream()
                        .anyMatch(quota -> !quota.guarantees().isEmpty());
            case BELOW_MINIMUM -> !isHinting;
            case OWN_OFFERS -> false;
            case FILTERED ->
                notes.filters.stream()
                        .anyMatch(filter -> filter.agent() == refusal.agent()
                                && filter.member().equals(member)
                                && filter.untilMs() > notes.nowMs);
            default -> false;
        };
    }

    /** Returns the rule that can be known for sure. */
    private Optional<Refusal.Why> sure(Member member, int agent) {
        if (!notes.framework(member.framework()).isActive) {
            return Optional.of(Refusal.Why.FRAMEWORK_INACTIVE);
        } else if (!notes.isSubscribed(member)) {
            return Optional.of(Refusal.Why.ROLE_NOT_SUBSCRIBED);
        } else if (notes.framework(member.framework()).suppressed.contains(member.role())) {
            return Optional.of(Refusal.Why.SUPPRESSED);
        } else if (notes.said.containsKey(member) && notes.said.get(member).isEmpty()) {
            return Optional.of(Refusal.Why.SATISFIED);
        } else if (notes.isPaused) {
            return Optional.of(Refusal.Why.PAUSED);
        } else if (!notes.agent(agent).isActive) {
            return Optional.of(Refusal.Why.AGENT_INACTIVE);
        } else if (notes.isBarred(agent)) {
            return Optional.of(Refusal.Why.NOT_WHITELISTED);
        }
        return Optional.empty();
    }

    /** Tells whether something can be set aside for somebody. */
    private boolean isSomebodyWaiting() {
        boolean isOn =
                notes.config.setAsideMs() > 0 || notes.config.preemptAfterMs().isPresent();
        boolean isHinted = notes.said.entrySet().stream()
                .anyMatch(said -> !said.getValue().isEmpty() && notes.isWilling(said.getKey()));
        return isOn && (isHinted || gangs.anyWaits());
    }
}
