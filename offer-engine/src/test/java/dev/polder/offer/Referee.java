package dev.polder.offer;

import dev.polder.offer.Notice.GangFailed;
import dev.polder.offer.Notice.InverseOffered;
import dev.polder.offer.Notice.InverseRescinded;
import dev.polder.offer.Notice.Offered;
import dev.polder.offer.Notice.Preempted;
import dev.polder.offer.Notice.Rescinded;
import dev.polder.offer.Shadow.Member;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Passes what an engine tells on to judges, then notes it; collects offences. It asks the engine nothing unless it is to
 * judge.
 */
final class Referee implements Judge.Findings {
    final Notes notes;
    final GangJudge gangs;
    final PreemptionJudge preemptions;
    final InverseJudge inverse;
    final Set<Rule> broken = EnumSet.noneOf(Rule.class);

    /** How often what is worth counting happened. */
    final Map<String, Integer> counts = new TreeMap<>();

    private final List<String> offences = new ArrayList<>();
    private final List<Judge> judges;
    private final boolean isJudging;

    /** Those who revived in this run. */
    private final Set<Member> reviving = new HashSet<>();

    Referee(Notes notes, Questions questions, boolean isJudging) {
        this.notes = notes;
        this.isJudging = isJudging;
        gangs = new GangJudge(notes, this, questions);
        preemptions = new PreemptionJudge(notes, this);
        inverse = new InverseJudge(notes, this, questions);
        judges = List.of(
                new OfferJudge(notes, this, questions),
                gangs,
                preemptions,
                inverse,
                new ReasonJudge(notes, this, questions, gangs));
    }

    // ---- offences

    @Override
    public void add(Rule rule, String words) {
        broken.add(rule);
        offences.add(rule + ": " + words);
    }

    @Override
    public void count(String what) {
        counts.merge(what, 1, Integer::sum);
    }

    @Override
    public List<String> all() {
        return offences;
    }

    // ---- what happens

    private void pass(Consumer<Judge> to) {
        judges.forEach(to);
    }

    /** A call is over: those who ask the engine do so now. */
    void called() {
        notes.tidy();
        if (isJudging) {
            pass(Judge::called);
        }
    }

    void beginRun() {
        notes.isRunning = true;
        for (Member member : notes.dueRevives()) {
            notes.performRevive(member);
            reviving.add(member);
            pass(judge -> judge.revived(member.framework()));
        }
    }

    void endRun() {
        if (isJudging) {
            pass(Judge::ran);
        }
        notes.isRunning = false;
        reviving.clear();
        called();
    }

    /** A framework revives at once. */
    void revived(int framework) {
        pass(judge -> judge.revived(framework));
    }

    /** An offer is answered. */
    void answered(Offer offer, boolean isUsed) {
        pass(judge -> judge.ended(offer, isUsed));
        notes.ended(offer);
    }

    void told(List<Notice> notices) {
        notices.forEach(this::told);
    }

    private void told(Notice notice) {
        if (notice instanceof Offered offered) {
            pass(judge -> judge.offered(offered.offer()));
            notes.offered(offered.offer());
        } else if (notice instanceof Rescinded rescinded) {
            rescinded(rescinded.offer(), rescinded.reason());
        } else if (notice instanceof GangFailed failed) {
            pass(judge -> judge.gangFailed(failed.gang()));
        } else if (notice instanceof Preempted preempted) {
            pass(judge -> judge.preempted(preempted.preemption()));
        } else if (notice instanceof InverseOffered asked) {
            pass(judge -> judge.inverseOffered(asked.question()));
        } else if (notice instanceof InverseRescinded ended) {
            pass(judge -> judge.inverseRescinded(ended.question()));
        }
    }

    private void rescinded(Offer offer, OfferSink.Reason reason) {
        pass(judge -> judge.rescinded(offer, reason));
        answered(offer, false);
        Member member = Notes.member(offer);
        if (reason == OfferSink.Reason.TIMED_OUT || reason == OfferSink.Reason.GANG_BROKEN) {
            // a revive in the same run comes before or after it
            boolean isSure = !reviving.contains(member);
            long untilMs = notes.nowMs + notes.config.reofferDelayMs();
            notes.refused(new Notes.Filter(member, offer.agent(), offer.resources(), untilMs, isSure));
        }
    }
}
