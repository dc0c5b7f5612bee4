package dev.polder.offer;

import dev.polder.offer.Shadow.Member;
import dev.polder.offer.resource.Limits;
import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.Resources;
import java.util.List;

/** Checks the rules for all offers, whatever they are for, and what the engine answers about them. */
final class OfferJudge extends Judge {
    private static final List<OfferSink.Reason> REASONS_IN_RUNS =
            List.of(OfferSink.Reason.TIMED_OUT, OfferSink.Reason.GANG_BROKEN, OfferSink.Reason.PREEMPTED);

    private final Questions questions;
    private long lastId = -1;

    OfferJudge(Notes notes, Findings findings, Questions questions) {
        super(notes, findings);
        this.questions = questions;
    }

    @Override
    void offered(Offer offer) {
        check(notes.isRunning && offer.madeAtMs() == notes.nowMs, Rule.OFFERS_ARE_NEW, "not made now: %s", offer);
        checkId(offer.id());
        count(offer.gang() == OfferView.NO_GANG ? "offer" : "offer of a gang");
        Member member = Notes.member(offer);
        boolean isAgentOn = notes.agents.containsKey(offer.agent())
                && notes.agent(offer.agent()).isActive
                && !notes.isBarred(offer.agent());
        check(
                isAgentOn && !notes.isPaused && notes.isWilling(member),
                Rule.OFFERS_ARE_WELCOME,
                "paused, agent off, or framework not willing: %s",
                offer);
        check(
                notes.agents.containsKey(offer.agent())
                        && !offer.resources().isEmpty()
                        && notes.free(offer.agent()).covers(offer.resources()),
                Rule.OFFERS_ARE_FREE,
                "not free: %s",
                offer);
        if (offer.gang() == OfferView.NO_GANG && notes.said.containsKey(member)) {
            check(
                    notes.said.get(member).stream().anyMatch(demand -> isEnough(offer.resources(), demand)),
                    Rule.OFFERS_ARE_OF_USE,
                    "of no use for %s: %s",
                    notes.said.get(member),
                    offer);
        }
        checkRefused(member, offer);
        Notes.upwards(offer.role()).forEach(role -> checkLimit(role, offer));
    }

    @Override
    void inverseOffered(InverseOffer question) {
        checkId(question.id());
    }

    private void checkId(long id) {
        check(id > lastId, Rule.OFFERS_ARE_NEW, "id %s after %s", id, lastId);
        lastId = Math.max(lastId, id);
    }

    /** Tells whether an amount is good for one task of a demand. */
    static boolean isEnough(Resources all, Demand demand) {
        Resources there = all.filter(id -> !id.isRevocable() && !id.isPersistentVolume());
        return there.quantities().covers(demand.shape())
                && demand.pieces().entrySet().stream()
                        .allMatch(piece -> pieces(there, piece.getKey()) >= piece.getValue());
    }

    /** Counts numbers of a range, or items of a set. */
    static long pieces(Resources there, String name) {
        return there.ranges(name).count() + there.items(name).size();
    }

    private void checkRefused(Member member, Offer offer) {
        List<Notes.Filter> its = notes.filters.stream()
                .filter(filter -> filter.isSure() && filter.member().equals(member))
                .filter(filter -> filter.agent() == offer.agent())
                .toList();
        // one more would have pushed out another
        if (its.size() < Filters.PER_AGENT_MAX) {
            for (Notes.Filter filter : its) {
                check(
                        filter.untilMs() <= notes.nowMs || !filter.refused().covers(offer.resources()),
                        Rule.REFUSED_IS_NOT_OFFERED,
                        "%s stands against %s",
                        filter,
                        offer);
            }
        }
    }

    private void checkLimit(String role, Offer offer) {
        Limits limits = notes.quotas.getOrDefault(role, Quota.NONE).limits();
        if (limits.isNone()) {
            return;
        }
        Quantities more = Consumption.pool(offer.resources()).quantities();
        Quantities consumed = notes.consumed(role).plus(more);
        count("offer below a limit");
        for (String name : more.names()) {
            check(
                    consumed.of(name) <= limits.limit(name),
                    Rule.LIMITS_HOLD,
                    "role %s consumes %s of %s by %s",
                    role,
                    consumed,
                    limits,
                    offer);
        }
    }

    @Override
    void rescinded(Offer offer, OfferSink.Reason reason) {
        count("rescinded: " + reason);
        check(
                offer.equals(notes.open.get(offer.id())),
                Rule.RESCINDED_FOR_A_REASON,
                "not open, and rescinded: %s",
                offer);
        check(
                notes.isRunning == REASONS_IN_RUNS.contains(reason),
                Rule.RESCINDED_FOR_A_REASON,
                "%s is no reason now: %s",
                reason,
                offer);
        check(
                reason != OfferSink.Reason.TIMED_OUT || endsMs(offer) <= notes.nowMs,
                Rule.RESCINDED_FOR_A_REASON,
                "timed out too soon: %s",
                offer);
    }

    private long endsMs(Offer offer) {
        return offer.madeAtMs() + notes.config.offerTimeoutMs();
    }

    @Override
    void ran() {
        notes.open
                .values()
                .forEach(offer ->
                        check(endsMs(offer) > notes.nowMs, Rule.RESCINDED_FOR_A_REASON, "not timed out: %s", offer));
    }

    @Override
    void called() {
        for (int agent : notes.agents.keySet()) {
            checkAnswer("profile of " + agent, questions.engine().agent(agent), notes.agent(agent).profile);
            checkAnswer(
                    "total of " + agent,
                    questions.engine().total(agent),
                    notes.agent(agent).profile.total());
            checkAnswer("used of " + agent, questions.engine().used(agent), notes.used(agent));
            checkAnswer("offered of " + agent, questions.engine().offered(agent), notes.offered(agent));
            checkAnswer("free of " + agent, questions.engine().free(agent), notes.free(agent));
            checkAnswer(
                    "overcommitted of " + agent, questions.engine().overcommitted(agent), notes.overcommitted(agent));
            checkAnswer(
                    "unavailability of " + agent,
                    questions.engine().unavailability(agent),
                    notes.agent(agent).unavailability);
        }
        for (int framework : notes.frameworks.keySet()) {
            checkAnswer(
                    "offers of framework " + framework,
                    questions.engine().openOffers(framework),
                    notes.open.values().stream()
                            .filter(offer -> offer.framework() == framework)
                            .toList());
        }
        notes.quotas.forEach((role, quota) ->
                checkAnswer("quota of " + role, questions.engine().quota(role), quota));
    }

    private void checkAnswer(String about, Object answer, Object expected) {
        check(answer.equals(expected), Rule.ANSWERS_ADD_UP, "%s: answered %s, not %s", about, answer, expected);
    }
}
