package dev.polder.offer;

import static dev.polder.offer.Desk.cpus;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.offer.resource.Quantities;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** For whom an agent is set aside, and which one, when several wait, or several agents are alike. */
final class SetAsideTurnsTest {
    private static final long MINUTE_MS = 60_000;
    private static final Demand WHOLE = Demand.of(1, Quantities.ofPlain(4_000, 0, 0, 0));

    private final Desk desk = new Desk();
    private final OfferEngine engine = desk.engine;
    private final int user = engine.addFramework(FrameworkProfile.of("user", "busy"));

    SetAsideTurnsTest() {
        engine.suppress(user, "busy");
    }

    /** Adds agents of four cpus that are in use as a whole. */
    private void addFullAgents(int count) {
        for (int i = 0; i < count; i++) {
            engine.use(user, "busy", engine.addAgent(AgentProfile.of(cpus(4_000))), cpus(4_000), desk);
        }
    }

    private int addWaiting(String role) {
        int framework = engine.addFramework(FrameworkProfile.of("of " + role, role));
        engine.setDemands(0, framework, role, List.of(WHOLE));
        return framework;
    }

    private int addWithGang(String role, int agents) {
        int framework = engine.addFramework(FrameworkProfile.of("of " + role, role));
        engine.setDemands(0, framework, role, List.of());
        engine.askForGang(0, framework, role, new Gang(agents, WHOLE, Gang.WITHIN_MS_MAX));
        return framework;
    }

    private void runUntil(long nowMs) {
        while (engine.nextDeadlineMs() < nowMs) {
            desk.run(engine.nextDeadlineMs());
        }
        desk.run(nowMs);
    }

    /** Returns for whom agents are set aside, by agent. */
    private Map<Integer, String> kept() {
        Map<Integer, String> kept = new TreeMap<>();
        SetAsides setAsides = engine.subscriptions.setAsides;
        setAsides.present().stream().forEach(agent -> {
            int key = setAsides.key(agent);
            Gangs.Wanted gang = engine.subscriptions.gangs.byKey(key);
            int subscription = gang == null ? key : gang.subscription;
            kept.put(
                    agent,
                    engine.frameworks
                            .profile(engine.subscriptions.framework(subscription))
                            .name());
        });
        return kept;
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 15, 16})
    void shouldSetAnAgentAsideForEachThatWaitsInTurn(int count) {
        addFullAgents(count);
        List<String> waiting = List.of("a", "b", "c");
        waiting.forEach(this::addWaiting);
        List<String> served = new ArrayList<>();
        // what is set aside of fewer than sixteen agents leaves as long a pause as it takes
        long everyMs = MINUTE_MS * 16 / Math.min(16, count);
        for (int turn = 0; turn < 6; turn++) {
            runUntil(turn * everyMs);
            served.addAll(kept().values());
        }

        assertThat(served).hasSize(6);
        assertThat(served.subList(0, 3)).containsExactlyInAnyOrder("of a", "of b", "of c");
        assertThat(served.subList(3, 6)).isEqualTo(served.subList(0, 3));
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 15, 16})
    void shouldSetAgentsAsideForEachGangThatWaitsInTurn(int count) {
        addFullAgents(count);
        List.of("a", "b", "c").forEach(role -> addWithGang(role, 4));
        List<String> served = new ArrayList<>();
        long everyMs = MINUTE_MS * 16 / Math.min(16, count);
        for (int turn = 0; turn < 6; turn++) {
            runUntil(turn * everyMs);
            Map<Integer, String> kept = kept();
            assertThat(kept).hasSize(4);
            served.add(kept.values().iterator().next());
        }

        assertThat(served.subList(0, 3)).containsExactlyInAnyOrder("of a", "of b", "of c");
        assertThat(served.subList(3, 6)).isEqualTo(served.subList(0, 3));
    }

    @Test
    void shouldKeepAQuarterOfTheAgentsForGangsOnAverageWhateverTheirNumber() {
        addFullAgents(7);
        addWithGang("a", 3);
        addWithGang("b", 3);
        int kept = 0;
        for (long nowMs = 0; nowMs < 12 * 60 * MINUTE_MS; nowMs += MINUTE_MS) {
            runUntil(nowMs);
            kept += kept().size();
        }

        assertThat(kept / (12.0 * 60)).isBetween(1.5, 1.75);
    }

    @Test
    void shouldSetAnotherAgentAsideWhereOneWasKeptInVain() {
        int count = 32;
        addFullAgents(count);
        int large = engine.addFramework(FrameworkProfile.of("large", "large"));
        engine.setDemands(0, large, "large", List.of(WHOLE));
        int small = engine.addFramework(FrameworkProfile.of("small", "small"));
        Optional<Offer> placed = Optional.empty();
        // the tasks of the first agents never end, on all others one ends each second and small takes what it leaves
        for (long nowMs = 0; nowMs < 5 * MINUTE_MS && placed.isEmpty(); nowMs += 1_000) {
            for (int agent = 2; agent < count; agent++) {
                int owner = engine.used(agent).isEmpty() ? -1 : nowMs < 4_000 ? user : owner(small, agent);
                if (owner >= 0) {
                    engine.release(owner, owner == user ? "busy" : "small", agent, cpus(1_000));
                }
            }
            List<Offer> offers = desk.run(nowMs);
            placed = offers.stream().filter(offer -> offer.framework() == large).findFirst();
            for (Offer offer : offers) {
                desk.acceptAll(nowMs, offer);
                taken.merge(offer.agent(), 1, Integer::sum);
            }
        }

        assertThat(placed).isPresent();
    }

    private final Map<Integer, Integer> taken = new LinkedHashMap<>();

    /** Returns who uses something of an agent: small if it took something there, user else, as long as it has some. */
    private int owner(int small, int agent) {
        int its = taken.getOrDefault(agent, 0);
        if (its > 0) {
            taken.put(agent, its - 1);
            return small;
        }
        return user;
    }

    @Test
    void shouldPreferAnAgentOfWhichMuchIsMerelyOffered() {
        addFullAgents(16);
        int other = engine.addFramework(FrameworkProfile.of("other", "other"));
        engine.release(user, "busy", 5, cpus(2_000));
        assertThat(desk.runForOne(0).framework()).isEqualTo(other);
        engine.release(user, "busy", 3, cpus(1_000));
        engine.suppress(other, "other");

        addWaiting("a");
        desk.run(0);

        assertThat(kept()).containsOnlyKeys(5);
    }

    @Test
    void shouldNotRestWhoWasServedInTime() {
        addFullAgents(16);
        int framework = engine.addFramework(FrameworkProfile.of("f", "a"));
        engine.setDemands(0, framework, "a", List.of(Demand.of(10, Quantities.ofPlain(4_000, 0, 0, 0))));
        for (int task = 0; task < 10; task++) {
            long nowMs = 1_000L * task;
            desk.run(nowMs);
            int agent = kept().keySet().iterator().next();
            engine.release(user, "busy", agent, cpus(4_000));
            Offer offer = desk.runForOne(nowMs);
            assertThat(offer.agent()).isEqualTo(agent);
            desk.acceptAll(nowMs, offer);
            engine.release(framework, "a", agent, cpus(4_000));
            engine.use(user, "busy", agent, cpus(4_000), desk);
        }
    }

    @Test
    void shouldPauseForAsLongAsAnAgentOfFewWasReallyKept() {
        addFullAgents(4);
        int framework = engine.addFramework(FrameworkProfile.of("f", "a"));
        engine.setDemands(0, framework, "a", List.of(Demand.of(2, Quantities.ofPlain(4_000, 0, 0, 0))));
        desk.run(0);
        engine.release(user, "busy", 0, cpus(4_000));
        desk.acceptAll(1_000, desk.runForOne(1_000));

        runUntil(3_999);
        assertThat(kept()).isEmpty();
        runUntil(4_000);
        assertThat(kept()).as("four times as long").hasSize(1);
    }

    @Test
    void shouldGoOnKeepingAnAgentThoughALittleOfItIsRefused() {
        addFullAgents(16);
        int framework = addWaiting("a");
        engine.clearDemands(framework, "a");
        engine.release(user, "busy", 0, cpus(2_000));
        Offer two = desk.runForOne(0);
        engine.setDemands(0, framework, "a", List.of(Demand.of(9, Quantities.ofPlain(4_000, 0, 0, 0))));
        desk.run(0);
        assertThat(kept()).containsOnlyKeys(0);

        engine.accept(1, two.id(), cpus(1_000), 5_000);
        desk.run(1);

        assertThat(kept()).containsOnlyKeys(0);
    }

    @Test
    void shouldKeepNothingMoreWhereATaskIsRefused() {
        addFullAgents(16);
        int framework = engine.addFramework(FrameworkProfile.of("f", "a"));
        engine.release(user, "busy", 0, cpus(4_000));
        Offer all = desk.runForOne(0);
        engine.setDemands(0, framework, "a", List.of(Demand.of(9, Quantities.ofPlain(4_000, 0, 0, 0))));
        desk.run(0);
        engine.decline(1, all.id(), 5_000);
        desk.run(1);

        assertThat(kept()).doesNotContainKey(0);
    }
}
