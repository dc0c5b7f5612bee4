package dev.polder.offer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Plays a history to an engine and to its shadow and compares them after every call. */
final class Replay {
    static final OfferEngineConfig CONFIG =
            new OfferEngineConfig(4_000, 1_000, 1_000, Resources.ofScalars(Map.of("cpus", 10L, "mem", 32_000L)));

    private static final List<String> ROLES = List.of("a", "b", "c", "d/e");

    /** More agents or frameworks than this would have too little to do with each other. */
    private static final int MOST_AT_ONCE = 4;

    final List<String> events = new ArrayList<>();
    final Map<String, Integer> counts = new TreeMap<>();
    private final OfferEngine engine = new OfferEngine(CONFIG);
    private final Shadow shadow;
    private final Recorder sink = new Recorder();
    private long nowMs = -5_000;

    Replay(Shadow.Bug bug) {
        shadow = new Shadow(CONFIG, bug);
    }

    /** Notes what the engine tells in the shadow's words. */
    private final class Recorder implements OfferSink {
        @Override
        public void offered(Offer offer) {
            events.add("offered " + offer.id() + " to " + new Shadow.Member(offer.framework(), offer.role()) + " on "
                    + offer.agent() + ": " + Amount.of(offer.resources()));
            assertThat(offer.madeAtMs()).isEqualTo(nowMs);
            assertThat(engine.offer(offer.id())).isEqualTo(offer);
        }

        @Override
        public void rescinded(Offer offer, Reason reason) {
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
            for (String other : List.of("offered", "refused call", "legal call", "waiting revive")) {
                counts.put(other, 0);
            }
        }

        void add(Replay replay) {
            replay.events.forEach(event -> counts.merge(
                    event.startsWith("offered") ? "offered" : event.substring(event.indexOf(':') + 2),
                    1,
                    Integer::sum));
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
            case ADD_AGENT, RESIZE_AGENT, AGENT_OFF, AGENT_ON, FORGET_FILTERS, REMOVE_AGENT -> playAgent(command);
            case ADD_FRAMEWORK, SET_ROLES, FRAMEWORK_OFF, FRAMEWORK_ON, REMOVE_FRAMEWORK -> playFramework(command);
            case SET_WEIGHT, SUPPRESS, REVIVE -> playRole(command);
            case USE, RELEASE_ALL, RELEASE_PART, RELEASE_TOO_MUCH -> playUse(command);
            case RUN -> playRun(command.millis());
            default -> playAnswer(command);
        }
        counts.merge("waiting revive", shadow.waitingRevives(), Integer::sum);
        compare(command);
    }

    // ---- one family of calls each

    private void playAgent(Command command) {
        if (command.kind() == Command.Kind.ADD_AGENT) {
            if (shadow.agents.size() == MOST_AT_ONCE) {
                return;
            }
            assertThat(engine.addAgent(command.amount().toResources())).isEqualTo(shadow.addAgent(command.amount()));
            return;
        }
        if (shadow.agents.isEmpty()) {
            return;
        }
        int agent = pick(shadow.agents.keySet(), command.pick());
        switch (command.kind()) {
            case RESIZE_AGENT -> {
                engine.resizeAgent(agent, command.amount().toResources(), sink);
                shadow.resizeAgent(agent, command.amount());
            }
            case FORGET_FILTERS -> {
                engine.forgetFilters(agent);
                shadow.forgetFilters(agent);
            }
            case REMOVE_AGENT -> {
                engine.removeAgent(agent, sink);
                shadow.removeAgent(agent);
            }
            default -> {
                boolean active = command.kind() == Command.Kind.AGENT_ON;
                engine.setAgentActive(agent, active, sink);
                shadow.setAgentActive(agent, active);
            }
        }
    }

    private void playFramework(Command command) {
        List<String> roles = new ArrayList<>();
        for (int i = 0; i < ROLES.size(); i++) {
            if (((command.other() + 1) & (1 << i)) != 0) {
                roles.add(ROLES.get(i));
            }
        }
        if (command.kind() == Command.Kind.ADD_FRAMEWORK) {
            if (shadow.frameworks.size() == MOST_AT_ONCE) {
                return;
            }
            assertThat(engine.addFramework(roles)).isEqualTo(shadow.addFramework(roles));
            return;
        }
        if (shadow.frameworks.isEmpty()) {
            return;
        }
        int framework = pick(shadow.frameworks.keySet(), command.pick());
        switch (command.kind()) {
            case SET_ROLES -> {
                engine.setRoles(framework, roles, sink);
                shadow.setRoles(framework, roles);
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
        SortedSet<String> subscribed = shadow.framework(framework).roles;
        if (!subscribed.isEmpty() && command.other() > 0) {
            role = pick(subscribed, command.other());
        }
        if (command.kind() == Command.Kind.SUPPRESS) {
            suppress(framework, role);
        } else {
            revive(framework, role);
        }
    }

    private void suppress(int framework, String role) {
        expect(shadow.suppress(framework, role), () -> engine.suppress(framework, role));
    }

    private void revive(int framework, String role) {
        expect(shadow.revive(nowMs, framework, role), () -> engine.revive(nowMs, framework, role));
    }

    private void playAnswer(Command command) {
        if (shadow.offers.isEmpty()) {
            return;
        }
        Shadow.Open open = pick(shadow.offers.values(), command.pick());
        List<Long> one = List.of(open.id());
        switch (command.kind()) {
            case ACCEPT_ALL -> accept(one, open.amount(), command.millis());
            case ACCEPT_PART -> accept(one, open.amount().and(command.amount()), command.millis());
            case ACCEPT_TOO_MUCH -> accept(one, open.amount().plus(command.amount()), command.millis());
            case ACCEPT_AGAIN -> accept(List.of(open.id(), open.id()), open.amount(), command.millis());
            case ACCEPT_TOGETHER -> {
                List<Long> ids = new ArrayList<>();
                for (Shadow.Open other : shadow.offers.values()) {
                    boolean together =
                            other.agent() == open.agent() && other.member().equals(open.member());
                    if (together || command.other() == 0) {
                        ids.add(other.id());
                    }
                }
                accept(ids, open.amount().and(command.amount()), command.millis());
            }
            case DECLINE -> {
                shadow.accept(nowMs, one, Amount.NOTHING, command.millis());
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

    private void accept(List<Long> ids, Amount used, long refuseMs) {
        expect(
                shadow.accept(nowMs, ids, used, refuseMs),
                () -> engine.accept(nowMs, ids, used.toResources(), refuseMs));
    }

    private void playUse(Command command) {
        if (command.kind() == Command.Kind.USE) {
            if (!shadow.agents.isEmpty() && !shadow.frameworks.isEmpty()) {
                int agent = pick(shadow.agents.keySet(), command.pick());
                int framework = pick(shadow.frameworks.keySet(), command.other());
                String role = ROLES.get((int) (command.millis() % ROLES.size()));
                expect(
                        shadow.use(framework, role, agent, command.amount()),
                        () -> engine.use(
                                framework, role, agent, command.amount().toResources(), sink));
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
        Amount held = holding.held();
        Amount amount = switch (command.kind()) {
            case RELEASE_ALL -> held;
            case RELEASE_PART -> held.and(command.amount());
            default -> held.plus(command.amount());
        };
        expect(
                shadow.release(holding.member(), holding.agent(), amount),
                () -> engine.release(
                        holding.member().framework(), holding.member().role(), holding.agent(), amount.toResources()));
    }

    /** What one member uses on one agent. */
    private record Holding(int agent, Shadow.Member member, Amount held) {}

    private void playRun(long millis) {
        nowMs += millis;
        shadow.run(nowMs);
        engine.run(nowMs, sink);
        assertThat(engine.nextDeadlineMs()).isGreaterThan(nowMs).isEqualTo(shadow.nextDeadlineMs());
        int told = events.size();
        engine.run(nowMs, sink);
        assertThat(events).as("a run without a cause does nothing").hasSize(told);
        shadow.frameworks.keySet().forEach(framework -> ROLES.forEach(role -> compareReasons(framework, role)));
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
            assertThat(Amount.of(engine.total(agent))).isEqualTo(shadow.agent(agent).total);
            assertThat(Amount.of(engine.used(agent)))
                    .as("used, after %s", command)
                    .isEqualTo(shadow.used(agent));
            assertThat(Amount.of(engine.offered(agent)))
                    .as("offered, after %s", command)
                    .isEqualTo(shadow.offered(agent));
            assertThat(Amount.of(engine.free(agent)))
                    .as("free, after %s", command)
                    .isEqualTo(shadow.free(agent));
            assertThat(Amount.of(engine.overcommitted(agent)))
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
        checkNothingIsOfferedTwice();
    }

    /** Conservation in the words of the rule, from the engine's numbers alone. */
    private void checkConservation(int agent) {
        Amount used = Amount.of(engine.used(agent));
        Amount offered = Amount.of(engine.offered(agent));
        Amount free = Amount.of(engine.free(agent));
        Amount over = Amount.of(engine.overcommitted(agent));

        Amount all = used.plus(offered).plus(free);
        assertThat(all.minus(over)).isEqualTo(Amount.of(engine.total(agent)));
        assertThat(all.covers(over)).isTrue();
        assertThat(free.and(over)).as("both free and overcommitted").isEqualTo(Amount.NOTHING);
        assertThat(Collections.disjoint(free.scalars().keySet(), over.scalars().keySet()))
                .as("free %s and overcommitted %s", free, over)
                .isTrue();
        assertThat(used.intersects(offered) || used.intersects(free) || offered.intersects(free))
                .isFalse();
    }

    private void checkNothingIsOfferedTwice() {
        Map<Integer, Amount> promised = new TreeMap<>();
        for (int framework : shadow.frameworks.keySet()) {
            for (Offer offer : engine.openOffers(framework)) {
                Amount amount = Amount.of(offer.resources());
                Amount before = promised.getOrDefault(offer.agent(), Amount.NOTHING);
                assertThat(before.intersects(amount)).isFalse();
                promised.put(offer.agent(), before.plus(amount));
            }
        }
        promised.forEach((agent, amount) -> {
            Amount inUse = Amount.of(engine.used(agent)).minus(Amount.of(engine.overcommitted(agent)));
            assertThat(Amount.of(engine.total(agent)).minus(inUse).covers(amount))
                    .as("agent %s promises %s", agent, amount)
                    .isTrue();
        });
    }

    /** After a run: each agent is offered to the framework or has a reason not to be, and the reason is true. */
    private void compareReasons(int framework, String role) {
        List<OfferEngine.Refusal> refusals = engine.explain(nowMs, framework, role);
        TreeSet<Integer> explained = new TreeSet<>();
        for (OfferEngine.Refusal refusal : refusals) {
            assertThat(explained.add(refusal.agent())).isTrue();
            assertThat(refusal.why()).as("%s", refusal).isEqualTo(reason(framework, role, refusal.agent()));
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

    private OfferEngine.Refusal.Why reason(int index, String role, int agent) {
        Shadow.Framework framework = shadow.framework(index);
        Amount free = shadow.free(agent);
        if (!framework.isActive) {
            return OfferEngine.Refusal.Why.FRAMEWORK_INACTIVE;
        } else if (!framework.roles.contains(role)) {
            return OfferEngine.Refusal.Why.ROLE_NOT_SUBSCRIBED;
        } else if (framework.suppressed.contains(role)) {
            return OfferEngine.Refusal.Why.SUPPRESSED;
        } else if (!shadow.agent(agent).isActive) {
            return OfferEngine.Refusal.Why.AGENT_INACTIVE;
        } else if (shadow.isWorthOffering(free)) {
            return OfferEngine.Refusal.Why.FILTERED;
        } else if (!shadow.offered(agent).isNothing()) {
            return OfferEngine.Refusal.Why.OTHERS_FIRST;
        }
        return free.isNothing() ? OfferEngine.Refusal.Why.NOTHING_FREE : OfferEngine.Refusal.Why.BELOW_MINIMUM;
    }
}
