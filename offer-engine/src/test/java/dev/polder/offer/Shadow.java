package dev.polder.offer;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The rules of the engine written down as plainly as they go: no index, no order kept, no note of what changed. A round
 * looks at every agent and sorts everybody for each. What is illegal answers false and changes nothing.
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
        TIES_BY_NAME_ALONE
    }

    /** A framework in a role: what shares are computed for. */
    record Member(int framework, String role) {}

    /** An open offer. */
    record Open(long id, Member member, int agent, Amount amount, long endsMs, long sequence) {}

    /** A decline filter. */
    record Filter(Member member, int agent, Amount refused, long endsMs, long sequence) {}

    /** A revive that waits. */
    record Waiting(Member member, long endsMs, long sequence) {}

    static final class Agent {
        Amount total = Amount.NOTHING;
        boolean isActive = true;
        final Map<Member, Amount> used = new HashMap<>();
    }

    static final class Framework {
        boolean isActive = true;
        final SortedSet<String> roles = new TreeSet<>();
        final Set<String> suppressed = new TreeSet<>();
    }

    private static final BigInteger WHOLE = BigInteger.ONE.shiftLeft(40);

    final SortedMap<Integer, Agent> agents = new TreeMap<>();
    final SortedMap<Integer, Framework> frameworks = new TreeMap<>();
    final SortedMap<Long, Open> offers = new TreeMap<>();
    final List<String> events = new ArrayList<>();

    private final OfferEngineConfig config;
    private final Bug bug;
    private final List<Filter> filters = new ArrayList<>();
    private final List<Waiting> waiting = new ArrayList<>();
    private final Map<String, Long> weights = new HashMap<>();
    private final Map<Member, Long> reviveFromMs = new HashMap<>();
    private final Map<Member, Long> memberLastOffer = new HashMap<>();
    private final Map<String, Long> roleLastOffer = new HashMap<>();
    private long nextOffer;
    private long sequence;

    Shadow(OfferEngineConfig config, Bug bug) {
        this.config = config;
        this.bug = bug;
    }

    Agent agent(int index) {
        return Objects.requireNonNull(agents.get(index));
    }

    Framework framework(int index) {
        return Objects.requireNonNull(frameworks.get(index));
    }

    // ---- amounts

    Amount used(int agent) {
        return sum(agent(agent).used.values());
    }

    Amount offered(int agent) {
        return sum(offersOf(agent).stream().map(Open::amount).toList());
    }

    Amount free(int agent) {
        return agent(agent).total.minus(used(agent)).minus(offered(agent));
    }

    Amount overcommitted(int agent) {
        return used(agent).plus(offered(agent)).minus(agent(agent).total);
    }

    List<Open> offersOf(int agent) {
        return offers.values().stream().filter(open -> open.agent == agent).toList();
    }

    private static Amount sum(Collection<Amount> amounts) {
        return amounts.stream().reduce(Amount.NOTHING, Amount::plus);
    }

    // ---- agents

    int addAgent(Amount total) {
        int index = firstFree(agents);
        Agent agent = new Agent();
        agent.total = total;
        agents.put(index, agent);
        return index;
    }

    void resizeAgent(int agent, Amount total) {
        rescind(offersOf(agent), OfferSink.Reason.WITHDRAWN);
        agent(agent).total = total;
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
        filters.removeIf(filter -> filter.agent == agent);
        forgetGoneMembers();
    }

    // ---- frameworks

    int addFramework(Collection<String> roles) {
        int index = firstFree(frameworks);
        Framework framework = new Framework();
        framework.roles.addAll(roles);
        frameworks.put(index, framework);
        return index;
    }

    void setRoles(int index, Collection<String> roles) {
        Framework framework = framework(index);
        for (String role : List.copyOf(framework.roles)) {
            if (!roles.contains(role)) {
                Member member = new Member(index, role);
                filters.removeIf(filter -> filter.member.equals(member));
                waiting.removeIf(wait -> wait.member.equals(member));
                framework.suppressed.remove(role);
            }
        }
        framework.roles.clear();
        framework.roles.addAll(roles);
        rescind(offersTo(index, framework.roles), OfferSink.Reason.ROLE_GONE);
        forgetGoneMembers();
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
        forgetGoneMembers();
        return true;
    }

    void setWeight(String role, long weight) {
        weights.put(role, weight);
        forgetGoneMembers();
    }

    boolean suppress(int index, String role) {
        if (!framework(index).roles.contains(role)) {
            return false;
        }
        framework(index).suppressed.add(role);
        waiting.removeIf(wait -> wait.member.equals(new Member(index, role)));
        return true;
    }

    boolean revive(long nowMs, int index, String role) {
        Member member = new Member(index, role);
        if (!framework(index).roles.contains(role)) {
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

    // ---- answers

    boolean accept(long nowMs, List<Long> ids, Amount used, long refuseMs) {
        List<Open> accepted = new ArrayList<>();
        for (long id : new TreeSet<>(ids)) {
            if (offers.containsKey(id)) {
                accepted.add(offers.get(id));
            }
        }
        Amount all = sum(accepted.stream().map(Open::amount).toList());
        boolean together = accepted.stream().map(Open::member).distinct().count() == 1
                && accepted.stream().map(Open::agent).distinct().count() == 1;
        if (accepted.size() < ids.size() || !together || !all.covers(used)) {
            return false;
        }
        Member member = accepted.get(0).member;
        int agent = accepted.get(0).agent;
        accepted.forEach(open -> offers.remove(open.id));
        if (!used.isNothing()) {
            agent(agent).used.merge(member, used, Amount::plus);
        }
        long floorMs = used.isNothing() ? config.reofferDelayMs() : 0;
        refuse(nowMs, member, agent, all.minus(used), Math.max(refuseMs, floorMs));
        return true;
    }

    void withdraw(long id) {
        offers.remove(id);
    }

    private void refuse(long nowMs, Member member, int agent, Amount refused, long refuseMs) {
        if (refuseMs == 0 || refused.isNothing()) {
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
    }

    private static boolean isOf(Filter filter, Member member, int agent) {
        return filter.agent == agent && filter.member.equals(member);
    }

    int waitingRevives() {
        return waiting.size();
    }

    // ---- use

    boolean use(int framework, String role, int agent, Amount amount) {
        if (used(agent).intersects(amount)) {
            return false;
        }
        List<Open> open = offersOf(agent);
        for (int i = open.size() - 1; i >= 0 && !free(agent).covers(amount); i--) {
            rescind(List.of(open.get(i)), OfferSink.Reason.WITHDRAWN);
        }
        if (!amount.isNothing()) {
            agent(agent).used.merge(new Member(framework, role), amount, Amount::plus);
        }
        return true;
    }

    boolean release(Member member, int agent, Amount amount) {
        Map<Member, Amount> used = agent(agent).used;
        Amount held = used.getOrDefault(member, Amount.NOTHING);
        if (!held.covers(amount)) {
            return false;
        }
        Amount rest = held.minus(amount);
        used.put(member, bug == Bug.RELEASES_TWICE ? rest.minus(amount) : rest);
        used.values().removeIf(Amount::isNothing);
        forgetGoneMembers();
        return true;
    }

    // ---- the clock

    /** Returns when the next deadline is. */
    long nextDeadlineMs() {
        return deadlines().stream().mapToLong(Deadline::endsMs).min().orElse(Long.MAX_VALUE);
    }

    void run(long nowMs) {
        deadlines().stream()
                .filter(due -> due.endsMs <= nowMs)
                .sorted(Comparator.comparing(Deadline::endsMs).thenComparing(Deadline::sequence))
                .forEach(due -> expire(nowMs, due.what));
        for (int agent : agents.keySet()) {
            offerWhatIsFree(nowMs, agent);
        }
    }

    private record Deadline(long endsMs, long sequence, Object what) {}

    private List<Deadline> deadlines() {
        List<Deadline> all = new ArrayList<>();
        offers.values().forEach(open -> all.add(new Deadline(open.endsMs, open.sequence, open)));
        filters.forEach(filter -> all.add(new Deadline(filter.endsMs, filter.sequence, filter)));
        waiting.forEach(wait -> all.add(new Deadline(wait.endsMs, wait.sequence, wait)));
        return all;
    }

    private void expire(long nowMs, Object what) {
        if (what instanceof Open open) {
            if (bug == Bug.FORGETS_TIMED_OUT_RESOURCES) {
                Amount left = open.amount;
                agent(open.agent).used.merge(open.member, left, Amount::plus);
            }
            rescind(List.of(open), OfferSink.Reason.TIMED_OUT);
            refuse(nowMs, open.member, open.agent, open.amount, config.reofferDelayMs());
        } else if (what instanceof Waiting wait) {
            waiting.remove(wait);
            performRevive(nowMs, wait.member);
        } else {
            filters.remove(what);
        }
    }

    private void offerWhatIsFree(long nowMs, int agent) {
        Amount free = free(agent);
        if (!agent(agent).isActive || !isWorthOffering(free)) {
            return;
        }
        List<Member> candidates = new ArrayList<>();
        frameworks.forEach((index, framework) -> {
            for (String role : framework.roles) {
                Member member = new Member(index, role);
                if (framework.isActive && !framework.suppressed.contains(role) && !isFiltered(member, agent, free)) {
                    candidates.add(member);
                }
            }
        });
        candidates.sort(byFairness());
        if (!candidates.isEmpty()) {
            Member first = candidates.get(0);
            long id = nextOffer++;
            offers.put(id, new Open(id, first, agent, free, nowMs + config.offerTimeoutMs(), sequence++));
            memberLastOffer.put(first, id);
            roleLastOffer.put(first.role, id);
            events.add("offered " + id + " to " + first + " on " + agent + ": " + free);
        }
    }

    boolean isWorthOffering(Amount free) {
        return config.minimum().scalars().entrySet().stream()
                .anyMatch(least -> free.scalar(least.getKey()) >= least.getValue());
    }

    boolean isFiltered(Member member, int agent, Amount free) {
        return bug != Bug.IGNORES_FILTERS
                && filters.stream().anyMatch(filter -> isOf(filter, member, agent) && filter.refused.covers(free));
    }

    private Comparator<Member> byFairness() {
        Comparator<Member> byRole = Comparator.comparing(member -> roleShare(member.role));
        Comparator<Member> byRoleAge = Comparator.comparing(member -> age(roleLastOffer.get(member.role)));
        Comparator<Member> byShare = Comparator.comparing(this::share);
        Comparator<Member> byAge = Comparator.comparing(member -> age(memberLastOffer.get(member)));
        return byRole.thenComparing(byRoleAge)
                .thenComparing(Member::role)
                .thenComparing(byShare)
                .thenComparing(byAge)
                .thenComparing(Member::framework);
    }

    private long age(@Nullable Long lastOffer) {
        return lastOffer == null || bug == Bug.TIES_BY_NAME_ALONE ? -1 : lastOffer;
    }

    private BigInteger roleShare(String role) {
        Map<String, Long> charged = new TreeMap<>();
        charges().forEach((member, amount) -> {
            if (member.role.equals(role)) {
                amount.scalars().forEach((name, value) -> charged.merge(name, value, Long::sum));
            }
        });
        long weight = bug == Bug.FORGETS_WEIGHTS ? 1000 : weights.getOrDefault(role, 1000L);
        return dominant(charged).multiply(BigInteger.valueOf(1000)).divide(BigInteger.valueOf(weight));
    }

    private BigInteger share(Member member) {
        return dominant(charges().getOrDefault(member, Amount.NOTHING).scalars());
    }

    private BigInteger dominant(Map<String, Long> charged) {
        BigInteger most = BigInteger.ZERO;
        for (Map.Entry<String, Long> charge : charged.entrySet()) {
            long total = agents.values().stream()
                    .mapToLong(agent -> agent.total.scalar(charge.getKey()))
                    .sum();
            if (total > 0) {
                BigInteger share =
                        BigInteger.valueOf(charge.getValue()).multiply(WHOLE).divide(BigInteger.valueOf(total));
                most = most.max(share.min(WHOLE.shiftLeft(12)));
            }
        }
        return most;
    }

    /** What each member uses and is offered, everywhere. */
    private Map<Member, Amount> charges() {
        Map<Member, Amount> charges = new HashMap<>();
        agents.values()
                .forEach(agent -> agent.used.forEach((member, amount) ->
                        charges.merge(member, new Amount(amount.scalars(), Map.of(), Map.of()), Amount::plus)));
        offers.values()
                .forEach(open -> charges.merge(
                        open.member, new Amount(open.amount.scalars(), Map.of(), Map.of()), Amount::plus));
        return charges;
    }

    // ---- leaves

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

    /** Forgets when members and roles had their last turn, once nothing is left of them. */
    private void forgetGoneMembers() {
        Set<Member> present = new HashSet<>();
        frameworks.forEach((index, framework) -> framework.roles.forEach(role -> present.add(new Member(index, role))));
        agents.values().forEach(agent -> present.addAll(agent.used.keySet()));
        offers.values().forEach(open -> present.add(open.member));
        memberLastOffer.keySet().retainAll(present);
        reviveFromMs.keySet().retainAll(present);
        weights.values().removeIf(weight -> weight == 1000);
        Set<String> roles = new TreeSet<>(weights.keySet());
        present.forEach(member -> roles.add(member.role));
        roleLastOffer.keySet().retainAll(roles);
    }

    private static int firstFree(SortedMap<Integer, ?> taken) {
        int index = 0;
        while (taken.containsKey(index)) {
            index++;
        }
        return index;
    }
}
