package dev.polder.offer;

import static dev.polder.offer.Desk.resources;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.polder.offer.FrameworkProfile.Capability;
import dev.polder.offer.resource.Conversion;
import dev.polder.offer.resource.Reservation;
import dev.polder.offer.resource.ResourceOperation;
import dev.polder.offer.resource.Resources;
import dev.polder.offer.resource.Value;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Dominant shares as numbers. */
final class SharesTest {
    private final Desk desk = new Desk();
    private final OfferEngine engine = desk.engine;

    @AfterEach
    void shouldHoldAllInvariants() {
        engine.checkInvariants();
    }

    @Test
    void shouldAddUpOverAgentsAndSubtractAgain() {
        int one = desk.addAgent("cpus:6;mem:10");
        int other = desk.addAgent("cpus:4;mem:10");
        int framework = desk.addFramework("a");
        int second = desk.addFramework("a");

        desk.use(framework, "a", one, "cpus:3;mem:1");
        desk.use(framework, "a", other, "cpus:2");
        desk.use(second, "a", other, "mem:4");
        checkShare(0.5, framework);
        checkShare(0.2, second);
        checkShare(0.5);
        desk.release(framework, "a", one, "cpus:3");

        checkShare(0.2, framework);
        assertThat(engine.dominantShare("a")).as("memory now").isEqualTo(0.25, within(1e-9));
    }

    @Test
    void shouldFollowTheTotalOfTheCluster() {
        int one = desk.addAgent("cpus:4");
        int framework = desk.addFramework("a");
        desk.use(framework, "a", one, "cpus:2");
        checkShare(0.5);

        int other = desk.addAgent("cpus:4");
        checkShare(0.25);
        engine.updateAgent(other, AgentProfile.of(resources("cpus:16")), desk);
        checkShare(0.1);
        engine.removeAgent(other, desk);

        checkShare(0.5);
    }

    @Test
    void shouldReorderWhenTheTotalMakesAnotherResourceDominant() {
        int busy = desk.addAgent("cpus:10;mem:100");
        int cpuBound = desk.addFramework("a");
        int memoryBound = desk.addFramework("b");
        desk.use(cpuBound, "a", busy, "cpus:4");
        desk.use(memoryBound, "b", busy, "mem:30");
        engine.setAgentActive(busy, false, desk);
        int probe = desk.addAgent("cpus:1");
        assertThat(desk.turns(0)).as("4/11 against 30/100").containsExactly("b", "a");

        engine.updateAgent(probe, AgentProfile.of(resources("cpus:10")), desk);

        assertThat(desk.turns(10_000)).as("4/20 against 30/100").containsExactly("a", "b");
    }

    @Test
    void shouldForgetWhatWasUsedOnAnAgentThatIsRemoved() {
        int removed = desk.addAgent("cpus:5");
        int stays = desk.addAgent("cpus:5");
        int framework = desk.addFramework("a");
        desk.use(framework, "a", removed, "cpus:5");
        desk.use(framework, "a", stays, "cpus:1");

        engine.removeAgent(removed, desk);

        checkShare(0.2);
    }

    @Test
    void shouldChargeWhoIsSuppressedOrSwitchedOff() {
        int agent = desk.addAgent("cpus:10");
        int framework = desk.addFramework("a");
        engine.suppress(framework, "a");

        desk.use(framework, "a", agent, "cpus:1");
        checkShare(0.1);
        engine.setFrameworkActive(framework, false, desk);
        desk.use(framework, "a", agent, "cpus:2");
        checkShare(0.3);
        desk.release(framework, "a", agent, "cpus:1");

        checkShare(0.2);
    }

    @Test
    void shouldAddUpOneResourceOfSeveralKinds() {
        Resources volume = Resources.of(Stocks.volume("v1"), new Value.Amount(20_000));
        Resources path = Resources.of(Stocks.PATH_DISK, new Value.Amount(10_000));
        int agent = engine.addAgent(
                AgentProfile.of(resources("disk:60;disk(a):10").plus(volume).plus(path)));
        int framework = desk.addFramework("a");

        engine.use(
                framework,
                "a",
                agent,
                resources("disk:5;disk(a):10").plus(volume).plus(path),
                desk);

        checkShare(0.45);
    }

    @Test
    void shouldCountReservedResourcesThatAreUsed() {
        int agent = desk.addAgent("cpus(a):5;cpus:5");
        desk.addAgent("cpus(b):10");
        int framework = desk.addFramework("a");

        desk.use(framework, "a", agent, "cpus(a):5");

        checkShare(0.25);
    }

    @Test
    void shouldCountRevocableResources() {
        Resources revocable = Resources.of(Stocks.REVOCABLE_CPUS, new Value.Amount(4_000));
        int agent = engine.addAgent(AgentProfile.of(resources("cpus:4").plus(revocable)));
        int framework = desk.addFramework(FrameworkProfile.of("able", "a").with(Capability.REVOCABLE_RESOURCES));

        engine.use(framework, "a", agent, revocable, desk);

        checkShare(0.5);
    }

    @Test
    void shouldNotChangeByAReservation() {
        desk.addAgent("cpus:4");
        desk.addAgent("mem:64");
        int framework = desk.addFramework("a");
        Offer offer = desk.run(0).get(0);
        Resources reserved = resources("cpus:1").push(Reservation.dynamic("a"));
        Conversion reserve = new ResourceOperation.Reserve(reserved).conversion();

        engine.accept(0, List.of(offer.id()), List.of(reserve), reserved, 0);
        engine.suppress(framework, "a");
        desk.run(0);

        assertThat(engine.dominantShare(framework, "a"))
                .as("all of the memory is offered")
                .isEqualTo(1);
        engine.openOffers(framework).forEach(other -> engine.withdraw(other.id()));
        checkShare(0.25);
    }

    @Test
    void shouldNotCountWhatIsExcluded() {
        Desk excluding = new Desk(
                OfferEngineConfig.builder().excludedFromShares(Set.of("gpus")).build());
        int busy = excluding.addAgent("cpus:10;gpus:2");
        int gpus = excluding.addFramework(FrameworkProfile.of("gpus", "a").with(Capability.GPU_RESOURCES));
        int cpus = excluding.addFramework("b");
        excluding.use(gpus, "a", busy, "cpus:1;gpus:2");
        excluding.use(cpus, "b", busy, "cpus:2");
        excluding.engine.setAgentActive(busy, false, excluding);
        excluding.addAgent("cpus:1");

        assertThat(excluding.engine.dominantShare("a")).isEqualTo(1 / 11.0, within(1e-9));
        assertThat(excluding.turns(0)).containsExactly("a", "b");
    }

    @Test
    void shouldNotCountWhatTheClusterHasNothingOf() {
        int agent = desk.addAgent("cpus:4;licences:1");
        int framework = desk.addFramework("a");
        desk.use(framework, "a", agent, "cpus:1;licences:1");
        checkShare(1);

        engine.updateAgent(agent, AgentProfile.of(resources("cpus:4")), desk);

        checkShare(0.25);
    }

    @Test
    void shouldChargeOffersLikeUse() {
        desk.addAgent("cpus:3");
        desk.addAgent("cpus:1");
        int framework = desk.addFramework("a");
        desk.run(0);
        checkShare(1);

        engine.decline(0, 0, 0);

        checkShare(0.25);
        checkShare(0.25, framework);
    }

    private void checkShare(double expected, int framework) {
        assertThat(engine.dominantShare(framework, "a")).isEqualTo(expected, within(1e-9));
    }

    private void checkShare(double expected) {
        assertThat(engine.dominantShare("a")).isEqualTo(expected, within(1e-9));
    }
}
