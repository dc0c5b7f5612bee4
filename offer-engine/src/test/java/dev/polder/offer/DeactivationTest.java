package dev.polder.offer;

import static dev.polder.offer.Desk.resources;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Frameworks and agents that go, come back, and are found again after a change of masters. */
final class DeactivationTest {
    private final Desk desk = new Desk();
    private final OfferEngine engine = desk.engine;

    @AfterEach
    void shouldHoldAllInvariants() {
        engine.checkInvariants();
    }

    @Test
    void shouldKeepWhatAFrameworkUsesThatIsSwitchedOff() {
        int agent = desk.addAgent("cpus:4");
        int framework = desk.addFramework("a");
        engine.accept(0, desk.runForOne(0).id(), resources("cpus:1"), 0);

        engine.setFrameworkActive(framework, false, desk);
        assertThat(desk.run(0)).isEmpty();
        engine.setFrameworkActive(framework, true, desk);

        assertThat(engine.used(agent)).isEqualTo(resources("cpus:1"));
        assertThat(desk.runForOne(0).resources()).isEqualTo(resources("cpus:3"));
    }

    @Test
    void shouldGiveOthersWhatARemovedFrameworkHadInOffers() {
        desk.addAgent("cpus:4");
        int removed = desk.addFramework("a");
        int other = desk.addFramework("b");
        desk.runForOne(0);

        engine.removeFramework(removed, desk);

        assertThat(desk.rescinded).containsExactly("0 FRAMEWORK_GONE");
        assertThat(desk.runForOne(0).framework()).isEqualTo(other);
    }

    @Test
    void shouldGiveOthersWhatARemovedFrameworkUsed() {
        int agent = desk.addAgent("cpus:4");
        int removed = desk.addFramework("a");
        int other = desk.addFramework("b");
        desk.acceptAll(0, desk.runForOne(0));

        desk.release(removed, "a", agent, "cpus:4");
        engine.removeFramework(removed, desk);

        Offer offer = desk.runForOne(0);
        assertThat(offer.framework()).isEqualTo(other);
        assertThat(offer.resources()).isEqualTo(resources("cpus:4"));
    }

    @Test
    void shouldRefuseAnswersOfAFrameworkThatIsGone() {
        int agent = desk.addAgent("cpus:4");
        int removed = desk.addFramework("a");
        Offer offer = desk.runForOne(0);
        engine.removeFramework(removed, desk);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> engine.accept(0, offer.id(), resources("cpus:1"), 0))
                .withMessage("offer 0 is not open");
        assertThatIllegalArgumentException().isThrownBy(() -> engine.decline(0, offer.id(), 0));
        assertThatIllegalArgumentException().isThrownBy(() -> desk.release(removed, "a", agent, "cpus:1"));
        assertThatIllegalArgumentException().isThrownBy(() -> engine.suppress(removed, "a"));
        assertThatIllegalArgumentException().isThrownBy(() -> engine.removeFramework(removed, desk));
    }

    @Test
    void shouldRefuseAReleaseOnAnAgentThatIsGone() {
        int agent = desk.addAgent("cpus:4");
        int other = desk.addAgent("cpus:2");
        int framework = desk.addFramework("a");
        desk.use(framework, "a", agent, "cpus:4");

        engine.removeAgent(agent, desk);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> desk.release(framework, "a", agent, "cpus:4"))
                .withMessage("there is no agent 0");
        assertThat(desk.runForOne(0).agent()).isEqualTo(other);
        assertThat(engine.dominantShare("a")).as("what is offered of the other").isEqualTo(1);
    }

    @Test
    void shouldOfferWhatATaskFoundAgainLeaves() {
        int framework = desk.addFramework("a");
        int agent = desk.addAgent("cpus:4");
        desk.use(framework, "a", agent, "cpus:1.5");

        assertThat(desk.runForOne(0).resources()).isEqualTo(resources("cpus:2.5"));
    }

    @Test
    void shouldOfferWhatATaskLeavesThoughItsFrameworkIsNotBackYet() {
        int framework = desk.addFramework("a");
        engine.setFrameworkActive(framework, false, desk);
        int agent = desk.addAgent("cpus:4");
        desk.use(framework, "a", agent, "cpus:1.5");
        int other = desk.addFramework("b");

        Offer offer = desk.runForOne(0);
        engine.withdraw(offer.id());
        engine.suppress(other, "b");
        engine.setFrameworkActive(framework, true, desk);

        assertThat(offer.framework()).isEqualTo(other);
        assertThat(offer.resources()).isEqualTo(resources("cpus:2.5"));
        assertThat(desk.runForOne(0).framework()).isEqualTo(framework);
    }

    @Test
    void shouldCountWhatIsFoundOnSeveralAgentsOnce() {
        int framework = desk.addFramework("a");
        engine.setFrameworkActive(framework, false, desk);
        int one = desk.addAgent("cpus:8");
        int other = desk.addAgent("cpus:8");
        desk.use(framework, "a", one, "cpus:2");
        desk.use(framework, "a", other, "cpus:2");

        engine.setFrameworkActive(framework, true, desk);

        assertThat(engine.dominantShare("a")).isEqualTo(0.25, within(1e-9));
        assertThat(engine.used(one).plus(engine.used(other))).isEqualTo(resources("cpus:4"));
        assertThat(desk.run(0)).extracting(Offer::resources).containsOnly(resources("cpus:6"));
    }

    @Test
    void shouldMakeNoOffersWhilePausedAndAllOfThemAfter() {
        engine.pause();
        int agent = desk.addAgent("cpus:4");
        int framework = desk.addFramework("a");
        desk.use(framework, "a", agent, "cpus:1");
        assertThat(desk.run(0)).isEmpty();
        assertThat(engine.explain(0, framework, "a")).extracting(Refusal::why).containsExactly(Refusal.Why.PAUSED);

        engine.resume();

        assertThat(desk.runForOne(0).resources()).isEqualTo(resources("cpus:3"));
    }

    @Test
    void shouldOfferAllOfSeveralAgentsToTheOnlyFramework() {
        desk.addAgent("cpus:2;mem:64");
        desk.addAgent("cpus:1");
        desk.addAgent("mem:32;ports:[1-2]");
        desk.addFramework("a");

        List<Offer> offers = desk.run(0);

        assertThat(offers)
                .extracting(Offer::resources)
                .containsExactly(resources("cpus:2;mem:64"), resources("cpus:1"), resources("mem:32;ports:[1-2]"));
    }
}
