package dev.polder.offer;

import static dev.polder.offer.Desk.cpus;
import static dev.polder.offer.Desk.cpusAndMem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.offer.resource.Resources;
import java.util.List;
import org.junit.jupiter.api.Test;

final class AllocationTest {
    private final Desk desk = new Desk();
    private final OfferEngine engine = desk.engine;

    @Test
    void shouldOfferAllThatIsFreeOnAnAgentToOneFramework() {
        Resources total = Resources.builder()
                .scalar("cpus", 4_000)
                .scalar("mem", 1_024_000)
                .range("ports", 31_000, 31_999)
                .build();
        int agent = engine.addAgent(AgentProfile.of(total));
        int framework = desk.addFramework("r1");
        desk.addFramework("r1");

        Offer offer = desk.runForOne(7);

        assertThat(offer).isEqualTo(new Offer(0, framework, "r1", agent, total, 7, OfferView.NO_GANG));
        assertThat(engine.offered(agent)).isEqualTo(total);
        assertThat(engine.free(agent)).isEqualTo(Resources.EMPTY);
        assertThat(engine.openOffers(framework)).containsExactly(offer);
    }

    @Test
    void shouldMakeOneOfferForEachAgentAndRole() {
        engine.addAgent(AgentProfile.of(cpus(1_000)));
        engine.addAgent(AgentProfile.of(cpus(1_000)));
        int framework = desk.addFramework("b", "a");

        List<Offer> offers = desk.run(0);

        assertThat(offers).extracting(Offer::role).containsExactly("a", "b");
        assertThat(offers).extracting(Offer::framework).containsOnly(framework);
    }

    @Test
    void shouldDoNothingWithoutACause() {
        assertThat(desk.run(0)).isEmpty();
        assertThat(engine.nextDeadlineMs()).isEqualTo(Long.MAX_VALUE);
        engine.addAgent(AgentProfile.of(cpus(1_000)));
        desk.addFramework("r1");
        assertThat(engine.nextDeadlineMs()).isLessThanOrEqualTo(0);
        desk.runForOne(0);

        assertThat(desk.run(0)).isEmpty();
        assertThat(desk.run(Desk.OFFER_TIMEOUT_MS - 1)).isEmpty();
        assertThat(desk.rescinded).isEmpty();
        assertThat(engine.nextDeadlineMs()).isEqualTo(Desk.OFFER_TIMEOUT_MS);
    }

    @Test
    void shouldNotOfferDust() {
        int agent = engine.addAgent(AgentProfile.of(cpusAndMem(1_009, 63_999)));
        int framework = desk.addFramework("r1");
        Offer offer = desk.runForOne(0);

        engine.accept(0, List.of(offer.id()), List.of(), cpusAndMem(1_000, 32_000), 0);
        assertThat(desk.run(0)).isEmpty();
        engine.release(framework, "r1", agent, cpus(1));

        assertThat(desk.runForOne(1).resources()).isEqualTo(cpusAndMem(10, 31_999));
    }

    @Test
    void shouldOfferEverythingWhereNoMinimumIsSet() {
        Desk all = new Desk(Minimum.NONE);
        all.engine.addAgent(
                AgentProfile.of(Resources.builder().range("ports", 1, 1).build()));
        all.engine.addAgent(AgentProfile.of(Resources.EMPTY));
        all.addFramework("r1");

        assertThat(all.runForOne(0).resources()).hasToString("ports:[1-1]");
    }

    @Test
    void shouldOfferWhatCameFreeBesideAnOpenOffer() {
        int agent = engine.addAgent(AgentProfile.of(cpus(4_000)));
        int framework = desk.addFramework("r1");
        engine.accept(0, List.of(desk.runForOne(0).id()), List.of(), cpus(1_000), 0);
        Offer large = desk.runForOne(0);

        engine.release(framework, "r1", agent, cpus(1_000));
        Offer small = desk.runForOne(5);

        assertThat(large.resources()).isEqualTo(cpus(3_000));
        assertThat(small.resources()).isEqualTo(cpus(1_000));
        engine.accept(6, List.of(large.id(), small.id()), List.of(), cpus(3_500), 0);
        assertThat(engine.used(agent)).isEqualTo(cpus(3_500));
        assertThat(desk.runForOne(6).resources()).isEqualTo(cpus(500));
    }

    @Test
    void shouldOfferAgainAfterATaskThoughTheRestIsFiltered() {
        int agent = engine.addAgent(AgentProfile.of(cpusAndMem(4_000, 1_024_000)));
        int framework = desk.addFramework("r1");
        engine.accept(0, List.of(desk.runForOne(0).id()), List.of(), cpusAndMem(500, 32_000), 600_000);
        assertThat(desk.run(1_000)).isEmpty();

        engine.release(framework, "r1", agent, cpusAndMem(500, 32_000));

        assertThat(desk.runForOne(1_150).resources()).isEqualTo(cpusAndMem(4_000, 1_024_000));
    }

    @Test
    void shouldOfferOnlyTheAgentThatJoins() {
        engine.addAgent(AgentProfile.of(cpus(4_000)));
        desk.addFramework("r1");
        engine.decline(0, desk.runForOne(0).id(), 600_000);
        assertThat(desk.run(2_000)).isEmpty();

        int joined = engine.addAgent(AgentProfile.of(cpus(4_000)));

        assertThat(desk.runForOne(2_000).agent()).isEqualTo(joined);
    }

    @Test
    void shouldRescindAnOfferThatTimesOut() {
        int agent = engine.addAgent(AgentProfile.of(cpus(4_000)));
        desk.addFramework("r1");
        desk.runForOne(0);

        assertThat(desk.run(Desk.OFFER_TIMEOUT_MS)).isEmpty();

        assertThat(desk.rescinded).containsExactly("0 TIMED_OUT");
        assertThat(engine.offer(0)).isNull();
        assertThat(engine.free(agent)).isEqualTo(cpus(4_000));
        assertThat(desk.run(Desk.OFFER_TIMEOUT_MS + Desk.REOFFER_DELAY_MS)).hasSize(1);
    }

    @Test
    void shouldGiveOthersWhatOneLetTimeOut() {
        engine.addAgent(AgentProfile.of(cpus(4_000)));
        int silent = desk.addFramework("a");
        int busy = desk.addFramework("b");
        int other = engine.addAgent(AgentProfile.of(cpus(1_000)));
        engine.use(busy, "b", other, cpus(1_000), desk);
        assertThat(desk.runForOne(0).framework()).isEqualTo(silent);

        Offer next = desk.runForOne(Desk.OFFER_TIMEOUT_MS);

        assertThat(next.framework()).as("the silent one has the smaller share").isEqualTo(busy);
    }

    @Test
    void shouldOfferNothingOfAnInactiveAgent() {
        int agent = engine.addAgent(AgentProfile.of(cpus(4_000)));
        desk.addFramework("r1");
        desk.runForOne(0);

        engine.setAgentActive(agent, false, desk);
        assertThat(desk.run(0)).isEmpty();
        assertThat(desk.rescinded).containsExactly("0 AGENT_GONE");
        engine.setAgentActive(agent, true, desk);

        assertThat(desk.run(0)).hasSize(1);
    }

    @Test
    void shouldOfferNothingToAnInactiveFramework() {
        engine.addAgent(AgentProfile.of(cpus(4_000)));
        int framework = desk.addFramework("r1");
        int other = desk.addFramework("r2");
        desk.runForOne(0);

        engine.setFrameworkActive(framework, false, desk);

        assertThat(desk.rescinded).containsExactly("0 FRAMEWORK_GONE");
        Offer next = desk.runForOne(0);
        assertThat(next.framework()).isEqualTo(other);
        engine.decline(0, next.id(), 600_000);
        assertThat(desk.run(0)).isEmpty();
        engine.setFrameworkActive(framework, true, desk);
        assertThat(desk.runForOne(0).framework()).isEqualTo(framework);
    }

    @Test
    void shouldRescindOffersUnderARoleThatIsLeft() {
        engine.addAgent(AgentProfile.of(cpus(1_000)));
        engine.addAgent(AgentProfile.of(cpus(1_000)));
        int framework = desk.addFramework("a", "b");
        desk.run(0);

        desk.setRoles(framework, List.of("b", "c"));

        assertThat(desk.rescinded).containsExactly("0 ROLE_GONE");
        assertThat(desk.runForOne(0).role()).isEqualTo("c");
    }

    @Test
    void shouldRescindOffersOfAnAgentThatIsRemovedOrResized() {
        int removed = engine.addAgent(AgentProfile.of(cpus(1_000)));
        int resized = engine.addAgent(AgentProfile.of(cpus(1_000)));
        desk.addFramework("a");
        desk.run(0);

        engine.removeAgent(removed, desk);
        engine.updateAgent(resized, AgentProfile.of(cpus(2_000)), desk);

        assertThat(desk.rescinded).containsExactly("0 AGENT_GONE", "1 WITHDRAWN");
        assertThat(desk.runForOne(0).resources()).isEqualTo(cpus(2_000));
    }
}
