package dev.polder.offer;

import dev.polder.offer.Notice.GangFailed;
import dev.polder.offer.Notice.InverseOffered;
import dev.polder.offer.Notice.InverseRescinded;
import dev.polder.offer.Notice.Offered;
import dev.polder.offer.Notice.Preempted;
import dev.polder.offer.Notice.Rescinded;
import dev.polder.offer.resource.Limits;
import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Stands between an engine and its referee, and tells one lie, as soon as there is an occasion; or none. */
final class Liar {
    private final Optional<Lie> lie;
    private boolean wasTold;

    /** For whom room is being made, as far as that was told, by agent. */
    private final Map<Integer, Preemption> rooms = new HashMap<>();

    Liar(Optional<Lie> lie) {
        this.lie = lie;
    }

    static Liar honest() {
        return new Liar(Optional.empty());
    }

    boolean tells(Lie what) {
        return lie.isPresent() && lie.get() == what;
    }

    // ---- notices

    /** Returns what was told, or something else. */
    List<Notice> change(List<Notice> told, Notes notes) {
        if (lie.isEmpty()) {
            return told;
        }
        List<Notice> changed = new ArrayList<>();
        for (int i = 0; i < told.size(); i++) {
            List<Notice> instead = wasTold ? List.of(told.get(i)) : instead(told.get(i), told, notes);
            wasTold |= !instead.equals(List.of(told.get(i)));
            changed.addAll(instead);
            if (told.get(i) instanceof Preempted preempted) {
                rooms.put(preempted.preemption().agent(), preempted.preemption());
            }
        }
        if (!wasTold && notes.isRunning) {
            List<Notice> more = more(told, notes);
            wasTold = !more.isEmpty();
            changed.addAll(more);
        }
        return changed;
    }

    private List<Notice> instead(Notice notice, List<Notice> told, Notes notes) {
        if (notice instanceof Offered offered) {
            return offer(offered.offer(), told, notes);
        } else if (notice instanceof Rescinded rescinded) {
            return rescind(rescinded, notes);
        } else if (notice instanceof GangFailed) {
            return alter(notice, Lie.FAILS_TWICE, List.of(notice, notice), Lie.FAILS_SILENTLY);
        } else if (notice instanceof Preempted preempted) {
            return preemption(preempted.preemption(), notes);
        } else if (notice instanceof InverseOffered asked) {
            return question(asked.question(), notes);
        }
        return alter(notice, Lie.TAKES_NO_QUESTION_BACK, List.of());
    }

    /** Returns the notice, or the other ones for that lie, or nothing for those others. */
    private List<Notice> alter(Notice notice, Lie its, List<Notice> others, Lie... nothing) {
        if (tells(its)) {
            return others;
        }
        return List.of(nothing).stream().anyMatch(this::tells) ? List.of() : List.of(notice);
    }

    private List<Notice> offer(Offer offer, List<Notice> told, Notes notes) {
        Notice honest = new Offered(offer);
        if (lie.isEmpty()) {
            return List.of(honest);
        }
        Resources its = offer.resources();
        boolean isPart = offer.gang() != OfferView.NO_GANG;
        boolean isHinted = !isPart && notes.said.containsKey(Notes.member(offer));
        Resources more = its.plus(Resources.ofPlain(1, 0, 0, 0));
        Preemption room = rooms.get(offer.agent());
        boolean isForRoom = room != null && room.framework() == offer.framework() && !isPart;
        Optional<Offer> otherPart = told.stream()
                .filter(Offered.class::isInstance)
                .map(notice -> ((Offered) notice).offer())
                .filter(other -> isPart && other.gang() == offer.gang() && other.id() < offer.id())
                .findFirst();
        return switch (lie.get()) {
            case TELLS_AN_OFFER_TWICE -> List.of(honest, honest);
            case OFFERS_A_LITTLE_MORE -> List.of(with(offer, offer.framework(), offer.agent(), more));
            case OFFERS_ANOTHER_AGENT ->
                List.of(with(offer, offer.framework(), another(notes.agents.keySet(), offer.agent()), its));
            case OFFERS_UNDER_ANOTHER_ROLE ->
                List.of(new Offered(new Offer(
                        offer.id(), offer.framework(), "b/z", offer.agent(), its, offer.madeAtMs(), offer.gang())));
            case OFFERS_LESS_THAN_A_TASK ->
                isHinted
                        ? List.of(with(offer, offer.framework(), offer.agent(), Resources.ofPlain(0, 0, 0, 1)))
                        : List.of(honest);
            case KEEPS_AN_OFFER_TO_ITSELF -> List.of();
            case LEAVES_OUT_A_PART -> isPart ? List.of() : List.of(honest);
            case PUTS_TWO_PARTS_ON_AN_AGENT ->
                otherPart
                        .map(other -> with(offer, offer.framework(), other.agent(), its))
                        .map(List::of)
                        .orElse(List.of(honest));
            case MAKES_A_PART_TOO_SMALL ->
                isPart && its.cpus() > 0
                        ? List.of(with(
                                offer,
                                offer.framework(),
                                offer.agent(),
                                its.withPlain(its.cpus() - 1, its.disk(), its.gpus(), its.mem())))
                        : List.of(honest);
            case MAKES_A_PART_TOO_LARGE ->
                isPart ? List.of(with(offer, offer.framework(), offer.agent(), more)) : List.of(honest);
            case GIVES_THE_ROOM_TO_ANOTHER ->
                isForRoom
                        ? List.of(
                                with(offer, another(notes.frameworks.keySet(), offer.framework()), offer.agent(), its))
                        : List.of(honest);
            case FORGETS_THE_ROOM -> isForRoom ? List.of() : List.of(honest);
            default -> List.of(honest);
        };
    }

    private static Notice with(Offer offer, int framework, int agent, Resources resources) {
        return new Offered(
                new Offer(offer.id(), framework, offer.role(), agent, resources, offer.madeAtMs(), offer.gang()));
    }

    /** Returns one of these that is not this one, if there is another. */
    private static int another(Collection<Integer> these, int than) {
        return these.stream().filter(each -> each != than).findFirst().orElse(than);
    }

    private List<Notice> rescind(Rescinded notice, Notes notes) {
        boolean isKept = tells(Lie.KEEPS_A_RESCIND_TO_ITSELF)
                || (tells(Lie.KEEPS_A_TIME_OUT_TO_ITSELF) && notes.isRunning)
                || (tells(Lie.LEAVES_A_GANG_BROKEN) && notice.reason() == OfferSink.Reason.GANG_BROKEN);
        return isKept ? List.of() : alter(notice, Lie.RESCINDS_TWICE, List.of(notice, notice));
    }

    private List<Notice> preemption(Preemption preemption, Notes notes) {
        Notice honest = new Preempted(preemption);
        if (tells(Lie.NAMES_A_VICTIM_THAT_DOES_NOT_RUN)) {
            return List.of(naming(preemption, preemption.agent(), List.of(-1L)));
        } else if (tells(Lie.NAMES_VICTIMS_TWICE)) {
            return List.of(honest, honest);
        } else if (tells(Lie.MAKES_ROOM_ELSEWHERE)) {
            int elsewhere = another(notes.agents.keySet(), preemption.agent());
            return List.of(naming(preemption, elsewhere, preemption.victims()));
        } else if (tells(Lie.NAMES_A_VICTIM_THAT_IS_NOT_LOWER)) {
            Set<Long> others = new HashSet<>();
            notes.tasks.forEach((id, task) -> {
                if (task.running().agent() == preemption.agent()
                        && !preemption.victims().contains(id)) {
                    others.add(id);
                }
            });
            return others.isEmpty()
                    ? List.of(honest)
                    : List.of(naming(preemption, preemption.agent(), List.copyOf(others)));
        } else if (tells(Lie.NAMES_A_VICTIM_THAT_IS_GUARANTEED)) {
            return notes.tasks.values().stream()
                    .map(Notes.Task::running)
                    .filter(task -> task.agent() == preemption.agent())
                    .filter(task -> !notes.isSpared(task.role(), task.resources(), List.of(task)))
                    .findFirst()
                    .map(task -> naming(preemption, preemption.agent(), List.of(task.id())))
                    .map(List::of)
                    .orElse(List.of(honest));
        }
        return List.of(honest);
    }

    private static Notice naming(Preemption preemption, int agent, List<Long> victims) {
        return new Preempted(new Preemption(preemption.framework(), preemption.role(), agent, victims));
    }

    private List<Notice> question(InverseOffer question, Notes notes) {
        Notice honest = new InverseOffered(question);
        if (tells(Lie.ASKS_ANOTHER)) {
            int other = another(notes.frameworks.keySet(), question.framework());
            return List.of(new InverseOffered(new InverseOffer(
                    question.id(), other, question.agent(), question.unavailability(), question.madeAtMs())));
        }
        return alter(honest, Lie.ASKS_TWICE, List.of(honest, honest), Lie.ASKS_NOT);
    }

    /** Returns what is told in a run besides. */
    private List<Notice> more(List<Notice> told, Notes notes) {
        if (tells(Lie.BREAKS_A_WHOLE_GANG)) {
            return notes.open.values().stream()
                    .filter(offer -> offer.gang() != OfferView.NO_GANG && told.isEmpty())
                    .limit(1)
                    .<Notice>map(offer -> new Rescinded(offer, OfferSink.Reason.GANG_BROKEN))
                    .toList();
        } else if (tells(Lie.RESCINDS_FOR_NOTHING)) {
            return notes.open.values().stream()
                    .filter(offer -> offer.gang() == OfferView.NO_GANG && told.isEmpty())
                    .limit(1)
                    .<Notice>map(offer -> new Rescinded(offer, OfferSink.Reason.PREEMPTED))
                    .toList();
        } else if (tells(Lie.TAKES_A_GOOD_QUESTION_BACK)) {
            return told.stream()
                    .filter(InverseOffered.class::isInstance)
                    .<Notice>map(asked -> new InverseRescinded(((InverseOffered) asked).question()))
                    .toList();
        }
        return List.of();
    }

    /** Returns what a second run told. */
    List<Notice> again(List<Notice> first, List<Notice> second) {
        return tells(Lie.RUNS_AGAIN) ? first : second;
    }

    // ---- answers

    List<Refusal> refusals(List<Refusal> these) {
        if (these.isEmpty() || lie.isEmpty()) {
            return these;
        }
        List<Refusal> changed = new ArrayList<>(these);
        Refusal first = changed.remove(0);
        switch (lie.get()) {
            case EXPLAINS_NOT -> {}
            case PUTS_OFF -> changed.add(new Refusal(first.agent(), Refusal.Why.NEXT_RUN, first.detail()));
            case BLAMES_THE_MINIMUM ->
                changed.add(new Refusal(first.agent(), Refusal.Why.BELOW_MINIMUM, first.detail()));
            default -> changed.add(0, first);
        }
        return changed;
    }

    Optional<WaitingGang> waitingGang(Optional<WaitingGang> answer) {
        if (tells(Lie.EXPLAINS_NO_GANG)) {
            return Optional.empty();
        }
        return tells(Lie.SEES_ROOM_FOR_A_GANG)
                ? answer.map(why -> new WaitingGang(why.wanted(), why.roomy() + 1, why.refused()))
                : answer;
    }

    // ---- what was said to the engine

    /** Returns quotas as the referee is told of them. */
    Map<String, Quota> quotas(Map<String, Quota> update) {
        if (!tells(Lie.LIMITS_ARE_A_THOUSANDTH_LESS)) {
            return update;
        }
        Map<String, Quota> changed = new TreeMap<>();
        update.forEach((role, quota) -> {
            Map<String, Long> less = new TreeMap<>();
            quota.limits().asMap().forEach((name, limit) -> less.put(name, limit - 1));
            changed.put(role, Quota.limit(Limits.of(less)));
        });
        return changed;
    }

    /** Returns the duration of a decline filter, as the referee is told of it. */
    long filterMs(long refuseMs) {
        return tells(Lie.FILTERS_LAST_TWICE_AS_LONG) ? 2 * refuseMs : refuseMs;
    }

    long inverseFilterMs(long refuseMs) {
        return tells(Lie.ANSWERS_LAST_TWICE_AS_LONG) ? 2 * Math.max(1_000, refuseMs) : refuseMs;
    }

    long withinMs(long withinMs) {
        return tells(Lie.GANGS_END_AT_ONCE) ? 0 : withinMs;
    }
}
