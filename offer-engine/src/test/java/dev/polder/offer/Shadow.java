package dev.polder.offer;

import dev.polder.offer.resource.Conversion;
import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.ResourceId;
import dev.polder.offer.resource.Resources;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the engine's calls mean, written down as plainly as it goes: no index, no order kept, no note of what changed. A
 * round looks at every agent and asks {@link ShadowRules} for each. What is illegal answers false and changes nothing.
 */
final class Shadow {
    /** Mistakes that can be planted, so that one sees them found. */
    enum Bug {
        NONE,
        RELEASES_TWICE,
        IGNORES_FILTERS,
        FORGETS_TIMED_OUT_RESOURCES,
        FORGETS_WEIGHTS,
        REVIVES_ALWAYS_AT_ONCE,
        TIES_BY_NAME_ALONE,
        FORGETS_GUARANTEES,
        LIMITS_THE_ROLE_ALONE,
        LETS_HOARD,
        SETS_NOTHING_ASIDE,
        OFFERS_MORE_THAN_NEEDED,
        GIVES_ROOM_TO_OTHER_DEMANDS,
        SETS_ASIDE_BY_FAIRNESS_ALONE
    }

    /** A framework in a role: what shares are computed for. */
    record Member(int framework, String role) {}

    /** An open offer. */
    record Open(long id, Member member, int agent, Resources resources, long endsMs, long sequence) {}

    /** A decline filter. */
    record Filter(Member member, int agent, Resources refused, long endsMs, long sequence) {}

    /** A revive that waits. */
    record Waiting(Member member, long endsMs, long sequence) {}

    static final class Agent {
        AgentProfile profile;
        boolean isActive = true;
        final Map<Member, Resources> used = new HashMap<>();

        Agent(AgentProfile profile) {
            this.profile = profile;
        }
    }

    static final class Framework {
        FrameworkProfile profile;
        boolean isActive = true;
        final Set<String> suppressed = new TreeSet<>();

        Framework(FrameworkProfile profile) {
            this.profile = profile;
        }
    }

    final SortedMap<Integer, Agent> agents = new TreeMap<>();
    final SortedMap<Integer, Framework> frameworks = new TreeMap<>();
    final SortedMap<Long, Open> offers = new TreeMap<>();
    final List<Filter> filters = new ArrayList<>();
    final Map<String, Long> weights = new TreeMap<>();
    final Map<String, Quota> quotas = new TreeMap<>();
    final List<String> events = new ArrayList<>();

    /** How many offers went to each node, those below it included, and to each role alone. */
    final Map<String, Long> nodeOffers = new HashMap<>();

    final Map<String, Long> roleOffers = new HashMap<>();
    final ShadowRules rules;
    final ShadowDemands demands;

    /** How often what is worth counting happened. */
    final Map<String, Integer> happened = new TreeMap<>();

    boolean isPaused;

    private final OfferEngineConfig config;
    private final Bug bug;
    private final List<Waiting> waiting = new ArrayList<>();
    private final Map<Member, Long> reviveFromMs = new HashMap<>();
    private final Map<Member, Long> memberOffers = new HashMap<>();
    private Optional<Set<String>> whitelist = Optional.empty();
    private long nextOffer;
    long sequence;

    Shadow(OfferEngineConfig config, Bug bug) {
        this.config = config;
        this.bug = bug;
        this.rules = new ShadowRules(this, config, bug);
        this.demands = new ShadowDemands(this, config, bug);
    }

    Agent agent(int index) {
        return Objects.requireNonNull(agents.get(index));
    }

    Framework framework(int index) {
        return Objects.requireNonNull(frameworks.get(index));
    }

    SubscriptionProfile profile(Member member) {
        return Objects.requireNonNull(
                framework(member.framework).profile.roles().get(member.role));
    }

    String nameOf(Member member) {
        return framework(member.framework).profile.name();
    }

    long offersTo(Member member) {
        return memberOffers.getOrDefault(member, 0L);
    }

    // ---- amounts

    static Resources exclusive(Resources resources) {
        return resources.filter(id -> !id.isShared());
    }

    Resources used(int agent) {
        return sum(agent(agent).used.values());
    }

    Resources offered(int agent) {
        return sum(offersOf(agent).stream().map(Open::resources).toList());
    }

    Resources free(int agent) {
        return agent(agent)
                .profile
                .total()
                .minusSaturating(exclusive(used(agent)).plus(offered(agent)));
    }

    Resources overcommitted(int agent) {
        return exclusive(used(agent))
                .plus(offered(agent))
                .minusSaturating(agent(agent).profile.total());
    }

    List<Open> offersOf(int agent) {
        return offers.values().stream().filter(open -> open.agent == agent).toList();
    }

    private static Resources sum(Collection<Resources> amounts) {
        return amounts.stream().reduce(Resources.EMPTY, Resources::plus);
    }

    /** Answers a question as if what is in offers of an agent was free. */
    <T> T withoutOffers(int agent, Supplier<T> question) {
        List<Open> its = offersOf(agent);
        its.forEach(open -> offers.remove(open.id));
        T answer = question.get();
        its.forEach(open -> offers.put(open.id, open));
        return answer;
    }

    boolean isOpen(int agent) {
        return agent(agent).isActive && !isBarred(agent);
    }

    boolean isBarred(int agent) {
        return whitelist.isPresent()
                && !whitelist.get().contains(agent(agent).profile.hostname());
    }

    // ---- agents

    int addAgent(AgentProfile profile) {
        int index = firstFree(agents);
        agents.put(index, new Agent(profile));
        return index;
    }

    void updateAgent(int agent, AgentProfile profile) {
        rescind(offersOf(agent), OfferSink.Reason.WITHDRAWN);
        if (!agent(agent).profile.withTotal(profile.total()).equals(profile)) {
            forgetFilters(agent);
        }
        agent(agent).profile = profile;
        demands.endSetAsides(aside -> aside.agent() == agent);
        forgetWhatIsGone();
    }

    void setAgentActive(int agent, boolean active) {
        agent(agent).isActive = active;
        if (!active) {
            rescind(offersOf(agent), OfferSink.Reason.AGENT_GONE);
        }
    }

    void forgetFilters(int agent) {
        filters.removeIf(filter -> filter.agent == agent);
    }

    void removeAgent(int agent) {
        rescind(offersOf(agent), OfferSink.Reason.AGENT_GONE);
        agents.remove(agent);
        forgetFilters(agent);
        forgetWhatIsGone();
    }

    void setWhitelist(Optional<Set<String>> hostnames) {
        whitelist = hostnames;
    }

    boolean convertAvailable(int agent, List<Conversion> conversions) {
        Optional<Resources> total = converted(agent, agent(agent).profile.total(), conversions);
        Optional<Resources> free = converted(agent, free(agent), conversions);
        if (free.isEmpty() || total.isEmpty()) {
            return false;
        }
        agent(agent).profile = agent(agent).profile.withTotal(total.get());
        forgetWhatIsGone();
        return true;
    }

    private Optional<Resources> converted(int agent, Resources from, List<Conversion> conversions) {
        Resources rest = from;
        for (Conversion conversion : conversions) {
            boolean isInUse = !sharedIds(conversion.consumed()).stream()
                    .filter(sharedIds(used(agent))::contains)
                    .toList()
                    .isEmpty();
            if (isInUse || !rest.covers(conversion.consumed())) {
                return Optional.empty();
            }
            rest = rest.minus(conversion.consumed());
            Resources left = rest;
            boolean[] isThere = {false};
            conversion
                    .converted()
                    .forEach((id, value) -> isThere[0] |=
                            id.isPersistentVolume() && !left.filter(id::equals).isEmpty());
            if (isThere[0]) {
                return Optional.empty();
            }
            rest = rest.plus(conversion.converted());
        }
        return Optional.of(rest);
    }

    private static Set<ResourceId> sharedIds(Resources resources) {
        Set<ResourceId> ids = new HashSet<>();
        resources.filter(ResourceId::isShared).forEach((id, value) -> ids.add(id));
        return ids;
    }

    // ---- frameworks

    int addFramework(FrameworkProfile profile) {
        int index = firstFree(frameworks);
        frameworks.put(index, new Framework(profile));
        return index;
    }

    void updateFramework(int index, FrameworkProfile profile) {
        Framework framework = framework(index);
        for (String role : List.copyOf(framework.profile.roles().keySet())) {
            if (!profile.roles().containsKey(role)) {
                Member member = new Member(index, role);
                filters.removeIf(filter -> filter.member.equals(member));
                waiting.removeIf(wait -> wait.member.equals(member));
                framework.suppressed.remove(role);
            }
        }
        List<Open> under = offersTo(index, profile.roles().keySet());
        framework.profile = profile;
        rescind(under, OfferSink.Reason.ROLE_GONE);
        demands.endSetAsides(aside -> aside.member().framework() == index);
        forgetWhatIsGone();
    }

    void setFrameworkActive(int index, boolean active) {
        framework(index).isActive = active;
        if (!active) {
            filters.removeIf(filter -> filter.member.framework == index);
            rescind(offersTo(index, Set.of()), OfferSink.Reason.FRAMEWORK_GONE);
        }
    }

    boolean removeFramework(int index) {
        boolean uses = agents.values().stream()
                .flatMap(agent -> agent.used.keySet().stream())
                .anyMatch(member -> member.framework == index);
        if (uses) {
            return false;
        }
        rescind(offersTo(index, Set.of()), OfferSink.Reason.FRAMEWORK_GONE);
        filters.removeIf(filter -> filter.member.framework == index);
        waiting.removeIf(wait -> wait.member.framework == index);
        frameworks.remove(index);
        forgetWhatIsGone();
        return true;
    }

    void setWeight(String role, long weight) {
        if (weight == 1000) {
            weights.remove(role);
        } else {
            weights.put(role, weight);
        }
        forgetWhatIsGone();
    }

    boolean setQuotas(Map<String, Quota> update, boolean force) {
        Map<String, Quota> all = new TreeMap<>(quotas);
        all.putAll(update);
        Quantities guaranteed = Quantities.EMPTY;
        for (Map.Entry<String, Quota> quota : all.entrySet()) {
            if (quota.getKey().contains("/") && !quota.getValue().guarantees().isEmpty()) {
                return false;
            }
            guaranteed = guaranteed.plus(quota.getValue().guarantees());
        }
        Quantities total = agents.values().stream()
                .map(agent ->
                        agent.profile.total().filter(id -> !id.isRevocable()).quantities())
                .reduce(Quantities.EMPTY, Quantities::plus);
        boolean isExceeded = update.entrySet().stream()
                .anyMatch(quota -> !quota.getValue().limits().allow(consumedWithoutOffers(quota.getKey())));
        if (!force && (isExceeded || !total.covers(guaranteed))) {
            return false;
        }
        all.values().removeIf(Quota::isNone);
        quotas.clear();
        quotas.putAll(all);
        new TreeSet<>(update.keySet()).forEach(this::rescindAboveLimits);
        if (quotas.values().stream().anyMatch(quota -> !quota.guarantees().isEmpty())) {
            rescindForGuarantees();
        }
        forgetWhatIsGone();
        return true;
    }

    private Quantities consumedWithoutOffers(String role) {
        Quantities consumed = rules.consumed(role);
        for (Open open : offers.values()) {
            if (open.member.role.equals(role) || open.member.role.startsWith(role + "/")) {
                consumed = consumed.minus(pool(open.resources));
            }
        }
        return consumed;
    }

    private static Quantities pool(Resources resources) {
        return resources.filter(id -> !id.isReserved() && !id.isRevocable()).quantities();
    }

    private List<Open> newestFirst() {
        return offers.values().stream()
                .sorted(Comparator.comparing(Open::id).reversed())
                .toList();
    }

    private void rescindAboveLimits(String role) {
        Quota quota = quotas.getOrDefault(role, Quota.NONE);
        for (Open open : newestFirst()) {
            boolean isBelow = open.member.role.equals(role) || open.member.role.startsWith(role + "/");
            Quantities consumed = rules.consumed(role);
            boolean helps = pool(open.resources).names().stream()
                    .anyMatch(name -> consumed.of(name) > quota.limits().limit(name));
            if (isBelow && helps) {
                rescind(List.of(open), OfferSink.Reason.QUOTA);
            }
        }
    }

    private void rescindForGuarantees() {
        for (Open open : newestFirst()) {
            String top = open.member.role.replaceFirst("/.*", "");
            Quantities offered = pool(open.resources);
            Quantities consumed = rules.consumed(top);
            Quantities guarantees = quotas.getOrDefault(top, Quota.NONE).guarantees();
            boolean helps = offered.names().stream()
                    .anyMatch(name ->
                            rules.isLacking(name) && consumed.of(name) - offered.of(name) >= guarantees.of(name));
            if (helps) {
                rescind(List.of(open), OfferSink.Reason.QUOTA);
            }
        }
    }

    boolean suppress(int index, String role) {
        if (!framework(index).profile.roles().containsKey(role)) {
            return false;
        }
        framework(index).suppressed.add(role);
        waiting.removeIf(wait -> wait.member.equals(new Member(index, role)));
        return true;
    }

    boolean revive(long nowMs, int index, String role) {
        Member member = new Member(index, role);
        if (!framework(index).profile.roles().containsKey(role)) {
            return false;
        }
        long fromMs = reviveFromMs.getOrDefault(member, Long.MIN_VALUE);
        if (nowMs >= fromMs || bug == Bug.REVIVES_ALWAYS_AT_ONCE) {
            waiting.removeIf(wait -> wait.member.equals(member));
            performRevive(nowMs, member);
        } else if (waiting.stream().noneMatch(wait -> wait.member.equals(member))) {
            waiting.add(new Waiting(member, fromMs, sequence++));
        }
        return true;
    }

    private void performRevive(long nowMs, Member member) {
        reviveFromMs.put(member, nowMs + config.reviveIntervalMs());
        filters.removeIf(filter -> filter.member.equals(member));
        framework(member.framework).suppressed.remove(member.role);
    }

    int waitingRevives() {
        return waiting.size();
    }

    // ---- answers

    boolean accept(long nowMs, List<Long> ids, List<Conversion> conversions, Resources used, long refuseMs) {
        List<Open> accepted = new ArrayList<>();
        for (long id : new TreeSet<>(ids)) {
            if (offers.containsKey(id)) {
                accepted.add(offers.get(id));
            }
        }
        boolean together = accepted.stream().map(Open::member).distinct().count() == 1
                && accepted.stream().map(Open::agent).distinct().count() == 1;
        if (accepted.size() < ids.size() || !together) {
            return false;
        }
        Member member = accepted.get(0).member;
        int agent = accepted.get(0).agent;
        Resources offered = sum(accepted.stream().map(Open::resources).toList());
        Optional<Resources> all = converted(agent, offered, conversions);
        Optional<Resources> total = converted(agent, agent(agent).profile.total(), conversions);
        boolean isCovered = conversions.stream().allMatch(conversion -> isForRole(conversion, member.role))
                && all.isPresent()
                && total.isPresent()
                && all.get().covers(exclusive(used))
                && sharedIds(all.get()).containsAll(sharedIds(used));
        if (!isCovered) {
            return false;
        }
        agent(agent).profile = agent(agent).profile.withTotal(total.get());
        accepted.forEach(open -> offers.remove(open.id));
        demands.launched(member, accepted.get(0).id, used);
        if (!used.isEmpty()) {
            agent(agent).used.merge(member, used, Resources::plus);
        }
        long floorMs = used.isEmpty() ? config.reofferDelayMs() : 0;
        refuse(nowMs, member, agent, all.get().minus(exclusive(used)), Math.max(refuseMs, floorMs));
        forgetWhatIsGone();
        return true;
    }

    /** Tells whether all that is reserved anew is so for this role. */
    private static boolean isForRole(Conversion conversion, String role) {
        boolean[] is = {true};
        conversion
                .converted()
                .forEach((id, value) -> is[0] &= id.reservationRole()
                                .filter(other -> !other.equals(role))
                                .isEmpty()
                        || !conversion
                                .consumed()
                                .filter(before -> before.reservations().equals(id.reservations()))
                                .isEmpty());
        return is[0];
    }

    void withdraw(long id) {
        offers.remove(id);
    }

    private void refuse(long nowMs, Member member, int agent, Resources refused, long refuseMs) {
        if (refuseMs == 0 || refused.isEmpty()) {
            return;
        }
        long endsMs = nowMs + refuseMs;
        filters.removeIf(
                filter -> isOf(filter, member, agent) && filter.endsMs <= endsMs && refused.covers(filter.refused));
        List<Filter> others = filters.stream()
                .filter(filter -> isOf(filter, member, agent))
                .sorted(Comparator.comparing(Filter::endsMs).thenComparing(Filter::sequence))
                .toList();
        if (others.size() == Filters.PER_AGENT_MAX) {
            filters.remove(others.get(0));
        }
        filters.add(new Filter(member, agent, refused, endsMs, sequence++));
        demands.refuse(member, agent, refused);
    }

    private static boolean isOf(Filter filter, Member member, int agent) {
        return filter.agent == agent && filter.member.equals(member);
    }

    // ---- use

    boolean use(int framework, String role, int agent, Resources resources) {
        if (used(agent).special().intersects(resources.special())) {
            return false;
        }
        List<Open> open = offersOf(agent);
        for (int i = open.size() - 1; i >= 0 && !free(agent).covers(resources); i--) {
            rescind(List.of(open.get(i)), OfferSink.Reason.WITHDRAWN);
        }
        if (!resources.isEmpty()) {
            agent(agent).used.merge(new Member(framework, role), resources, Resources::plus);
        }
        return true;
    }

    boolean release(Member member, int agent, Resources resources) {
        Map<Member, Resources> used = agent(agent).used;
        Resources held = used.getOrDefault(member, Resources.EMPTY);
        if (!held.covers(resources)) {
            return false;
        }
        Resources rest = held.minus(resources);
        used.put(member, bug == Bug.RELEASES_TWICE ? rest.minusSaturating(resources) : rest);
        used.values().removeIf(Resources::isEmpty);
        forgetWhatIsGone();
        return true;
    }

    // ---- the clock

    /** Returns when the next deadline is. */
    long nextDeadlineMs() {
        return deadlines().stream().mapToLong(Deadline::endsMs).min().orElse(Long.MAX_VALUE);
    }

    int deadlineCount() {
        return deadlines().size();
    }

    /** Returns when those that wait in vain are to be looked at again. */
    long lookAgainMs() {
        return isPaused ? Long.MAX_VALUE : demands.lookAgainMs();
    }

    void run(long nowMs) {
        deadlines().stream()
                .filter(due -> due.endsMs <= nowMs)
                .sorted(Comparator.comparing(Deadline::endsMs).thenComparing(Deadline::sequence))
                .forEach(due -> expire(nowMs, due.what));
        List<Integer> order = new ArrayList<>(agents.keySet());
        if (!demands.said.isEmpty()) {
            Map<Integer, BigInteger> room = new HashMap<>();
            order.forEach(agent -> room.put(agent, rules.roominess(agent)));
            order.sort(Comparator.comparing(room::get));
        }
        // an offer may end that another agent was set aside
        for (long before = -1; before < nextOffer; ) {
            before = nextOffer;
            order.forEach(agent -> serve(nowMs, agent));
            order = List.copyOf(agents.keySet());
        }
        if (!isPaused) {
            demands.setAside(nowMs);
        }
    }

    private void serve(long nowMs, int agent) {
        Member next = nextOn(agent);
        while (next != null) {
            offer(nowMs, next, agent);
            next = nextOn(agent);
        }
    }

    private @Nullable Member nextOn(int agent) {
        return isPaused || !isOpen(agent) || free(agent).isEmpty() ? null : rules.next(agent);
    }

    private record Deadline(long endsMs, long sequence, Object what) {}

    private List<Deadline> deadlines() {
        List<Deadline> all = new ArrayList<>();
        offers.values().forEach(open -> all.add(new Deadline(open.endsMs, open.sequence, open)));
        filters.forEach(filter -> all.add(new Deadline(filter.endsMs, filter.sequence, filter)));
        demands.setAsides.forEach(aside -> all.add(new Deadline(aside.endsMs(), aside.sequence(), aside)));
        waiting.forEach(wait -> all.add(new Deadline(wait.endsMs, wait.sequence, wait)));
        return all;
    }

    private void expire(long nowMs, Object what) {
        if (what instanceof Open open) {
            if (bug == Bug.FORGETS_TIMED_OUT_RESOURCES) {
                agent(open.agent).used.merge(open.member, open.resources, Resources::plus);
            }
            rescind(List.of(open), OfferSink.Reason.TIMED_OUT);
            refuse(nowMs, open.member, open.agent, open.resources, config.reofferDelayMs());
        } else if (what instanceof Waiting wait) {
            waiting.remove(wait);
            performRevive(nowMs, wait.member);
        } else if (what instanceof ShadowDemands.SetAside aside) {
            demands.expire(aside);
        } else {
            filters.remove(what);
        }
    }

    private void offer(long nowMs, Member member, int agent) {
        ShadowRules.Grant grant = rules.grant(member, agent);
        Resources granted = grant.resources();
        if (grant.isCut()) {
            happened.merge("cut", 1, Integer::sum);
        }
        long id = nextOffer++;
        offers.put(id, new Open(id, member, agent, granted, nowMs + config.offerTimeoutMs(), sequence++));
        demands.serve(offers.get(id), grant.demand());
        demands.forgetWhatIsGone();
        memberOffers.merge(member, 1L, Long::sum);
        roleOffers.merge(member.role + "/.", 1L, Long::sum);
        nodeOffers.merge(member.role, 1L, Long::sum);
        for (int slash = member.role.indexOf('/'); slash >= 0; slash = member.role.indexOf('/', slash + 1)) {
            nodeOffers.merge(member.role.substring(0, slash), 1L, Long::sum);
        }
        events.add("offered " + id + " to " + member + " on " + agent + ": " + granted);
    }

    // ---- leaves

    /** Returns those who may be offered something if there is something. */
    List<Member> eligible() {
        List<Member> eligible = new ArrayList<>();
        frameworks.forEach((index, framework) -> {
            for (String role : framework.profile.roles().keySet()) {
                Member member = new Member(index, role);
                if (framework.isActive && !framework.suppressed.contains(role) && !demands.isSatisfied(member)) {
                    eligible.add(member);
                }
            }
        });
        return eligible;
    }

    boolean isSubscribed(Member member) {
        return frameworks.containsKey(member.framework)
                && framework(member.framework).profile.roles().containsKey(member.role);
    }

    /** Returns all who are subscribed or have something. */
    Set<Member> members() {
        Set<Member> members = new HashSet<>();
        frameworks.forEach((index, framework) ->
                framework.profile.roles().keySet().forEach(role -> members.add(new Member(index, role))));
        agents.values().forEach(agent -> members.addAll(agent.used.keySet()));
        offers.values().forEach(open -> members.add(open.member));
        return members;
    }

    private void rescind(List<Open> these, OfferSink.Reason reason) {
        for (Open open : these) {
            offers.remove(open.id);
            events.add("rescinded " + open.id + ": " + reason);
        }
    }

    private List<Open> offersTo(int framework, Set<String> rolesKept) {
        return offers.values().stream()
                .filter(open -> open.member.framework == framework && !rolesKept.contains(open.member.role))
                .toList();
    }

    /** Forgets how many offers somebody got, once nothing is left of him. */
    private void forgetWhatIsGone() {
        Set<Member> members = members();
        memberOffers.keySet().retainAll(members);
        reviveFromMs.keySet().retainAll(members);
        demands.restUntilMs.keySet().retainAll(members);
        demands.lastMs.keySet().retainAll(members);
        demands.inVain.keySet().retainAll(members);
        Set<String> roles = rules.roles();
        nodeOffers.keySet().retainAll(roles);
        roleOffers.keySet().removeIf(node -> !roles.contains(node.substring(0, node.length() - 2)));
    }

    private static int firstFree(SortedMap<Integer, ?> taken) {
        int index = 0;
        while (taken.containsKey(index)) {
            index++;
        }
        return index;
    }
}
