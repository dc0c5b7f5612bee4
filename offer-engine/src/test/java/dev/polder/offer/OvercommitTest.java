package dev.polder.offer;

import static dev.polder.offer.Desk.resources;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.offer.resource.Resources;
import dev.polder.offer.resource.Value;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Agents whose total changes under what runs on them. */
final class OvercommitTest {
    private final Desk desk = new Desk();
    private final OfferEngine engine = desk.engine;
    private final int agent = desk.addAgent("cpus:4;mem:64");
    private final int framework = desk.addFramework("a");

    @AfterEach
    void shouldHoldAllInvariants() {
        engine.checkInvariants();
    }

    @Test
    void shouldOfferWhatAnAgentHasMoreNow() {
        desk.acceptAll(0, desk.runForOne(0));

        engine.updateAgent(agent, AgentProfile.of(resources("cpus:6;mem:64")), desk);

        assertThat(desk.runForOne(0).resources()).isEqualTo(resources("cpus:2"));
    }

    @Test
    void shouldTakeBackOffersOfAnAgentThatShrinks() {
        desk.runForOne(0);

        engine.updateAgent(agent, AgentProfile.of(resources("cpus:1;mem:32")), desk);

        assertThat(desk.rescinded).containsExactly("0 WITHDRAWN");
        assertThat(desk.runForOne(0).resources()).isEqualTo(resources("cpus:1;mem:32"));
    }

    @Test
    void shouldOfferNothingOfWhatIsOvercommittedUntilTasksEnd() {
        desk.acceptAll(0, desk.runForOne(0));

        engine.updateAgent(agent, AgentProfile.of(resources("cpus:1;mem:96")), desk);

        assertThat(engine.overcommitted(agent)).isEqualTo(resources("cpus:3"));
        assertThat(desk.runForOne(0).resources()).isEqualTo(resources("mem:32"));
        desk.release(framework, "a", agent, "cpus:2");
        assertThat(desk.run(0)).isEmpty();
        desk.release(framework, "a", agent, "cpus:1.5");

        assertThat(desk.runForOne(0).resources()).isEqualTo(resources("cpus:0.5"));
    }

    /** A resource provider of an agent brings what it has, and what is in use of it. */
    @Test
    void shouldTakeInWhatAProviderBringsWithItsUse() {
        Resources disk = ofProvider(10_000);
        desk.addFramework("b");
        engine.updateAgent(agent, AgentProfile.of(resources("cpus:4;mem:64").plus(disk)), desk);
        engine.use(framework, "a", agent, ofProvider(4_000), desk);

        Offer offer = desk.runForOne(0);

        assertThat(offer.resources()).isEqualTo(resources("cpus:4;mem:64").plus(ofProvider(6_000)));
        assertThat(offer.role()).isEqualTo("b");
    }

    @Test
    void shouldBeOvercommittedByWhatAProviderHasInUseBeyondWhatItBrings() {
        engine.updateAgent(agent, AgentProfile.of(resources("cpus:4;mem:64").plus(ofProvider(10_000))), desk);
        engine.use(framework, "a", agent, ofProvider(14_000), desk);

        assertThat(engine.overcommitted(agent)).isEqualTo(ofProvider(4_000));
        assertThat(desk.runForOne(0).resources()).isEqualTo(resources("cpus:4;mem:64"));
    }

    private static Resources ofProvider(long thousandths) {
        return Resources.of(Stocks.PATH_DISK.withProvider("p1"), new Value.Amount(thousandths));
    }
}
