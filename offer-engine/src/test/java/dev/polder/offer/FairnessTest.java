package dev.polder.offer;

import static dev.polder.offer.Desk.cpus;
import static dev.polder.offer.Desk.cpusAndMem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.offer.resource.Resources;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class FairnessTest {
    private final Desk desk = new Desk();
    private final OfferEngine engine = desk.engine;

    @Test
    void shouldShareBetweenRolesByWeight() {
        addAgents(40);
        desk.addFramework("light");
        desk.addFramework("heavy");
        engine.setWeight("heavy", 3_000);

        Map<String, Long> agents = count(desk.run(0), Offer::role);

        assertThat(agents).containsEntry("light", 10L).containsEntry("heavy", 30L);
    }

    @Test
    void shouldTakeAWeightIntoAccountThatIsSetLater() {
        addAgents(20);
        desk.addFramework("a");
        desk.addFramework("b");
        desk.run(0).forEach(offer -> desk.acceptAll(0, offer));

        engine.setWeight("b", 3_000);
        addAgents(20);

        assertThat(count(desk.run(1), Offer::role)).containsExactlyEntriesOf(Map.of("b", 20L));
    }

    @Test
    void shouldShareBetweenFrameworksInsideTheirRole() {
        addAgents(12);
        int alone = desk.addFramework("a");
        int first = desk.addFramework("b");
        int second = desk.addFramework("b");

        Map<Integer, Long> agents = count(desk.run(0), Offer::framework);

        assertThat(agents).containsEntry(alone, 6L).containsEntry(first, 3L).containsEntry(second, 3L);
    }

    /** The example of the paper: 9 CPUs and 18 GB, tasks of 1 CPU and 4 GB against tasks of 3 CPUs and 1 GB. */
    @Test
    void shouldEqualiseDominantShares() {
        int agent = engine.addAgent(AgentProfile.of(cpusAndMem(9_000, 18_000_000)));
        int memoryBound = desk.addFramework("a");
        int cpuBound = desk.addFramework("b");
        Map<Integer, Resources> tasks =
                Map.of(memoryBound, cpusAndMem(1_000, 4_000_000), cpuBound, cpusAndMem(3_000, 1_000_000));

        int[] launched = new int[2];
        for (List<Offer> offers = desk.run(0); !offers.isEmpty(); offers = desk.run(0)) {
            Offer offer = offers.get(0);
            Resources task = tasks.getOrDefault(offer.framework(), Resources.EMPTY);
            if (offer.resources().covers(task)) {
                engine.accept(0, List.of(offer.id()), List.of(), task, 0);
                launched[offer.framework()]++;
            } else {
                engine.decline(0, offer.id(), 0);
            }
        }

        assertThat(launched).containsExactly(3, 2);
        assertThat(engine.used(agent)).isEqualTo(cpusAndMem(9_000, 14_000_000));
    }

    @Test
    void shouldCountTheScarcestResourceWhateverItsName() {
        int withLicences =
                engine.addAgent(AgentProfile.of(Resources.ofScalars(Map.of("cpus", 1_000L, "licences", 2_000L))));
        int plain = engine.addAgent(AgentProfile.of(cpus(9_000)));
        int first = desk.addFramework("a");
        int second = desk.addFramework("b");
        Resources licence = Resources.ofScalars(Map.of("cpus", 1_000L, "licences", 1_000L));
        engine.use(first, "a", withLicences, licence, desk);
        engine.use(second, "b", plain, cpus(4_000), desk);

        assertThat(desk.runForOne(0).framework())
                .as("1/2 of the licences is more than 4/10 of the cpus")
                .isEqualTo(second);
    }

    @Test
    void shouldTakeTurnsWhereSharesAreEqual() {
        engine.addAgent(AgentProfile.of(cpus(1_000)));
        int first = desk.addFramework("a");
        int second = desk.addFramework("a");
        int third = desk.addFramework("b");

        int[] turns = new int[8];
        for (int i = 0; i < turns.length; i++) {
            Offer offer = desk.runForOne(i);
            turns[i] = offer.framework();
            desk.acceptAll(i, offer);
            engine.release(offer.framework(), offer.role(), offer.agent(), offer.resources());
        }

        assertThat(turns).containsExactly(first, third, second, third, first, third, second, third);
    }

    @Test
    void shouldGiveEachAgentThatJoinsToTheSmallestShare() {
        desk.addFramework("a");
        desk.addAgent("cpus:2;mem:1024");
        assertThat(desk.runForOne(0).role()).isEqualTo("a");
        desk.addFramework("b");

        desk.addAgent("cpus:1;mem:512");
        assertThat(desk.runForOne(0).role()).isEqualTo("b");
        desk.addAgent("cpus:3;mem:2048");
        assertThat(desk.runForOne(0).role())
                .as("3/6 of the cpus less than none")
                .isEqualTo("b");
        desk.addAgent("cpus:4;mem:4096");

        assertThat(desk.runForOne(0).role()).isEqualTo("a");
    }

    @Test
    void shouldGoByNameAndThenByIndexAtFirst() {
        desk.addFramework("b");
        int byIndex = desk.addFramework("a");
        desk.addFramework("a");
        engine.addAgent(AgentProfile.of(cpus(1_000)));

        Offer offer = desk.runForOne(0);

        assertThat(offer.role()).isEqualTo("a");
        assertThat(offer.framework()).isEqualTo(byIndex);
    }

    @Test
    void shouldStillChargeARoleForWhatIsUsedByOneWhoLeftIt() {
        int used = engine.addAgent(AgentProfile.of(cpus(1_000)));
        int leaver = desk.addFramework("a");
        engine.use(leaver, "a", used, cpus(1_000), desk);
        desk.setRoles(leaver, List.of());
        desk.addFramework("a");
        desk.addFramework("b");
        addAgents(1);

        assertThat(desk.runForOne(0).role()).isEqualTo("b");
        engine.release(leaver, "a", used, cpus(1_000));
        engine.checkInvariants();
    }

    @Test
    void shouldMeasureSharesByTheWholeClusterWithItsInactiveAgents() {
        int licences =
                engine.addAgent(AgentProfile.of(Resources.ofScalars(Map.of("cpus", 1_000L, "licences", 1_000L))));
        int inactive = engine.addAgent(AgentProfile.of(Resources.ofScalars(Map.of("licences", 9_000L))));
        int few = desk.addFramework("a");
        int many = desk.addFramework("b");
        engine.use(few, "a", licences, Resources.ofScalars(Map.of("licences", 1_000L)), desk);
        int agent = engine.addAgent(AgentProfile.of(cpus(9_000)));
        engine.use(many, "b", agent, cpus(2_000), desk);

        engine.setAgentActive(inactive, false, desk);

        assertThat(desk.run(0).get(0).framework())
                .as("1/10 of the licences against 2/10 of the cpus")
                .isEqualTo(few);
    }

    private void addAgents(int count) {
        for (int i = 0; i < count; i++) {
            engine.addAgent(AgentProfile.of(cpus(1_000)));
        }
    }

    private static <K> Map<K, Long> count(List<Offer> offers, Function<Offer, K> by) {
        return offers.stream().collect(Collectors.groupingBy(by, Collectors.counting()));
    }
}
