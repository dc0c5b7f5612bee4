package dev.polder.offer;

import static java.util.Objects.requireNonNull;

import dev.polder.offer.Shadow.Member;
import dev.polder.offer.resource.Resources;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/** Checks the rules for preemption. */
final class PreemptionJudge extends Judge {
    /**
     * Room that is being made.
     *
     * @param demands those that it may be for
     * @param stirs what had happened to agent and member when it began
     * @param takes how often something of the agent had been taken then
     */
    private record Room(int agent, Member member, List<Demand> demands, long untilMs, int stirs, int takes) {}

    private final Map<Member, Room> rooms = new HashMap<>();

    /** Tasks that were asked to end and run, and until when it is waited for them. */
    private final Map<Long, Long> asked = new HashMap<>();

    PreemptionJudge(Notes notes, Findings findings) {
        super(notes, findings);
    }

    /** Returns the tasks that were asked to end and run. */
    Set<Long> asked() {
        return asked.keySet();
    }

    @Override
    void preempted(Preemption preemption) {
        count("preemption of " + Math.min(3, preemption.victims().size()));
        Member member = new Member(preemption.framework(), preemption.role());
        check(
                notes.isRunning && !notes.isPaused && notes.isWilling(member) && notes.said.containsKey(member),
                Rule.VICTIMS_ARE_LOWER,
                "nobody waits: %s",
                preemption);
        Resources room = roomWithout(preemption);
        List<Notes.Task> fresh = preemption.victims().stream()
                .filter(victim -> !asked.containsKey(victim) && notes.tasks.containsKey(victim))
                .map(victim -> requireNonNull(notes.tasks.get(victim)))
                .toList();
        int highest = Integer.MIN_VALUE;
        for (long victim : preemption.victims()) {
            highest = Math.max(highest, checkVictim(victim, preemption));
        }
        fresh.forEach(task -> checkSpared(task.running()));
        List<Demand> served = served(member, highest, room);
        check(
                !served.isEmpty() && !preemption.victims().isEmpty(),
                Rule.VICTIMS_ARE_LOWER,
                "no demand is of a higher priority and has room then: %s",
                preemption);
        int agent = preemption.agent();
        long untilMs = notes.nowMs + notes.config.preemptionMs();
        rooms.put(member, new Room(agent, member, served, untilMs, notes.stirs(agent, member), notes.takes(agent)));
    }

    /** Returns what will be free on the agent when all have ended that are to. */
    private Resources roomWithout(Preemption preemption) {
        if (!notes.agents.containsKey(preemption.agent())) {
            return Resources.EMPTY;
        }
        Set<Long> leaving = new HashSet<>(preemption.victims());
        leaving.addAll(asked.keySet());
        Resources used = notes.used(preemption.agent());
        for (Notes.Task task : notes.tasks.values()) {
            if (leaving.contains(task.running().id()) && task.running().agent() == preemption.agent()) {
                used = used.minusSaturating(task.running().resources());
            }
        }
        Resources busy = used.filter(id -> !id.isShared()).plus(notes.offered(preemption.agent()));
        return notes.agent(preemption.agent()).profile.total().minusSaturating(busy);
    }

    /** Returns the victim's priority. */
    private int checkVictim(long victim, Preemption preemption) {
        Notes.Task task = notes.tasks.get(victim);
        Long untilMs = asked.put(victim, notes.nowMs + notes.config.preemptionMs());
        check(
                untilMs == null || untilMs <= notes.nowMs,
                Rule.VICTIMS_ARE_GIVEN_TIME,
                "%s again before %s: %s",
                victim,
                untilMs,
                preemption);
        if (task == null) {
            check(false, Rule.VICTIMS_RUN, "%s does not run: %s", victim, preemption);
            return Integer.MIN_VALUE;
        }
        RunningTask running = task.running();
        check(running.agent() == preemption.agent(), Rule.VICTIMS_ARE_THERE, "%s is elsewhere: %s", task, preemption);
        return notes.priority(running.priority(), running.role());
    }

    private void checkSpared(RunningTask task) {
        check(
                notes.isSpared(task.role(), task.resources(), leaving()),
                Rule.GUARANTEES_ARE_SPARED,
                "its role is guaranteed what it has then: %s",
                task);
    }

    private List<RunningTask> leaving() {
        return notes.tasks.values().stream()
                .map(Notes.Task::running)
                .filter(task -> asked.containsKey(task.id()))
                .toList();
    }

    private List<Demand> served(Member member, int highest, Resources room) {
        return notes.said.getOrDefault(member, List.of()).stream()
                .filter(demand -> notes.priority(demand.priority(), member.role()) > highest)
                .filter(demand -> OfferJudge.isEnough(room, demand))
                .toList();
    }

    // ---- offers that make room

    @Override
    void rescinded(Offer offer, OfferSink.Reason reason) {
        if (reason != OfferSink.Reason.PREEMPTED) {
            return;
        }
        check(
                notes.isSpared(offer.role(), offer.resources(), leaving(), List.of(offer)),
                Rule.GUARANTEES_ARE_SPARED,
                "its role is guaranteed what it has then: %s",
                offer);
        Resources before = notes.agents.containsKey(offer.agent()) ? roomNow(offer.agent()) : Resources.EMPTY;
        Resources after = notes.offersOf(offer.agent()).stream()
                .filter(other -> other.gang() == OfferView.NO_GANG)
                .map(Offer::resources)
                .reduce(before, Resources::plus);
        boolean isNeeded = notes.said.entrySet().stream()
                .filter(said -> notes.isWilling(said.getKey()))
                .anyMatch(said -> said.getValue().stream()
                        .anyMatch(demand ->
                                notes.priority(demand.priority(), said.getKey().role()) > lowest(offer)
                                        && !OfferJudge.isEnough(before, demand)
                                        && OfferJudge.isEnough(after, demand)));
        check(
                isNeeded || before.hasSpecial(),
                Rule.OFFERS_MAKE_ROOM_AT_NEED,
                "no demand of a higher priority has room then, and had none before: %s",
                offer);
    }

    /** Returns what is free, or will be when what was asked to end in time has ended. */
    private Resources roomNow(int agent) {
        Resources room = notes.free(agent);
        for (RunningTask task : leaving()) {
            if (task.agent() == agent && asked.get(task.id()) > notes.nowMs) {
                room = room.plus(task.resources());
            }
        }
        return room.minusSaturating(notes.overcommitted(agent));
    }

    /** Returns the lowest priority that what an offer serves may have. */
    private int lowest(Offer offer) {
        return notes.said.getOrDefault(Notes.member(offer), List.of()).stream()
                .mapToInt(demand -> notes.priority(demand.priority(), offer.role()))
                .min()
                .orElse(notes.priority(OptionalInt.empty(), offer.role()));
    }

    // ---- afterwards

    private boolean isKept(Room room) {
        return notes.nowMs < room.untilMs && notes.stirs(room.agent, room.member) == room.stirs;
    }

    @Override
    void offered(Offer offer) {
        for (Room room : List.copyOf(rooms.values())) {
            if (room.agent == offer.agent() && isKept(room)) {
                boolean isForIt = room.member.equals(Notes.member(offer)) && offer.gang() == OfferView.NO_GANG;
                if (isForIt) {
                    check(
                            room.demands.stream().anyMatch(demand -> OfferJudge.isEnough(offer.resources(), demand)),
                            Rule.ROOM_IS_OFFERED,
                            "not for one of %s: %s",
                            room.demands,
                            offer);
                    rooms.remove(room.member);
                    count("room offered");
                    if (hasEnded(room)) {
                        count("room offered when all had ended");
                    }
                } else {
                    check(
                            Consumption.pool(offer.resources()).isEmpty() || isGuaranteed(offer.role()),
                            Rule.ROOM_IS_KEPT,
                            "kept for %s: %s",
                            room.member,
                            offer);
                }
            }
        }
    }

    private boolean isGuaranteed(String role) {
        return Notes.upwards(role).stream()
                .anyMatch(above -> notes.quotas.containsKey(above)
                        && !notes.quotas.get(above).guarantees().isEmpty());
    }

    /** Tells whether no quota has a say in what is offered under a role. */
    private boolean isFree(String role) {
        return Notes.upwards(role).stream().noneMatch(notes.quotas::containsKey)
                && notes.quotas.values().stream()
                        .allMatch(quota -> quota.guarantees().isEmpty());
    }

    @Override
    void ran() {
        rooms.values().removeIf(room -> !isKept(room));
        for (Room room : rooms.values()) {
            boolean isUndisturbed =
                    notes.takes(room.agent) == room.takes && isFree(room.member.role()) && !notes.isPaused;
            check(
                    !hasEnded(room) || !isUndisturbed,
                    Rule.ROOM_IS_OFFERED,
                    "all have ended, and nothing is offered: %s",
                    room);
        }
    }

    private boolean hasEnded(Room room) {
        return notes.tasks.values().stream()
                .noneMatch(task -> task.running().agent() == room.agent
                        && asked.containsKey(task.running().id()));
    }

    @Override
    void called() {
        asked.keySet().retainAll(notes.tasks.keySet());
    }
}
