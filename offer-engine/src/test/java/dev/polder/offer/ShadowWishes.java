package dev.polder.offer;

import dev.polder.offer.Shadow.Bug;
import dev.polder.offer.Shadow.Member;
import dev.polder.offer.Shadow.Open;
import dev.polder.offer.resource.Limits;
import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.Resources;
import dev.polder.offer.resource.ResourcesBuilder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What members wait for, and the agents that are set aside for it, written down as plainly as it goes. */
final class ShadowWishes {
    /** So many tasks of one of a member's demands, for which there is an offer. */
    record Served(Member member, int demand, long tasks) {}

    /** An agent that is set aside. */
    record SetAside(int agent, Member member, long endsMs, long sequence) {}

    final Map<Member, List<Demand>> demands = new HashMap<>();
    final List<SetAside> setAsides = new ArrayList<>();
    private final Map<Member, List<Long>> outstanding = new HashMap<>();
    private final Map<Long, Served> served = new TreeMap<>();
    final Map<Member, Long> restUntilMs = new HashMap<>();
    private final Shadow shadow;
    private final OfferEngineConfig config;
    private final Bug bug;

    ShadowWishes(Shadow shadow, OfferEngineConfig config, Bug bug) {
        this.shadow = shadow;
        this.config = config;
        this.bug = bug;
    }

    void set(Member member, List<Demand> its) {
        served.values().removeIf(one -> one.member().equals(member));
        demands.put(member, its);
        outstanding.put(member, new ArrayList<>(its.stream().map(Demand::tasks).toList()));
        shadow.offers.values().stream()
                .filter(open -> open.member().equals(member))
                .forEach(this::serveFirst);
    }

    void clear(Member member) {
        demands.remove(member);
        setAsides.removeIf(aside -> aside.member().equals(member));
        served.values().removeIf(one -> one.member().equals(member));
    }

    /** Notes for which demand a new offer was made. */
    void serve(Open open, int demand) {
        Member member = open.member();
        if (demand != Wishes.NONE) {
            long fitting = fit(demand(member, demand), open.resources());
            served.put(open.id(), new Served(member, demand, servable(member, demand, fitting)));
        }
        setAsides.removeIf(
                aside -> aside.agent() == open.agent() && aside.member().equals(member));
    }

    /** Notes which demand an offer serves that stood before it was said. */
    private void serveFirst(Open open) {
        Member member = open.member();
        for (int i = 0; i < demands.get(member).size() && !served.containsKey(open.id()); i++) {
            long fitting = fit(demand(member, i), open.resources());
            if (open(member, i) > 0 && fitting > 0) {
                served.put(open.id(), new Served(member, i, servable(member, i, fitting)));
            }
        }
    }

    /** Takes off what was launched with this offer, which is answered, and others. */
    void launched(Member member, long firstOffer, Resources used) {
        if (!demands.containsKey(member)) {
            return;
        }
        List<Integer> order = new ArrayList<>();
        Optional.ofNullable(served.get(firstOffer)).ifPresent(one -> order.add(one.demand()));
        for (int i = 0; i < demands.get(member).size(); i++) {
            order.add(i);
        }
        Quantities rest = used.quantities();
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
        demands.keySet().removeIf(member -> !shadow.isSubscribed(member));
        setAsides.removeIf(aside -> !shadow.eligible().contains(aside.member())
                || !shadow.agents.containsKey(aside.agent())
                || !shadow.isOpen(aside.agent()));
    }

    // ---- what is waited for

    private Demand demand(Member member, int index) {
        return demands.get(member).get(index);
    }

    /** Returns for how many tasks of a demand there is no offer. */
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
        List<Demand> its = demands.get(member);
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

    /** Returns what is offered of what a member may have, or why not. */
    ShadowRules.Grant grant(Member member, int agent, Resources granted, Refusal.@Nullable Why cut) {
        Resources refused = null;
        for (int i = 0; i < demands.get(member).size(); i++) {
            Demand demand = demand(member, i);
            long fitting = fit(demand, granted);
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

    static long fit(Demand demand, Resources there) {
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
                            tasks * demand.shape().of(name) - apart.quantities().of(name)));
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
            numbers.stream().limit(tasks * each).forEach(number -> pieces.range(name, number, number));
            new TreeSet<>(parted.items(name)).stream().limit(tasks * each).forEach(item -> pieces.item(name, item));
        });
        return apart.plus(Resources.ofPlain(plain.get("cpus"), plain.get("disk"), plain.get("gpus"), plain.get("mem")))
                .plus(parted.special().scalarsOnly().shrinkTo(Limits.of(needed)))
                .plus(pieces.build());
    }

    // ---- what is set aside

    void setAside(long nowMs) {
        int most = Math.max(1, shadow.agents.size() / 16);
        List<Member> asked = new ArrayList<>();
        while (config.setAsideMs() > 0 && setAsides.size() < most) {
            Optional<Member> first = shadow.eligible().stream()
                    .filter(member -> demands.containsKey(member) && !asked.contains(member))
                    .filter(member -> restUntilMs.getOrDefault(member, Long.MIN_VALUE) <= nowMs)
                    .filter(member ->
                            setAsides.stream().noneMatch(aside -> aside.member().equals(member)))
                    .min(shadow.rules::byFairness);
            if (first.isEmpty()) {
                return;
            }
            Member member = first.get();
            asked.add(member);
            Optional<Integer> agent = bestFor(member);
            restUntilMs.put(member, nowMs + (agent.isPresent() ? 2 * config.setAsideMs() : 1_000));
            agent.ifPresent(chosen ->
                    setAsides.add(new SetAside(chosen, member, nowMs + config.setAsideMs(), shadow.sequence++)));
        }
    }

    private Optional<Integer> bestFor(Member member) {
        for (int i = 0; i < demands.get(member).size(); i++) {
            Demand demand = demand(member, i);
            Optional<Integer> best = open(member, i) == 0
                    ? Optional.empty()
                    : shadow.agents.keySet().stream()
                            .filter(agent -> isClearable(member, demand, agent))
                            .min(Comparator.comparing(agent -> lacking(member, demand, agent)));
            if (best.isPresent()) {
                return best;
            }
        }
        return Optional.empty();
    }

    private boolean isClearable(Member member, Demand demand, int agent) {
        if (!shadow.isOpen(agent)
                || isSetAsideForAnother(agent, member)
                || shadow.rules.whatever(member, agent) != null) {
            return false;
        }
        Resources all = shadow.rules.visible(member, shadow.agent(agent).profile.total());
        if (fit(demand, all) == 0 || fit(demand, shadow.rules.visible(member, shadow.free(agent))) > 0) {
            return false;
        }
        Resources needed = cut(demand, 1, all);
        return shadow.rules.cut(member, needed).equals(needed) && !shadow.rules.isFiltered(member, agent, needed);
    }

    private double lacking(Member member, Demand demand, int agent) {
        Resources free = shadow.rules.visible(member, shadow.free(agent));
        return demand.shape().names().stream()
                .mapToDouble(name -> ((double) demand.shape().of(name) - free.scalar(name))
                        / demand.shape().of(name))
                .max()
                .orElse(0);
    }
}
