package dev.polder.offer;

import dev.polder.offer.Shadow.Member;
import dev.polder.offer.resource.Resources;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Checks the rules for gangs. */
final class GangJudge extends Judge {
    private enum State {
        WAITS,
        /** Its offers are told in this run. */
        IS_SERVED,
        SERVED,
        FAILED,
        CALLED_OFF,
        /** Its framework left the role or was no longer active. */
        ENDED
    }

    private static final class Asked {
        final long id;
        final Member member;
        final Gang gang;
        final long endsMs;
        State state = State.WAITS;
        int parts;
        boolean isBroken;
        final Set<Integer> agents = new HashSet<>();
        final Set<Long> open = new HashSet<>();

        Asked(long id, Member member, Gang gang, long endsMs) {
            this.id = id;
            this.member = member;
            this.gang = gang;
            this.endsMs = endsMs;
        }

        boolean waits() {
            return state == State.WAITS;
        }
    }

    private final Questions questions;
    private final SortedMap<Long, Asked> all = new TreeMap<>();

    GangJudge(Notes notes, Findings findings, Questions questions) {
        super(notes, findings);
        this.questions = questions;
    }

    // ---- what the caller says

    /** Notes that a gang was asked for, and which id it got. */
    void asked(long id, Member member, Gang gang, long endsMs) {
        check(id == all.size(), Rule.GANG_IS_IN_TIME, "gang %s after %s others", id, all.size());
        all.put(id, new Asked(id, member, gang, endsMs));
    }

    /** Notes that a gang was called off, and whether the engine said that it waited. */
    void calledOff(long id, boolean answer) {
        Asked asked = all.get(id);
        boolean waited = asked != null && asked.waits();
        check(answer == waited, Rule.GANG_FAILS_ONCE, "gang %s called off: %s, not %s", id, answer, waited);
        if (asked != null && waited) {
            asked.state = State.CALLED_OFF;
            count("gang called off");
        }
    }

    /** Returns how many gangs were asked for. */
    int size() {
        return all.size();
    }

    long waiting(Member member) {
        return all.values().stream()
                .filter(asked -> asked.waits() && asked.member.equals(member))
                .count();
    }

    /** Tells whether a gang waits of one who takes offers. */
    boolean anyWaits() {
        return all.values().stream().anyMatch(asked -> asked.waits() && notes.isWilling(asked.member));
    }

    // ---- what the engine tells

    @Override
    void offered(Offer offer) {
        if (offer.gang() == OfferView.NO_GANG) {
            return;
        }
        Asked asked = all.get(offer.gang());
        if (asked == null) {
            check(false, Rule.GANG_IS_IN_TIME, "nobody asked for %s", offer);
            return;
        }
        boolean isTimely = (asked.waits() || asked.state == State.IS_SERVED)
                && notes.nowMs < asked.endsMs
                && asked.member.equals(Notes.member(offer));
        check(
                isTimely,
                Rule.GANG_IS_IN_TIME,
                "gang %s of %s until %s is %s: %s",
                asked.id,
                asked.member,
                asked.endsMs,
                asked.state,
                offer);
        check(asked.agents.add(offer.agent()), Rule.GANG_IS_SPREAD, "another one of the same agent: %s", offer);
        checkFits(asked.gang.each(), offer);
        asked.state = State.IS_SERVED;
        asked.parts++;
        asked.open.add(offer.id());
    }

    private void checkFits(Demand each, Offer offer) {
        Resources parted = offer.resources().filter(id -> Pool.contains(id) && !id.isShared() && id.isDivisible());
        boolean isNoMore = each.shape().covers(parted.quantities())
                && parted.ranges().keySet().stream().allMatch(name -> isNoMore(parted, name, each))
                && parted.sets().keySet().stream().allMatch(name -> isNoMore(parted, name, each));
        check(
                isNoMore && OfferJudge.isEnough(offer.resources(), each),
                Rule.GANG_PARTS_FIT,
                "not what a task of %s needs: %s",
                each,
                offer);
    }

    private static boolean isNoMore(Resources parted, String name, Demand each) {
        return OfferJudge.pieces(parted, name) <= each.pieces().getOrDefault(name, 0);
    }

    @Override
    void rescinded(Offer offer, OfferSink.Reason reason) {
        Asked asked = all.get(offer.gang());
        check(
                reason != OfferSink.Reason.GANG_BROKEN || (asked != null && asked.isBroken),
                Rule.GANG_IS_BROKEN_UP,
                "of no broken gang: %s",
                offer);
    }

    @Override
    void ended(Offer offer, boolean isUsed) {
        Asked asked = all.get(offer.gang());
        if (asked != null) {
            asked.open.remove(offer.id());
            asked.isBroken |= !isUsed;
        }
    }

    @Override
    void gangFailed(long gang) {
        Asked asked = all.get(gang);
        check(
                asked != null && asked.waits() && asked.endsMs <= notes.nowMs && notes.isRunning,
                Rule.GANG_FAILS_ONCE,
                "gang %s fails, which is %s",
                gang,
                asked == null ? "unknown" : asked.state + " until " + asked.endsMs);
        if (asked != null) {
            asked.state = State.FAILED;
            count("gang failed");
        }
    }

    @Override
    void called() {
        for (Asked asked : all.values()) {
            boolean isThere = notes.isSubscribed(asked.member) && notes.framework(asked.member.framework()).isActive;
            if (asked.waits() && !isThere) {
                asked.state = State.ENDED;
                count("gang ended silently");
            }
            boolean isExplained = questions.explainGang(asked.id).isPresent();
            check(
                    isExplained == asked.waits(),
                    Rule.GANG_IS_EXPLAINED,
                    "gang %s is %s, explained: %s",
                    asked.id,
                    asked.state,
                    isExplained);
        }
    }

    @Override
    void ran() {
        for (Asked asked : all.values()) {
            if (asked.state == State.IS_SERVED) {
                check(
                        asked.parts == asked.gang.agents(),
                        Rule.GANG_IS_WHOLE,
                        "gang %s: %s of %s offers",
                        asked.id,
                        asked.parts,
                        asked.gang.agents());
                asked.state = State.SERVED;
                count("gang served");
            }
            check(
                    !asked.waits() || asked.endsMs > notes.nowMs,
                    Rule.GANG_FAILS_ONCE,
                    "gang %s waits on after %s",
                    asked.id,
                    asked.endsMs);
            check(
                    !asked.isBroken || asked.open.isEmpty(),
                    Rule.GANG_IS_BROKEN_UP,
                    "gang %s is broken, and %s are open",
                    asked.id,
                    asked.open);
            questions.explainGang(asked.id).ifPresent(why -> checkExplained(asked, why));
        }
    }

    private void checkExplained(Asked asked, WaitingGang why) {
        int refused =
                why.refused().values().stream().mapToInt(Integer::intValue).sum();
        check(
                why.wanted() == asked.gang.agents() && why.roomy() + refused == notes.agents.size(),
                Rule.GANG_IS_EXPLAINED,
                "gang %s: %s of %s agents",
                asked.id,
                why,
                notes.agents.size());
        check(
                why.roomy() < why.wanted() || notes.isPaused || !notes.quotas.isEmpty(),
                Rule.GANG_IS_EXPLAINED,
                "gang %s waits without a reason: %s",
                asked.id,
                why);
    }
}
