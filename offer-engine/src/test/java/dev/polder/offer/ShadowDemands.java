package dev.polder.offer;

import dev.polder.offer.Shadow.Bug;
import dev.polder.offer.Shadow.Member;
import dev.polder.offer.Shadow.Open;
import dev.polder.offer.resource.Limits;
import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.Resources;
import dev.polder.offer.resource.ResourcesBuilder;
import dev.polder.offer.resource.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What members wait for, and the agents that are set aside for it, written down as plainly as it goes. */
final class ShadowDemands {
    /** So many tasks of one of a member's demands, for which there is an offer. */
    record Served(Member member, int demand, long tasks) {}

    /** An agent that is set aside. */
    record SetAside(int agent, Member member, Demand demand, long endsMs, long sequence) {}

    final Map<Member, List<Demand>> said = new HashMap<>();
    final List<SetAside> setAsides = new ArrayList<>();
    private final Map<Member, List<Long>> outstanding = new HashMap<>();
    private final Map<Long, Served> served = new TreeMap<>();
    final Map<Member, Long> restUntilMs = new HashMap<>();

    /** When an agent was last set aside for a member. */
    final Map<Member, Long> lastMs = new HashMap<>();

    /** The agents that were kept for a member in vain. */
    final Map<Member, Set<Integer>> inVain = new HashMap<>();

    private Optional<Long> keptSinceMs = Optional.empty();
    private long allRestUntilMs = Long.MIN_VALUE;

    /** Whether anybody ever said what he waits for. */
    boolean wereSaid;

    private final Shadow shadow;
    private final OfferEngineConfig config;
    private final Bug bug;

    ShadowDemands(Shadow shadow, OfferEngineConfig config, Bug bug) {
        this.shadow = shadow;
        this.config = config;
        this.bug = bug;
    }

    void set(Member member, List<Demand> its) {
        served.values().removeIf(one -> one.member().equals(member));
        said.put(member, its);
        wereSaid = true;
        outstanding.put(member, new ArrayList<>(its.stream().map(Demand::tasks).toList()));
        shadow.offers.values().stream()
                .filter(open -> open.member().equals(member))
                .forEach(this::serveFirst);
    }

    void clear(Member member) {
        said.remove(member);
        setAsides.removeIf(aside -> aside.member().equals(member));
        served.values().removeIf(one -> one.member().equals(member));
    }

    /** Notes for which demand a new offer was made. */
    void serve(Open open, int demand) {
        Member member = open.member();
        if (demand != Demands.NONE) {
            long fitting = fit(demand(member, demand), open.resources());
            served.put(open.id(), new Served(member, demand, servable(member, demand, fitting)));
        }
        setAsides.removeIf(
                aside -> aside.agent() == open.agent() && aside.member().equals(member));
    }

    /** Notes which demand an offer serves that stood before it was said. */
    private void serveFirst(Open open) {
        Member member = open.member();
        for (int i = 0; i < said.get(member).size() && !served.containsKey(open.id()); i++) {
            long fitting = fit(demand(member, i), open.resources());
            if (open(member, i) > 0 && fitting > 0) {
                served.put(open.id(), new Served(member, i, servable(member, i, fitting)));
            }
        }
    }

    /** Takes off what was launched with this offer, which is answered, and others. */
    void launched(Member member, long firstOffer, Resources used) {
        if (!said.containsKey(member)) {
            return;
        }
        List<Integer> order = new ArrayList<>();
        Optional.ofNullable(served.get(firstOffer)).ifPresent(one -> order.add(one.demand()));
        for (int i = 0; i < said.get(member).size(); i++) {
            order.add(i);
        }
        Quantities rest = counted(used).quantities();
        for (int i : order) {
            Quantities shape = demand(member, i).shape();
            while (outstanding.get(member).get(i) > 0 && rest.covers(shape)) {
                rest = rest.minus(shape);
                outstanding.get(member).set(i, outstanding.get(member).get(i) - 1);
            }
        }
    }

    /** Forgets what depends on something that is no more. */
    void forgetWhatIsGone() {
        served.keySet().retainAll(shadow.offers.keySet());
        said.keySet().removeIf(member -> !shadow.isSubscribed(member));
        setAsides.removeIf(aside -> !shadow.eligible().contains(aside.member())
                || !shadow.agents.containsKey(aside.agent())
                || !shadow.isOpen(aside.agent())
                || !isWaitingFor(aside.member(), aside.demand()));
    }

    private boolean isWaitingFor(Member member, Demand tasks) {
        List<Demand> its = said.getOrDefault(member, List.of());
        return IntStream.range(0, its.size()).anyMatch(i -> isAlike(its.get(i), tasks) && open(member, i) > 0);
    }

    private static boolean isAlike(Demand one, Demand other) {
        return one.shape().equals(other.shape())
                && one.pieces().equals(other.pieces())
                && one.priority().equals(other.priority());
    }

    /** Forgets what is set aside of an agent, for a member. */
    void endSetAsides(Predicate<SetAside> these) {
        setAsides.removeIf(these);
    }

    /** An agent was kept until its time was over, unless that has ended already. */
    void expire(SetAside aside) {
        if (setAsides.remove(aside)) {
            inVain.computeIfAbsent(aside.member(), member -> new HashSet<>()).add(aside.agent());
        }
    }

    /** A member refuses something of an agent: if it is enough for a task, nothing of it is kept for that any more. */
    void refuse(Member member, int agent, Resources refused) {
        setAsides.removeIf(
                aside -> aside.agent() == agent && aside.member().equals(member) && fit(aside.demand(), refused) > 0);
    }

    // ---- what is waited for

    private Demand demand(Member member, int index) {
        return said.get(member).get(index);
    }

    /** Tells whether a demand that waits would fit. */
    boolean fitsAny(Member member, Resources these) {
        for (int i = 0; i < said.get(member).size(); i++) {
            if (open(member, i) > 0 && fit(demand(member, i), these) > 0) {
                return true;
            }
        }
        return false;
    }

    /**
     * Returns for how many tasks of a demand there is no offer; less than none where tasks were launched with another
     * offer than the one that was for them.
     */
    private long open(Member member, int demand) {
        long covered = served.entrySet().stream()
                .filter(one -> shadow.offers.containsKey(one.getKey()))
                .map(Map.Entry::getValue)
                .filter(one -> one.member().equals(member) && one.demand() == demand)
                .mapToLong(Served::tasks)
                .sum();
        return outstanding.get(member).get(demand) - (bug == Bug.LETS_HOARD ? 0 : covered);
    }

    boolean isSatisfied(Member member) {
        List<Demand> its = said.get(member);
        for (int i = 0; its != null && i < its.size(); i++) {
            if (open(member, i) > 0) {
                return false;
            }
        }
        return its != null;
    }

    private long servable(Member member, int demand, long fitting) {
        return Math.min(Math.min(fitting, demand(member, demand).perOffer()), open(member, demand));
    }

    boolean isSetAsideForAnother(int agent, Member than) {
        return bug != Bug.SETS_NOTHING_ASIDE
                && setAsides.stream()
                        .anyMatch(aside ->
                                aside.agent() == agent && !aside.member().equals(than));
    }

    private boolean isForAnotherDemand(int agent, Member member, Demand demand) {
        return bug != Bug.GIVES_ROOM_TO_OTHER_DEMANDS
                && setAsides.stream()
                        .anyMatch(aside -> aside.agent() == agent
                                && aside.member().equals(member)
                                && !isAlike(aside.demand(), demand));
    }

    /** Returns what is offered of what a member may have, or why not. */
    ShadowRules.Grant grant(Member member, int agent, Resources granted, Refusal.@Nullable Why cut) {
        Resources refused = null;
        for (int i = 0; i < said.get(member).size(); i++) {
            Demand demand = demand(member, i);
            long fitting = isForAnotherDemand(agent, member, demand) ? 0 : fit(demand, granted);
            if (open(member, i) > 0 && fitting > 0) {
                Resources one = cut(demand, 1, granted);
                if (!shadow.rules.isFiltered(member, agent, one)) {
                    return new ShadowRules.Grant(
                            bug == Bug.OFFERS_MORE_THAN_NEEDED
                                    ? granted
                                    : cut(demand, servable(member, i, fitting), granted),
                            null,
                            cut != null,
                            i);
                }
                refused = one;
            }
        }
        if (refused != null) {
            return new ShadowRules.Grant(refused, Refusal.Why.FILTERED);
        }
        return new ShadowRules.Grant(granted, cut == null ? Refusal.Why.UNSUITABLE : cut);
    }

    /** Returns what counts for tasks. */
    private static Resources counted(Resources these) {
        return these.filter(id -> !id.isRevocable() && !id.isPersistentVolume());
    }

    static long fit(Demand demand, Resources all) {
        Resources there = counted(all);
        long most = Long.MAX_VALUE;
        for (String name : demand.shape().names()) {
            most = Math.min(most, there.scalar(name) / demand.shape().of(name));
        }
        for (Map.Entry<String, Integer> piece : demand.pieces().entrySet()) {
            long count = there.ranges(piece.getKey()).count()
                    + there.items(piece.getKey()).size();
            most = Math.min(most, count / piece.getValue());
        }
        return most;
    }

    private static Resources cut(Demand demand, long tasks, Resources there) {
        Resources apart = there.filter(id -> !Pool.contains(id) || id.isShared());
        Resources parted = there.filter(id -> Pool.contains(id) && !id.isShared());
        Map<String, Long> needed = new TreeMap<>();
        for (String name : there.quantities().names()) {
            needed.put(
                    name,
                    Math.max(
                            0,
                            tasks * demand.shape().of(name)
                                    - counted(apart).quantities().of(name)));
        }
        Map<String, Long> plain = new TreeMap<>();
        for (String name : List.of("cpus", "disk", "gpus", "mem")) {
            long taken = Math.min(parted.plain().scalar(name), needed.getOrDefault(name, 0L));
            plain.put(name, taken);
            needed.computeIfPresent(name, (key, rest) -> rest - taken);
        }
        ResourcesBuilder pieces = Resources.builder();
        demand.pieces().forEach((name, each) -> {
            List<Long> numbers = new ArrayList<>();
            parted.ranges(name).ranges().forEach(range -> {
                for (long number = range.begin(); number <= range.end(); number++) {
                    numbers.add(number);
                }
            });
            long already = counted(apart).ranges(name).count()
                    + counted(apart).items(name).size();
            long wanted = Math.max(0, tasks * each - already);
            numbers.stream().limit(wanted).forEach(number -> pieces.range(name, number, number));
            new TreeSet<>(parted.items(name)).stream().limit(wanted).forEach(item -> pieces.item(name, item));
        });
        return apart.plus(Resources.ofPlain(plain.get("cpus"), plain.get("disk"), plain.get("gpus"), plain.get("mem")))
                .plus(cutScalars(parted.special().scalarsOnly(), needed))
                .plus(pieces.build());
    }

    /** What cannot be parted goes along whole where the rest is not enough. */
    private static Resources cutScalars(Resources there, Map<String, Long> needed) {
        Resources[] taken = {there.shrinkTo(Limits.of(needed))};
        there.forEach((id, value) -> {
            Resources one = Resources.of(id, new Value.Amount(((Value.Amount) value).thousandths()));
            while (!id.isDivisible()
                    && needed.getOrDefault(id.name(), 0L) > taken[0].scalar(id.name())
                    && there.covers(taken[0].plus(one))) {
                taken[0] = taken[0].plus(one);
            }
        });
        return taken[0];
    }

    // ---- what is set aside

    /** Returns when an agent may be set aside that could not be when that was tried last. */
    long lookAgainMs() {
        return config.setAsideMs() == 0 || setAsides.size() >= most()
                ? Long.MAX_VALUE
                : waiting().stream()
                        .mapToLong(member -> Math.max(allRestUntilMs, restUntilMs.getOrDefault(member, Long.MIN_VALUE)))
                        .min()
                        .orElse(Long.MAX_VALUE);
    }

    private int most() {
        return Math.max(1, shadow.agents.size() / 16);
    }

    /** Returns those that named demands and have no offers for all of them, and for whom nothing is set aside. */
    private List<Member> waiting() {
        return shadow.eligible().stream()
                .filter(said::containsKey)
                .filter(member ->
                        setAsides.stream().noneMatch(aside -> aside.member().equals(member)))
                .toList();
    }

    void setAside(long nowMs) {
        if (setAsides.isEmpty() && keptSinceMs.isPresent()) {
            long keptMs = Math.min(config.setAsideMs(), nowMs - keptSinceMs.get());
            allRestUntilMs = keptSinceMs.get() + keptMs * 16 / Math.max(1, shadow.agents.size());
            keptSinceMs = Optional.empty();
        }
        List<Member> asked = new ArrayList<>();
        while (config.setAsideMs() > 0 && setAsides.size() < most() && allRestUntilMs <= nowMs) {
            Optional<Member> first = waiting().stream()
                    .filter(member -> !asked.contains(member))
                    .filter(member -> restUntilMs.getOrDefault(member, Long.MIN_VALUE) <= nowMs)
                    .min(Comparator.<Member, Long>comparing(member -> lastMs(member))
                            .thenComparing(shadow.rules::byFairness));
            if (first.isEmpty()) {
                return;
            }
            asked.add(first.get());
            if (setAside(nowMs, first.get())) {
                lastMs.put(first.get(), nowMs);
                keptSinceMs = Optional.of(nowMs);
            } else {
                restUntilMs.put(first.get(), nowMs + 1_000);
            }
        }
    }

    private long lastMs(Member member) {
        return bug == Bug.SETS_ASIDE_BY_FAIRNESS_ALONE ? 0 : lastMs.getOrDefault(member, Long.MIN_VALUE);
    }

    private boolean setAside(long nowMs, Member member) {
        for (int i = 0; i < said.get(member).size(); i++) {
            Demand demand = demand(member, i);
            List<Integer> all = open(member, i) <= 0
                    ? List.of()
                    : shadow.agents.keySet().stream()
                            .filter(agent -> isClearable(member, demand, agent))
                            .toList();
            if (!all.isEmpty()) {
                Set<Integer> tried = inVain.computeIfAbsent(member, its -> new HashSet<>());
                if (tried.containsAll(all)) {
                    tried.clear();
                }
                int best = all.stream()
                        .min(Comparator.<Integer, Boolean>comparing(tried::contains)
                                .thenComparing(agent -> lacking(member, demand, agent)))
                        .orElseThrow();
                long endsMs = nowMs + config.setAsideMs();
                setAsides.add(new SetAside(best, member, demand, endsMs, shadow.sequence++));
                return true;
            }
        }
        return false;
    }

    private boolean isClearable(Member member, Demand demand, int agent) {
        if (!shadow.isOpen(agent)
                || isSetAsideForAnother(agent, member)
                || shadow.rules.whatever(member, agent) != null) {
            return false;
        }
        Resources all = shadow.rules.visible(member, shadow.agent(agent).profile.total());
        Resources free = shadow.rules.visible(member, shadow.free(agent));
        if (fit(demand, all) == 0 || fit(demand, free) > 0) {
            return false;
        }
        Resources needed = cut(demand, 1, all);
        return shadow.rules.leaves(member, needed, free) && !shadow.rules.isFiltered(member, agent, needed);
    }

    private double lacking(Member member, Demand demand, int agent) {
        Resources free =
                shadow.offersOf(agent).stream().map(Open::resources).reduce(shadow.free(agent), Resources::plus);
        return Math.max(0, lacking(member, demand, agent, counted(shadow.rules.visible(member, free))));
    }

    private double lacking(Member member, Demand demand, int agent, Resources free) {
        Resources over = counted(shadow.rules.visible(member, shadow.overcommitted(agent)));
        return demand.shape().names().stream()
                .mapToDouble(name -> ((double) demand.shape().of(name) - free.scalar(name) + over.scalar(name))
                        / demand.shape().of(name))
                .max()
                .orElse(0);
    }
}
