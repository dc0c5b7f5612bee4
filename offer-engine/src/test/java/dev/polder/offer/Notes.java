package dev.polder.offer;

import dev.polder.offer.Shadow.Member;
import dev.polder.offer.resource.Conversion;
import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a caller knows of an engine without asking it: what he said, and what he was told. */
final class Notes {
    static final class Agent {
        AgentProfile profile;
        boolean isActive = true;
        Optional<Unavailability> unavailability = Optional.empty();
        final Map<Member, Resources> used = new HashMap<>();

        Agent(AgentProfile profile) {
            this.profile = profile;
        }
    }

    /** A task that runs, and whose it is. */
    record Task(RunningTask running, Member member) {}

    /** What was refused until when; one that is not sure may have ended with a revive of the same time. */
    record Filter(Member member, int agent, Resources refused, long untilMs, boolean isSure) {}

    final OfferEngineConfig config;
    final SortedMap<Integer, Agent> agents = new TreeMap<>();
    final SortedMap<Integer, Shadow.Framework> frameworks = new TreeMap<>();
    final SortedMap<Long, Offer> open = new TreeMap<>();
    final SortedMap<Long, Task> tasks = new TreeMap<>();
    final Map<String, Quota> quotas = new TreeMap<>();
    final Map<Member, List<Demand>> said = new HashMap<>();
    final List<Filter> filters = new ArrayList<>();
    Optional<Set<String>> whitelist = Optional.empty();
    boolean isPaused;
    boolean isRunning;
    long nowMs;

    private final Map<String, Integer> priorities = new HashMap<>();
    private final Map<Member, Long> reviveFromMs = new HashMap<>();
    private final Map<Member, Long> waitingRevives = new HashMap<>();
    private final Map<Object, Integer> stirs = new HashMap<>();

    Notes(OfferEngineConfig config) {
        this.config = config;
    }

    Agent agent(int index) {
        return Objects.requireNonNull(agents.get(index), () -> "there is no agent " + index);
    }

    Shadow.Framework framework(int index) {
        return Objects.requireNonNull(frameworks.get(index), () -> "there is no framework " + index);
    }

    static Member member(Offer offer) {
        return new Member(offer.framework(), offer.role());
    }

    // ---- stirs: how often something happened to somebody, so that one sees that nothing did

    /** Notes that something happened to an agent, other than that its resources moved. */
    void stirAgent(int agent) {
        stirs.merge(agent, 1, Integer::sum);
    }

    private void stirMember(Member member) {
        stirs.merge(member, 1, Integer::sum);
    }

    private void stirFramework(int framework) {
        stirs.merge("framework " + framework, 1, Integer::sum);
    }

    /** Notes that something of an agent was taken. */
    void take(int agent) {
        stirs.merge("taken of " + agent, 1, Integer::sum);
    }

    int stirs(int agent, Member member) {
        return stirs.getOrDefault(agent, 0)
                + stirs.getOrDefault(member, 0)
                + stirs.getOrDefault("framework " + member.framework(), 0);
    }

    int takes(int agent) {
        return stirs.getOrDefault("taken of " + agent, 0) + stirs.getOrDefault("quotas", 0);
    }

    // ---- agents

    void updateAgent(int index, AgentProfile profile) {
        Agent agent = agent(index);
        if (!agent.profile.withTotal(profile.total()).equals(profile)) {
            forgetFilters(index);
        }
        agent.profile = profile;
        stirAgent(index);
    }

    void setAgentActive(int index, boolean active) {
        agent(index).isActive = active;
        stirAgent(index);
    }

    void forgetFilters(int agent) {
        filters.removeIf(filter -> filter.agent == agent);
    }

    void removeAgent(int index) {
        agents.remove(index);
        forgetFilters(index);
        tasks.values().removeIf(task -> task.running.agent() == index);
        stirAgent(index);
    }

    void setWhitelist(Optional<Set<String>> hostnames) {
        whitelist = hostnames;
        agents.keySet().forEach(this::stirAgent);
    }

    void convert(int index, List<Conversion> conversions) {
        Agent agent = agent(index);
        agent.profile = agent.profile.withTotal(apply(agent.profile.total(), conversions));
        stirAgent(index);
    }

    static Resources apply(Resources from, List<Conversion> conversions) {
        Resources there = from;
        for (Conversion conversion : conversions) {
            there = there.apply(conversion);
        }
        return there;
    }

    // ---- frameworks

    void updateFramework(int index, FrameworkProfile profile) {
        Shadow.Framework framework = framework(index);
        for (String role : framework.profile.roles().keySet()) {
            if (!profile.roles().containsKey(role)) {
                Member member = new Member(index, role);
                filters.removeIf(filter -> filter.member.equals(member));
                waitingRevives.remove(member);
                framework.suppressed.remove(role);
            }
        }
        framework.profile = profile;
        stirFramework(index);
    }

    void setFrameworkActive(int index, boolean active) {
        framework(index).isActive = active;
        if (!active) {
            filters.removeIf(filter -> filter.member.framework() == index);
        }
        stirFramework(index);
    }

    void removeFramework(int index) {
        frameworks.remove(index);
        filters.removeIf(filter -> filter.member.framework() == index);
        waitingRevives.keySet().removeIf(member -> member.framework() == index);
        stirFramework(index);
    }

    void suppress(Member member) {
        framework(member.framework()).suppressed.add(member.role());
        waitingRevives.remove(member);
        stirMember(member);
    }

    /** Notes that one wants to revive; tells whether he does so now. */
    boolean revive(Member member) {
        long fromMs = reviveFromMs.getOrDefault(member, Long.MIN_VALUE);
        if (nowMs < fromMs) {
            waitingRevives.putIfAbsent(member, fromMs);
            return false;
        }
        performRevive(member);
        return true;
    }

    /** Notes that one whose waiting is over revives. */
    void performRevive(Member member) {
        waitingRevives.remove(member);
        reviveFromMs.put(member, nowMs + config.reviveIntervalMs());
        filters.removeIf(filter -> filter.member.equals(member));
        framework(member.framework()).suppressed.remove(member.role());
    }

    List<Member> dueRevives() {
        return waitingRevives.entrySet().stream()
                .filter(waiting -> waiting.getValue() <= nowMs)
                .map(Map.Entry::getKey)
                .toList();
    }

    void setDemands(Member member, List<Demand> demands) {
        said.put(member, demands);
        stirMember(member);
    }

    void clearDemands(Member member) {
        said.remove(member);
        stirMember(member);
    }

    void setQuotas(Map<String, Quota> update) {
        quotas.putAll(update);
        quotas.values().removeIf(Quota::isNone);
        stirs.merge("quotas", 1, Integer::sum);
    }

    void setPriority(String role, int priority) {
        priorities.put(role, priority);
    }

    void clearPriority(String role) {
        priorities.remove(role);
    }

    // ---- resources

    void offered(Offer offer) {
        open.put(offer.id(), offer);
        stirMember(member(offer));
        take(offer.agent());
    }

    void ended(Offer offer) {
        open.remove(offer.id());
        stirMember(member(offer));
    }

    void refused(Filter filter) {
        if (!filter.refused.isEmpty() && filter.untilMs > nowMs) {
            filters.add(filter);
        }
        stirMember(filter.member);
    }

    void use(int agent, Member member, Resources resources) {
        if (!resources.isEmpty()) {
            agent(agent).used.merge(member, resources, Resources::plus);
        }
        take(agent);
    }

    void release(int agent, Member member, Resources resources) {
        agent(agent).used.computeIfPresent(member, (key, used) -> {
            Resources rest = used.minus(resources);
            return rest.isEmpty() ? null : rest;
        });
    }

    /** Forgets what depends on something that is no more. */
    void tidy() {
        said.keySet().removeIf(member -> !isSubscribed(member));
        filters.removeIf(filter -> filter.untilMs <= nowMs);
        Set<Member> members = new HashSet<>();
        agents.values().forEach(agent -> members.addAll(agent.used.keySet()));
        open.values().forEach(offer -> members.add(member(offer)));
        reviveFromMs.keySet().removeIf(member -> !isSubscribed(member) && !members.contains(member));
    }

    // ---- questions

    boolean isSubscribed(Member member) {
        Shadow.Framework framework = frameworks.get(member.framework());
        return framework != null && framework.profile.roles().containsKey(member.role());
    }

    /** Tells whether one takes offers at all. */
    boolean isWilling(Member member) {
        return isSubscribed(member)
                && framework(member.framework()).isActive
                && !framework(member.framework()).suppressed.contains(member.role());
    }

    boolean isBarred(int agent) {
        return whitelist.isPresent()
                && !whitelist.get().contains(agent(agent).profile.hostname());
    }

    List<Offer> offersOf(int agent) {
        return open.values().stream().filter(offer -> offer.agent() == agent).toList();
    }

    /** Tells whether a framework has something of an agent, in use or in an offer. */
    boolean hasSomething(int framework, int agent) {
        return agent(agent).used.keySet().stream().anyMatch(member -> member.framework() == framework)
                || offersOf(agent).stream().anyMatch(offer -> offer.framework() == framework);
    }

    Resources used(int agent) {
        return sum(agent(agent).used.values());
    }

    Resources offered(int agent) {
        return sum(offersOf(agent).stream().map(Offer::resources).toList());
    }

    Resources free(int agent) {
        return agent(agent).profile.total().minusSaturating(busy(agent));
    }

    Resources overcommitted(int agent) {
        return busy(agent).minusSaturating(agent(agent).profile.total());
    }

    private Resources busy(int agent) {
        return used(agent).filter(id -> !id.isShared()).plus(offered(agent));
    }

    private static Resources sum(Collection<Resources> amounts) {
        return amounts.stream().reduce(Resources.EMPTY, Resources::plus);
    }

    /** Returns what counts for the quota of a role. */
    Quantities consumed(String role) {
        Consumption consumption = new Consumption(role);
        for (Agent agent : agents.values()) {
            consumption.addTotal(agent.profile.total());
            agent.used.forEach((member, used) -> consumption.addHeld(member.role(), used));
        }
        open.values().forEach(offer -> consumption.addHeld(offer.role(), offer.resources()));
        return consumption.sum();
    }

    /** Tells whether a role has what it is guaranteed, of the scalars that are in this, when tasks have ended besides. */
    boolean isSpared(String role, Resources taken, Collection<RunningTask> leaving) {
        return isSpared(role, taken, leaving, open.values());
    }

    /** Tells the same if only these offers do not count as had. */
    boolean isSpared(String role, Resources taken, Collection<RunningTask> leaving, Collection<Offer> notHad) {
        String top = role.replaceFirst("/.*", "");
        Quantities guarantees = quotas.getOrDefault(top, Quota.NONE).guarantees();
        Quantities had = consumed(top);
        Quantities gone = Quantities.EMPTY;
        for (Offer offer : notHad) {
            gone = gone.plus(pool(top, offer.role(), offer.resources()));
        }
        for (RunningTask task : leaving) {
            gone = gone.plus(pool(top, task.role(), task.resources()));
        }
        for (String name : Consumption.pool(taken).quantities().names()) {
            if (guarantees.of(name) > 0 && had.of(name) - gone.of(name) < guarantees.of(name)) {
                return false;
            }
        }
        return true;
    }

    private static Quantities pool(String top, String role, Resources resources) {
        return Consumption.isAtOrBelow(role, top) ? Consumption.pool(resources).quantities() : Quantities.EMPTY;
    }

    /** Returns a role and those above it. */
    static List<String> upwards(String role) {
        List<String> roles = new ArrayList<>(List.of(role));
        for (int slash = role.lastIndexOf('/'); slash >= 0; slash = role.lastIndexOf('/', slash - 1)) {
            roles.add(role.substring(0, slash));
        }
        return roles;
    }

    /** Returns the priority of something that may have one of its own under a role, whose own is the highest. */
    int priority(OptionalInt own, String role) {
        int ofRole = upwards(role).stream()
                .filter(priorities::containsKey)
                .map(priorities::get)
                .findFirst()
                .orElse(0);
        return Math.min(own.orElse(ofRole), ofRole);
    }
}
