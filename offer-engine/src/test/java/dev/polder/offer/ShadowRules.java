package dev.polder.offer;

import dev.polder.offer.FrameworkProfile.Capability;
import dev.polder.offer.Shadow.Bug;
import dev.polder.offer.Shadow.Member;
import dev.polder.offer.Shadow.Open;
import dev.polder.offer.resource.Limits;
import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.ResourceId;
import dev.polder.offer.resource.Resources;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Who is offered what, written down as plainly as it goes: everything is added up and sorted anew for every question.
 */
final class ShadowRules {
    private static final BigInteger WHOLE = BigInteger.ONE.shiftLeft(40);

    private final Shadow shadow;
    private final OfferEngineConfig config;
    private final Bug bug;

    ShadowRules(Shadow shadow, OfferEngineConfig config, Bug bug) {
        this.shadow = shadow;
        this.config = config;
        this.bug = bug;
    }

    /** What one may be offered of an agent, or the rule that says no. */
    record Grant(Resources resources, Refusal.@Nullable Why why, boolean isCut, int demand) {
        Grant(Resources resources, Refusal.Why why) {
            this(resources, why, false, Demands.NONE);
        }
    }

    // ---- whose turn it is

    /** Returns whose turn it is on an agent, null if nobody may have anything. */
    @Nullable
    Member next(int agent) {
        List<Member> candidates = new ArrayList<>();
        for (Member member : shadow.eligible()) {
            if (grant(member, agent).why == null) {
                candidates.add(member);
            }
        }
        List<Member> served = candidates.stream()
                .filter(member -> servesGuarantee(member, grant(member, agent).resources))
                .toList();
        Member first = candidates.stream().min(this::byFairness).orElse(null);
        if (served.isEmpty() || bug == Bug.FORGETS_GUARANTEES) {
            return first;
        }
        if (!served.contains(first)) {
            shadow.happened.merge("guarantee", 1, Integer::sum);
        }
        return served.stream().min(this::byFairness).orElseThrow();
    }

    private boolean servesGuarantee(Member member, Resources granted) {
        Quantities lacking = lacking(top(member.role()));
        Quantities pooled = pool(granted);
        return pooled.names().stream().anyMatch(name -> lacking.of(name) > 0);
    }

    int byFairness(Member one, Member other) {
        List<String> path = nodes(one.role());
        List<String> otherPath = nodes(other.role());
        for (int i = 0; i < Math.min(path.size(), otherPath.size()); i++) {
            if (!path.get(i).equals(otherPath.get(i))) {
                return byFairness(path.get(i), otherPath.get(i));
            }
        }
        int byShare = share(one).compareTo(share(other));
        int byOffers = bug == Bug.TIES_BY_NAME_ALONE ? 0 : Long.compare(shadow.offersTo(one), shadow.offersTo(other));
        return byShare != 0
                ? byShare
                : byOffers != 0 ? byOffers : shadow.nameOf(one).compareTo(shadow.nameOf(other));
    }

    /** Orders two siblings in the tree. */
    private int byFairness(String node, String other) {
        int byShare = share(node).compareTo(share(other));
        int byOffers = bug == Bug.TIES_BY_NAME_ALONE ? 0 : Long.compare(offersTo(node), offersTo(other));
        return byShare != 0 ? byShare : byOffers != 0 ? byOffers : last(node).compareTo(last(other));
    }

    private static String last(String node) {
        return node.substring(node.lastIndexOf('/') + 1);
    }

    /** Returns the nodes from the top down to where a role's own frameworks compete. */
    private List<String> nodes(String role) {
        List<String> nodes = new ArrayList<>();
        for (int slash = role.indexOf('/'); slash >= 0; slash = role.indexOf('/', slash + 1)) {
            nodes.add(role.substring(0, slash));
        }
        nodes.add(role);
        boolean hasChildren = roles().stream().anyMatch(other -> other.startsWith(role + "/"));
        if (hasChildren) {
            nodes.add(role + "/.");
        }
        return nodes;
    }

    /** Returns all roles that exist, those above others included. */
    SortedSet<String> roles() {
        Set<String> named = new HashSet<>(shadow.weights.keySet());
        named.addAll(shadow.quotas.keySet());
        shadow.members().forEach(member -> named.add(member.role()));
        shadow.agents
                .values()
                .forEach(agent -> agent.profile
                        .total()
                        .forEach((id, value) -> id.reservationRole()
                                .filter(role -> !id.isRevocable())
                                .filter(role ->
                                        !Resources.of(id, value).quantities().isEmpty())
                                .ifPresent(named::add)));
        SortedSet<String> all = new TreeSet<>();
        for (String role : named) {
            for (int slash = role.indexOf('/'); slash >= 0; slash = role.indexOf('/', slash + 1)) {
                all.add(role.substring(0, slash));
            }
            all.add(role);
        }
        return all;
    }

    private static String top(String role) {
        int slash = role.indexOf('/');
        return slash < 0 ? role : role.substring(0, slash);
    }

    private static boolean isAtOrBelow(String role, String ancestor) {
        return role.equals(ancestor) || role.startsWith(ancestor + "/");
    }

    /** Tells whether what a member has counts for a node, which may be a virtual leaf. */
    private static boolean isOf(Member member, String node) {
        return node.endsWith("/.") ? node.equals(member.role() + "/.") : isAtOrBelow(member.role(), node);
    }

    private long offersTo(String node) {
        return node.endsWith("/.")
                ? shadow.roleOffers.getOrDefault(node, 0L)
                : shadow.nodeOffers.getOrDefault(node, 0L);
    }

    // ---- shares

    /** Returns by what a round orders agents while somebody said what he waits for. */
    BigInteger roominess(int agent) {
        return dominant(shadow.free(agent).plain().quantities()).min(WHOLE);
    }

    private BigInteger share(Member member) {
        return dominant(quantities(had(List.of(member))));
    }

    private BigInteger share(String node) {
        long weight = bug == Bug.FORGETS_WEIGHTS ? 1000 : shadow.weights.getOrDefault(node, 1000L);
        List<Member> its =
                shadow.members().stream().filter(member -> isOf(member, node)).toList();
        return dominant(quantities(had(its))).multiply(BigInteger.valueOf(1000)).divide(BigInteger.valueOf(weight));
    }

    private BigInteger dominant(Quantities charged) {
        BigInteger most = BigInteger.ZERO;
        Quantities total = shadow.agents.values().stream()
                .map(agent -> agent.profile.total().quantities())
                .reduce(Quantities.EMPTY, Quantities::plus);
        for (String name : charged.names()) {
            if (total.of(name) > 0 && !config.excludedFromShares().contains(name)) {
                BigInteger share =
                        BigInteger.valueOf(charged.of(name)).multiply(WHOLE).divide(BigInteger.valueOf(total.of(name)));
                most = most.max(share.min(WHOLE.shiftLeft(12)));
            }
        }
        return most;
    }

    /** Returns what these use and are offered on each agent, what is shared once. */
    private List<Resources> had(Collection<Member> members) {
        Map<Integer, List<Resources>> byAgent = new TreeMap<>();
        shadow.agents.forEach((index, agent) -> agent.used.forEach((member, resources) -> {
            if (members.contains(member)) {
                byAgent.computeIfAbsent(index, key -> new ArrayList<>()).add(resources);
            }
        }));
        for (Open open : shadow.offers.values()) {
            if (members.contains(open.member())) {
                byAgent.computeIfAbsent(open.agent(), key -> new ArrayList<>()).add(open.resources());
            }
        }
        return byAgent.values().stream().map(ShadowRules::together).toList();
    }

    private static Resources together(List<Resources> parts) {
        Resources[] sum = {Resources.EMPTY};
        Set<ResourceId> shared = new HashSet<>();
        for (Resources part : parts) {
            part.forEach((id, value) -> {
                if (!id.isShared() || shared.add(id)) {
                    sum[0] = sum[0].plus(Resources.of(id, value));
                }
            });
        }
        return sum[0];
    }

    private static Quantities quantities(List<Resources> all) {
        return all.stream().map(Resources::quantities).reduce(Quantities.EMPTY, Quantities::plus);
    }

    // ---- what one may have

    /** Returns why a member never gets anything of an agent, null if it may. */
    Refusal.@Nullable Why whatever(Member member, int agent) {
        AgentProfile profile = shadow.agent(agent).profile;
        Set<Capability> can = shadow.framework(member.framework()).profile.capabilities();
        if (!shadow.profile(member).constraints().allows(profile)) {
            return Refusal.Why.CONSTRAINTS;
        }
        boolean isRemote = config.region().isPresent()
                && profile.region().isPresent()
                && !profile.region().equals(config.region());
        if (isRemote && !can.contains(Capability.REGION_AWARE)) {
            return Refusal.Why.OTHER_REGION;
        }
        boolean hasGpus = profile.total().quantities().gpus() > 0;
        if (config.guardsGpus() && hasGpus && !can.contains(Capability.GPU_RESOURCES)) {
            return Refusal.Why.GPUS;
        }
        return null;
    }

    /** Returns what of these a member may have at all. */
    Resources visible(Member member, Resources these) {
        Set<Capability> can = shadow.framework(member.framework()).profile.capabilities();
        return these.filter(id -> id.isAllocatableTo(member.role())
                && (!id.isRefined() || can.contains(Capability.RESERVATION_REFINEMENT))
                && (!id.isRevocable() || can.contains(Capability.REVOCABLE_RESOURCES))
                && (!id.isShared() || can.contains(Capability.SHARED_RESOURCES)));
    }

    /** Returns the rule by which a member is not offered anything, as it is explained: what is too little is that first. */
    Refusal.@Nullable Why refusal(Member member, int agent) {
        Refusal.Why why = grant(member, agent).why;
        boolean isByQuota = why == Refusal.Why.OVER_LIMIT || why == Refusal.Why.HEADROOM;
        boolean isTooLittle = isByQuota
                && shadow.demands.said.containsKey(member)
                && !shadow.demands.fitsAny(member, visible(member, shadow.free(agent)));
        return isTooLittle ? Refusal.Why.UNSUITABLE : why;
    }

    Grant grant(Member member, int agent) {
        Refusal.Why whatever = whatever(member, agent);
        if (whatever != null) {
            return new Grant(Resources.EMPTY, whatever);
        }
        Resources visible = visible(member, shadow.free(agent));
        if (visible.isEmpty()) {
            return new Grant(visible, Refusal.Why.NOT_FOR_ROLE);
        }
        return belowQuota(member, agent, visible);
    }

    /** Tells whether quota leaves a member what it needs, once what is not free yet has become so. */
    boolean leaves(Member member, Resources needed, Resources free) {
        Quantities wanted = pool(needed);
        Quantities missing = wanted.minusSaturating(pool(free));
        return wanted.names().stream()
                .allMatch(name -> Math.min(room(member.role(), name), beyondHeadroom(member.role(), name, missing))
                        >= wanted.of(name));
    }

    private Grant belowQuota(Member member, int agent, Resources visible) {
        Refusal.Why cut = null;
        Quantities wanted = pool(visible);
        Map<String, Long> allowed = new TreeMap<>();
        for (String name : wanted.names()) {
            long room = room(member.role(), name);
            long beyond = beyondHeadroom(member.role(), name);
            if (Math.min(room, beyond) < wanted.of(name)) {
                allowed.put(name, Math.min(room, beyond));
                cut = room < wanted.of(name) || cut == Refusal.Why.OVER_LIMIT
                        ? Refusal.Why.OVER_LIMIT
                        : Refusal.Why.HEADROOM;
            }
        }
        Resources granted = shrink(visible, allowed);
        if (shadow.demands.isSetAsideForAnother(agent, member) && !servesGuarantee(member, granted)) {
            granted = granted.filter(id -> !isPool(id));
            cut = Refusal.Why.SET_ASIDE;
            if (granted.isEmpty()) {
                return new Grant(granted, cut);
            }
        }
        if (shadow.demands.said.containsKey(member)) {
            return shadow.demands.grant(member, agent, granted, cut);
        }
        Minimum minimum = shadow.profile(member).minimum().orElse(config.minimum());
        if (!isEnough(granted, minimum)) {
            return new Grant(granted, cut == null ? Refusal.Why.BELOW_MINIMUM : cut);
        }
        return new Grant(
                granted, isFiltered(member, agent, granted) ? Refusal.Why.FILTERED : null, cut != null, Demands.NONE);
    }

    static boolean isEnough(Resources granted, Minimum minimum) {
        return minimum.alternatives().isEmpty()
                ? !granted.isEmpty()
                : minimum.alternatives().stream()
                        .anyMatch(least -> granted.quantities().covers(least));
    }

    boolean isFiltered(Member member, int agent, Resources granted) {
        return bug != Bug.IGNORES_FILTERS
                && shadow.filters.stream()
                        .anyMatch(filter -> filter.member().equals(member)
                                && filter.agent() == agent
                                && filter.refused().covers(granted));
    }

    /** Takes the pool's scalars down, the plain ones first. */
    private static Resources shrink(Resources visible, Map<String, Long> allowed) {
        Resources pooled = visible.filter(ShadowRules::isPool);
        Map<String, Long> rest = new TreeMap<>(allowed);
        Map<String, Long> plain = new TreeMap<>();
        for (String name : List.of("cpus", "disk", "gpus", "mem")) {
            long amount = pooled.plain().scalar(name);
            long kept = Math.min(amount, allowed.getOrDefault(name, Long.MAX_VALUE));
            plain.put(name, kept);
            rest.computeIfPresent(name, (key, left) -> left - kept);
        }
        return visible.filter(id -> !isPool(id))
                .plus(Resources.ofPlain(plain.get("cpus"), plain.get("disk"), plain.get("gpus"), plain.get("mem")))
                .plus(pooled.special().shrinkTo(Limits.of(rest)));
    }

    // ---- quota

    private static boolean isPool(ResourceId id) {
        return !id.isReserved() && !id.isRevocable();
    }

    private static Quantities pool(Resources resources) {
        return resources.filter(ShadowRules::isPool).quantities();
    }

    /** Returns what counts for the quota of a role. */
    Quantities consumed(String role) {
        List<Member> its = shadow.members().stream()
                .filter(member -> isAtOrBelow(member.role(), role))
                .toList();
        Quantities consumed = had(its).stream().map(ShadowRules::pool).reduce(Quantities.EMPTY, Quantities::plus);
        for (Shadow.Agent agent : shadow.agents.values()) {
            Resources reserved = agent.profile
                    .total()
                    .filter(id -> !id.isRevocable()
                            && id.reservationRole()
                                    .filter(reservedTo -> isAtOrBelow(reservedTo, role))
                                    .isPresent());
            consumed = consumed.plus(reserved.quantities());
        }
        return consumed;
    }

    private long room(String role, String name) {
        long room = Long.MAX_VALUE;
        for (Map.Entry<String, Quota> quota : shadow.quotas.entrySet()) {
            boolean holds =
                    bug == Bug.LIMITS_THE_ROLE_ALONE ? role.equals(quota.getKey()) : isAtOrBelow(role, quota.getKey());
            long limit = quota.getValue().limits().limit(name);
            if (holds && limit < Long.MAX_VALUE) {
                room = Math.min(
                        room, Math.max(0, limit - consumed(quota.getKey()).of(name)));
            }
        }
        return room;
    }

    private Quantities lacking(String role) {
        Quota quota = shadow.quotas.getOrDefault(role, Quota.NONE);
        return quota.guarantees().minusSaturating(consumed(role));
    }

    private long beyondHeadroom(String role, String name) {
        return beyondHeadroom(role, name, Quantities.EMPTY);
    }

    private long beyondHeadroom(String role, String name, Quantities more) {
        long required = shadow.quotas.keySet().stream()
                .mapToLong(guaranteed -> lacking(guaranteed).of(name))
                .sum();
        return required == 0
                ? Long.MAX_VALUE
                : lacking(top(role)).of(name) + Math.max(0, available().of(name) + more.of(name) - required);
    }

    Quantities available() {
        Quantities available = Quantities.EMPTY;
        for (int agent : shadow.agents.keySet()) {
            if (shadow.isOpen(agent)) {
                available = available.plus(pool(shadow.free(agent)));
            }
        }
        return available;
    }

    /** Tells whether less of a scalar is available than what is guaranteed and lacking. */
    boolean isLacking(String name) {
        long required = shadow.quotas.keySet().stream()
                .mapToLong(role -> lacking(role).of(name))
                .sum();
        return available().of(name) < required;
    }
}
