package dev.polder.offer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.offer.FrameworkProfile.Capability;
import dev.polder.offer.resource.Conversion;
import dev.polder.offer.resource.Limits;
import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.Reservation;
import dev.polder.offer.resource.Resources;
import dev.polder.offer.resource.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Plays a history to an engine and to its shadow and compares them after every call. */
final class Replay {
    static final OfferEngineConfig CONFIG = OfferEngineConfig.builder()
            .offerTimeoutMs(4_000)
            .excludedFromShares(Set.of("licences"))
            .region("here")
            .build();

    private static final List<String> ROLES = List.of("a", "a/x", "b", "b/y/z", "c", "a/x/w");
    private static final List<String> NAMES = List.of("nobody", "first", "second", "third", "another", "last");

    /** More agents or frameworks than this would have too little to do with each other. */
    private static final int MOST_AT_ONCE = 4;

    final List<String> events = new ArrayList<>();
    final Map<String, Integer> counts = new TreeMap<>();
    final OfferEngine engine = new OfferEngine(CONFIG);
    final Shadow shadow;
    private final Recorder sink = new Recorder();
    private long nowMs = -5_000;

    Replay(Shadow.Bug bug) {
        shadow = new Shadow(CONFIG, bug);
    }

    /** Notes what the engine tells in the shadow's words. */
    private final class Recorder implements OfferSink {
        @Override
        public void offered(OfferView offer) {
            events.add("offered " + offer.id() + " to " + new Shadow.Member(offer.framework(), offer.role()) + " on "
                    + offer.agent() + ": " + offer.resources());
            assertThat(offer.madeAtMs()).isEqualTo(nowMs);
            assertThat(offer.toOffer()).isEqualTo(engine.offer(offer.id()));
        }

        @Override
        public void rescinded(OfferView offer, Reason reason) {
            events.add("rescinded " + offer.id() + ": " + reason);
            assertThat(engine.offer(offer.id())).isNull();
        }
    }

    /** Counts what happened in many replays, to see that nothing is missing. */
    static final class Tally {
        private final Map<String, Integer> counts = new TreeMap<>();

        Tally() {
            for (OfferSink.Reason reason : OfferSink.Reason.values()) {
                counts.put(reason.toString(), 0);
            }
            for (Refusal.Why why : Refusal.Why.values()) {
                counts.put(why.toString(), 0);
            }
            // gangs and preemption have histories of their own
            counts.remove(OfferSink.Reason.GANG_BROKEN.toString());
            counts.remove(OfferSink.Reason.PREEMPTED.toString());
            // after a run nobody waits for the next one
            counts.remove(Refusal.Why.NEXT_RUN.toString());
            counts.remove(Refusal.Why.OWN_OFFERS.toString());
            for (String other : List.of(
                    "offered", "refused call", "legal call", "waiting revive", "conversion", "cut", "guarantee")) {
                counts.put(other, 0);
            }
        }

        void add(Replay replay) {
            replay.events.forEach(event -> counts.merge(
                    event.startsWith("offered") ? "offered" : event.substring(event.indexOf(':') + 2),
                    1,
                    Integer::sum));
            replay.shadow.happened.forEach((what, count) -> counts.merge(what, count, Integer::sum));
            replay.counts.forEach((what, count) -> counts.merge(what, count, Integer::sum));
        }

        /** Returns what happened less often than it should. */
        Map<String, Integer> seldomHappened(int least) {
            Map<String, Integer> seldom = new TreeMap<>(counts);
            seldom.values().removeIf(count -> count >= least);
            return seldom;
        }
    }

    static void play(List<Command> history) {
        Replay replay = new Replay(Shadow.Bug.NONE);
        history.forEach(replay::play);
    }

    /** Plays one command, if there is something to play it on, and compares. */
    void play(Command command) {
        switch (command.kind()) {
            case ADD_AGENT, UPDATE_AGENT, AGENT_OFF, AGENT_ON, FORGET_FILTERS, REMOVE_AGENT, CONVERT_AVAILABLE ->
                playAgent(command);
            case ADD_FRAMEWORK, UPDATE_FRAMEWORK, FRAMEWORK_OFF, FRAMEWORK_ON, REMOVE_FRAMEWORK ->
                playFramework(command);
            case SET_WEIGHT, SUPPRESS, REVIVE, SET_DEMANDS, CLEAR_DEMANDS -> playRole(command);
            case SET_QUOTA, FORCE_QUOTA -> playQuota(command);
            case USE, RELEASE_ALL, RELEASE_PART, RELEASE_TOO_MUCH -> playUse(command);
            case SET_WHITELIST, PAUSE, RESUME -> playCluster(command);
            case RUN -> playRun(command.millis());
            default -> playAnswer(command);
        }
        shadow.demands.forgetWhatIsGone();
        counts.merge("waiting revive", shadow.waitingRevives(), Integer::sum);
        compare(command);
    }

    // ---- one family of calls each

    private void playCluster(Command command) {
        switch (command.kind()) {
            case SET_WHITELIST -> {
                Optional<Set<String>> hosts = command.pick() % 3 == 0 ? Optional.of(Set.of("h1")) : Optional.empty();
                engine.setWhitelist(hosts);
                shadow.setWhitelist(hosts);
            }
            case PAUSE -> {
                engine.pause();
                shadow.isPaused = true;
            }
            default -> {
                engine.resume();
                shadow.isPaused = false;
            }
        }
    }

    private static AgentProfile agentProfile(Command command) {
        AgentProfile profile = AgentProfile.of(command.amount())
                .withHostname("h" + command.pick() % 2)
                .withAttributes(List.of(AgentAttribute.text("rack", command.pick() % 3 == 0 ? "r1" : "r2")));
        return command.pick() % 5 == 0 ? profile.withDomain(command.other() % 2 == 0 ? "here" : "there", "z") : profile;
    }

    private void playAgent(Command command) {
        if (command.kind() == Command.Kind.ADD_AGENT) {
            if (shadow.agents.size() < MOST_AT_ONCE) {
                AgentProfile profile = agentProfile(command);
                assertThat(engine.addAgent(profile)).isEqualTo(shadow.addAgent(profile));
            }
            return;
        }
        if (shadow.agents.isEmpty()) {
            return;
        }
        int agent = pick(shadow.agents.keySet(), command.pick());
        switch (command.kind()) {
            case UPDATE_AGENT -> {
                AgentProfile profile = command.other() % 2 == 0
                        ? agentProfile(command)
                        : engine.agent(agent).withTotal(command.amount());
                engine.updateAgent(agent, profile, sink);
                shadow.updateAgent(agent, profile);
            }
            case FORGET_FILTERS -> {
                engine.forgetFilters(agent);
                shadow.forgetFilters(agent);
            }
            case REMOVE_AGENT -> {
                engine.removeAgent(agent, sink);
                shadow.removeAgent(agent);
            }
            case CONVERT_AVAILABLE -> {
                List<Conversion> conversions = conversions(command, shadow.free(agent));
                expect(shadow.convertAvailable(agent, conversions), () -> engine.convertAvailable(agent, conversions));
            }
            default -> {
                boolean active = command.kind() == Command.Kind.AGENT_ON;
                engine.setAgentActive(agent, active, sink);
                shadow.setAgentActive(agent, active);
            }
        }
    }

    /** Makes something else of what is there: reserves some, makes a volume of what is reserved, or undoes that. */
    private List<Conversion> conversions(Command command, Resources there) {
        counts.merge("conversion", 1, Integer::sum);
        Resources unreserved = Resources.ofPlain(Math.min(1_000, there.cpus()), 0, 0, Math.min(32_000, there.mem()));
        Resources some = command.other() % 7 == 0 ? unreserved.plus(Resources.ofPlain(1, 0, 0, 0)) : unreserved;
        Reservation reservation = Reservation.dynamic(command.other() % 2 == 0 ? "a/x" : "b");
        Resources reservedToo = some.push(reservation);
        Conversion reserve = new Conversion(some, reservedToo);
        return switch (command.pick() % 4) {
            case 0 -> List.of(reserve);
            case 1 -> List.of(reserve, new Conversion(reservedToo, some));
            case 2 -> {
                Resources reserved = there.filter(id -> id.isDynamicallyReserved() && !id.isRefined());
                yield List.of(new Conversion(reserved, reserved.toUnreserved()));
            }
            default -> {
                Resources disk = there.filter(Stocks.RESERVED_DISK::equals);
                Resources volume = Resources.of(
                        command.other() % 2 == 0 ? Stocks.SHARED_VOLUME : Stocks.volume("v2"), new Value.Amount(5_000));
                yield disk.isEmpty()
                        ? List.of(new Conversion(volume, Resources.of(Stocks.RESERVED_DISK, new Value.Amount(5_000))))
                        : List.of(new Conversion(Resources.of(Stocks.RESERVED_DISK, new Value.Amount(5_000)), volume));
            }
        };
    }

    private FrameworkProfile frameworkProfile(String name, Command command) {
        List<String> roles = new ArrayList<>();
        for (int i = 0; i < ROLES.size(); i++) {
            if ((command.other() & (1 << i)) != 0) {
                roles.add(ROLES.get(i));
            }
        }
        FrameworkProfile profile = FrameworkProfile.of(name, roles);
        for (Capability capability : Capability.values()) {
            if (command.pick() % (capability.bit + 2) < 2) {
                profile = profile.with(capability);
            }
        }
        if (!roles.isEmpty() && command.pick() % 3 == 0) {
            SubscriptionProfile words = switch (command.pick() % 4) {
                case 0 -> SubscriptionProfile.DEFAULT.withMinimum(Minimum.NONE);
                case 1 ->
                    SubscriptionProfile.DEFAULT.withMinimum(Minimum.oneOf(
                            Quantities.of(Map.of("cpus", 1_000L, "mem", 64_000L)),
                            Quantities.of(Map.of("licences", 1_000L))));
                case 2 -> SubscriptionProfile.DEFAULT.withConstraints(onRack("r1"));
                default -> SubscriptionProfile.DEFAULT;
            };
            profile = profile.with(roles.get(0), words);
        }
        return profile;
    }

    private static OfferConstraints onRack(String rack) {
        return OfferConstraints.of(List.of(new OfferConstraints.Group(List.of(new OfferConstraints.Constraint(
                new OfferConstraints.Selector.Attribute("rack"), new OfferConstraints.Predicate.TextEquals(rack))))));
    }

    private void playFramework(Command command) {
        if (command.kind() == Command.Kind.ADD_FRAMEWORK) {
            List<String> names = new ArrayList<>(NAMES);
            shadow.frameworks.values().forEach(framework -> names.remove(framework.profile.name()));
            if (shadow.frameworks.size() < MOST_AT_ONCE) {
                FrameworkProfile profile = frameworkProfile(pick(names, command.pick()), command);
                assertThat(engine.addFramework(profile)).isEqualTo(shadow.addFramework(profile));
                assertThatThrownBy(() -> engine.addFramework(profile)).isInstanceOf(IllegalArgumentException.class);
            }
            return;
        }
        if (shadow.frameworks.isEmpty()) {
            return;
        }
        int framework = pick(shadow.frameworks.keySet(), command.pick());
        switch (command.kind()) {
            case UPDATE_FRAMEWORK -> {
                FrameworkProfile profile =
                        frameworkProfile(shadow.framework(framework).profile.name(), command);
                engine.updateFramework(framework, profile, sink);
                shadow.updateFramework(framework, profile);
            }
            case REMOVE_FRAMEWORK ->
                expect(shadow.removeFramework(framework), () -> engine.removeFramework(framework, sink));
            default -> {
                boolean active = command.kind() == Command.Kind.FRAMEWORK_ON;
                engine.setFrameworkActive(framework, active, sink);
                shadow.setFrameworkActive(framework, active);
            }
        }
    }

    private void playRole(Command command) {
        String role = ROLES.get(command.other() % ROLES.size());
        if (command.kind() == Command.Kind.SET_WEIGHT) {
            long weight = List.of(1000L, 1L, 500L, 2000L, 3_333L).get(command.pick() % 5);
            engine.setWeight(role, weight);
            shadow.setWeight(role, weight);
            return;
        }
        if (shadow.frameworks.isEmpty()) {
            return;
        }
        int framework = pick(shadow.frameworks.keySet(), command.pick());
        SortedSet<String> subscribed =
                new TreeSet<>(shadow.framework(framework).profile.roles().keySet());
        String chosen = subscribed.isEmpty() || command.other() == 0 ? role : pick(subscribed, command.other());
        switch (command.kind()) {
            case SUPPRESS -> expect(shadow.suppress(framework, chosen), () -> engine.suppress(framework, chosen));
            case REVIVE ->
                expect(shadow.revive(nowMs, framework, chosen), () -> engine.revive(nowMs, framework, chosen));
            default -> playDemands(command, framework, chosen);
        }
    }

    private void playDemands(Command command, int framework, String role) {
        Shadow.Member member = new Shadow.Member(framework, role);
        boolean isSubscribed = shadow.isSubscribed(member);
        if (command.kind() == Command.Kind.CLEAR_DEMANDS) {
            if (isSubscribed) {
                shadow.demands.clear(member);
            }
            expect(isSubscribed, () -> engine.clearDemands(framework, role));
            return;
        }
        List<Demand> demands = new ArrayList<>();
        for (int i = 0; i < command.pick() % 3; i++) {
            demands.add(demand(command.other() + i));
        }
        if (isSubscribed) {
            shadow.demands.set(member, demands);
        }
        expect(isSubscribed, () -> engine.setDemands(nowMs, framework, role, demands));
    }

    private static Demand demand(int pick) {
        Demand demand = switch (pick % 6) {
            case 0 -> Demand.of(3, Quantities.ofPlain(500, 0, 0, 0));
            case 1 -> Demand.of(1, Quantities.ofPlain(4_000, 0, 0, 32_000));
            case 2 -> Demand.of(5, Quantities.ofPlain(0, 0, 0, 32_000)).withPieces("ports", 2);
            case 3 -> Demand.of(2, Quantities.of(Map.of("licences", 1_000L, "cpus", 5L)));
            case 4 -> Demand.of(10, Quantities.ofPlain(0, 10_000, 0, 0)).withPieces("drives", 1);
            default -> Demand.of(100, Quantities.ofPlain(10, 0, 0, 1_000));
        };
        return pick % 4 == 0 ? demand.withPerOffer(2) : demand;
    }

    private void playQuota(Command command) {
        Map<String, Quota> update = new TreeMap<>();
        for (int i = 0; i <= command.other() % 2; i++) {
            String role = ROLES.get((command.other() + 2 * i) % ROLES.size());
            update.put(role, quota(command.pick() + i));
        }
        boolean force = command.kind() == Command.Kind.FORCE_QUOTA;
        expect(shadow.setQuotas(update, force), () -> engine.setQuotas(update, force, sink));
    }

    private static Quota quota(int pick) {
        return switch (pick % 8) {
            case 0 -> Quota.NONE;
            case 1 -> Quota.guarantee(Quantities.of(Map.of("cpus", 2_000L)));
            case 2 -> Quota.guarantee(Quantities.of(Map.of("cpus", 500L, "mem", 64_000L, "licences", 1_000L)));
            case 3 -> Quota.limit(Limits.of(Map.of("cpus", 1_000L, "disk", 40_000L)));
            case 4 -> Quota.limit(Limits.of(Map.of("licences", 0L, "mem", 96_000L)));
            case 5 ->
                new Quota(Quantities.of(Map.of("cpus", 1_000L)), Limits.of(Map.of("cpus", 3_000L, "mem", 100_000L)));
            case 6 -> Quota.limit(Limits.of(Map.of("cpus", 4_000L)));
            default -> Quota.guarantee(Quantities.of(Map.of("mem", 64_000L)));
        };
    }

    private void playAnswer(Command command) {
        if (shadow.offers.isEmpty()) {
            return;
        }
        Shadow.Open open = pick(shadow.offers.values(), command.pick());
        Resources offered = open.resources();
        List<Long> one = List.of(open.id());
        switch (command.kind()) {
            case ACCEPT_ALL -> accept(one, List.of(), offered, command.millis());
            case ACCEPT_PART -> accept(one, List.of(), Stocks.both(offered, command.amount()), command.millis());
            case ACCEPT_TOO_MUCH -> accept(one, List.of(), offered.plus(command.amount()), command.millis());
            case ACCEPT_AGAIN -> accept(List.of(open.id(), open.id()), List.of(), offered, command.millis());
            case ACCEPT_AND_CONVERT ->
                accept(
                        one,
                        conversions(command, offered),
                        Resources.ofPlain(Math.max(0, offered.cpus() - 2_000), 0, 0, 0),
                        command.millis());
            case ACCEPT_TOGETHER -> {
                List<Long> ids = new ArrayList<>();
                for (Shadow.Open other : shadow.offers.values()) {
                    boolean together =
                            other.agent() == open.agent() && other.member().equals(open.member());
                    if (together || command.other() == 0) {
                        ids.add(other.id());
                    }
                }
                accept(ids, List.of(), Stocks.both(offered, command.amount()), command.millis());
            }
            case DECLINE -> {
                shadow.accept(nowMs, one, List.of(), Resources.EMPTY, command.millis());
                engine.decline(nowMs, open.id(), command.millis());
                assertThatThrownBy(() -> engine.decline(nowMs, open.id(), 0))
                        .isInstanceOf(IllegalArgumentException.class);
            }
            default -> {
                shadow.withdraw(open.id());
                engine.withdraw(open.id());
            }
        }
    }

    private void accept(List<Long> ids, List<Conversion> conversions, Resources used, long refuseMs) {
        boolean isShort = conversions.isEmpty() && ids.size() == 1;
        expect(shadow.accept(nowMs, ids, conversions, used, refuseMs), () -> {
            if (isShort) {
                engine.accept(nowMs, ids.get(0), used, refuseMs);
            } else {
                engine.accept(nowMs, ids, conversions, used, refuseMs);
            }
        });
    }

    private void playUse(Command command) {
        if (command.kind() == Command.Kind.USE) {
            if (!shadow.agents.isEmpty() && !shadow.frameworks.isEmpty()) {
                int agent = pick(shadow.agents.keySet(), command.pick());
                int framework = pick(shadow.frameworks.keySet(), command.other());
                String role = ROLES.get((int) (command.millis() % ROLES.size()));
                Resources amount = command.amount();
                expect(
                        shadow.use(framework, role, agent, amount),
                        () -> engine.use(framework, role, agent, amount, sink));
            }
            return;
        }
        List<Holding> holdings = new ArrayList<>();
        shadow.agents.forEach(
                (index, agent) -> agent.used.forEach((member, held) -> holdings.add(new Holding(index, member, held))));
        if (holdings.isEmpty()) {
            return;
        }
        holdings.sort(Comparator.comparing(Holding::toString));
        Holding holding = pick(holdings, command.pick());
        Resources held = holding.held();
        Resources amount = switch (command.kind()) {
            case RELEASE_ALL -> held;
            case RELEASE_PART -> Stocks.both(held, command.amount());
            default -> held.plus(command.amount());
        };
        expect(
                shadow.release(holding.member(), holding.agent(), amount),
                () -> engine.release(
                        holding.member().framework(), holding.member().role(), holding.agent(), amount));
    }

    /** What one member uses on one agent. */
    private record Holding(int agent, Shadow.Member member, Resources held) {}

    private void playRun(long millis) {
        nowMs += millis;
        shadow.run(nowMs);
        engine.run(nowMs, sink);
        assertThat(events).isEqualTo(shadow.events);
        if (engine.nextDeadlineMs() > nowMs) {
            compareNextDeadline();
        }
        int told = events.size();
        engine.run(nowMs, sink);
        assertThat(events).as("a run without a cause does nothing").hasSize(told);
        assertThat(engine.nextDeadlineMs()).isGreaterThan(nowMs);
        shadow.frameworks.keySet().forEach(framework -> ROLES.forEach(role -> compareReasons(framework, role)));
    }

    /** Those that wait in vain may be looked at once more than it takes, but not less often. */
    private void compareNextDeadline() {
        assertThat(engine.books.deadlines().size() - engine.allocation.deadlineCount())
                .isEqualTo(shadow.deadlineCount());
        if (!shadow.demands.wereSaid) {
            assertThat(engine.nextDeadlineMs()).isEqualTo(shadow.nextDeadlineMs());
        } else {
            assertThat(engine.nextDeadlineMs())
                    .isLessThanOrEqualTo(Math.min(shadow.nextDeadlineMs(), shadow.lookAgainMs()));
        }
    }

    /** What the shadow finds illegal must be refused, and leave no trace, which the comparison sees. */
    private void expect(boolean legal, Runnable call) {
        counts.merge(legal ? "legal call" : "refused call", 1, Integer::sum);
        if (legal) {
            call.run();
        } else {
            assertThatThrownBy(call::run)
                    .isInstanceOfAny(IllegalArgumentException.class, IllegalStateException.class)
                    .hasMessageNotContaining("invariant");
        }
    }

    private static <T> T pick(Collection<T> from, int pick) {
        return new ArrayList<>(from).get(pick % from.size());
    }

    // ---- comparison

    private void compare(Command command) {
        assertThat(events).as("after %s", command).isEqualTo(shadow.events);
        engine.checkInvariants();
        for (int agent : shadow.agents.keySet()) {
            assertThat(engine.agent(agent)).isEqualTo(shadow.agent(agent).profile);
            assertThat(engine.total(agent))
                    .isEqualTo(shadow.agent(agent).profile.total());
            assertThat(engine.used(agent)).as("used, after %s", command).isEqualTo(shadow.used(agent));
            assertThat(engine.offered(agent)).as("offered, after %s", command).isEqualTo(shadow.offered(agent));
            assertThat(engine.free(agent)).as("free, after %s", command).isEqualTo(shadow.free(agent));
            assertThat(engine.overcommitted(agent))
                    .as("overcommitted, after %s", command)
                    .isEqualTo(shadow.overcommitted(agent));
            checkConservation(agent);
        }
        for (int framework : shadow.frameworks.keySet()) {
            assertThat(engine.openOffers(framework).stream().map(Offer::id))
                    .containsExactlyElementsOf(shadow.offers.values().stream()
                            .filter(open -> open.member().framework() == framework)
                            .map(Shadow.Open::id)
                            .toList());
        }
    }

    /** Conservation in the words of the rule, from the engine's numbers alone. */
    private void checkConservation(int agent) {
        Resources used = Shadow.exclusive(engine.used(agent));
        Resources offered = engine.offered(agent);
        Resources free = engine.free(agent);
        Resources over = engine.overcommitted(agent);

        Resources all = used.plus(offered).plus(free);
        assertThat(all.minus(over)).isEqualTo(engine.total(agent));
        assertThat(Stocks.both(free, over)).as("both free and overcommitted").isEqualTo(Resources.EMPTY);
        assertThat(used.intersects(offered) || used.intersects(free) || offered.intersects(free))
                .isFalse();
    }

    /** After a run: each agent is offered to the framework or has a reason not to be, and the reason is true. */
    private void compareReasons(int framework, String role) {
        List<Refusal> refusals = engine.explain(nowMs, framework, role);
        TreeSet<Integer> explained = new TreeSet<>();
        for (Refusal refusal : refusals) {
            assertThat(explained.add(refusal.agent())).isTrue();
            assertThat(refusal.why()).as("%s", refusal).isEqualTo(reason(framework, role, refusal.agent()));
            assertThat(refusal.detail()).isNotEmpty();
            counts.merge(refusal.why().toString(), 1, Integer::sum);
        }
        for (RefusedAgents some : engine.explainInShort(nowMs, framework, role)) {
            assertThat(refusals.stream()
                            .filter(refusal -> refusal.why() == some.why()
                                    && engine.total(refusal.agent()).equals(some.total())))
                    .hasSize(some.count())
                    .contains(some.example());
        }
        TreeSet<Integer> served = new TreeSet<>();
        for (Offer offer : engine.openOffers(framework)) {
            if (offer.role().equals(role)) {
                served.add(offer.agent());
            }
        }
        assertThat(Collections.disjoint(explained, served)).isTrue();
        explained.addAll(served);
        assertThat(explained).isEqualTo(shadow.agents.keySet());
    }

    private Refusal.Why reason(int index, String role, int agent) {
        Shadow.Framework framework = shadow.framework(index);
        if (!framework.isActive) {
            return Refusal.Why.FRAMEWORK_INACTIVE;
        } else if (!framework.profile.roles().containsKey(role)) {
            return Refusal.Why.ROLE_NOT_SUBSCRIBED;
        } else if (framework.suppressed.contains(role)) {
            return Refusal.Why.SUPPRESSED;
        } else if (shadow.demands.isSatisfied(new Shadow.Member(index, role))) {
            return Refusal.Why.SATISFIED;
        } else if (shadow.isPaused) {
            return Refusal.Why.PAUSED;
        } else if (!shadow.agent(agent).isActive) {
            return Refusal.Why.AGENT_INACTIVE;
        } else if (shadow.isBarred(agent)) {
            return Refusal.Why.NOT_WHITELISTED;
        } else if (shadow.rules.whatever(new Shadow.Member(index, role), agent) != null) {
            return Objects.requireNonNull(shadow.rules.whatever(new Shadow.Member(index, role), agent));
        } else if (!shadow.free(agent).isEmpty()) {
            Refusal.Why why = shadow.rules.refusal(new Shadow.Member(index, role), agent);
            return why == null ? Refusal.Why.NEXT_RUN : why;
        } else if (shadow.offersOf(agent).isEmpty()) {
            return Refusal.Why.NOTHING_FREE;
        }
        Refusal.Why why =
                shadow.withoutOffers(agent, () -> shadow.rules.refusal(new Shadow.Member(index, role), agent));
        return why == null ? Refusal.Why.OTHERS_FIRST : why;
    }
}
