package dev.polder.offer;

import static dev.polder.offer.Desk.cpus;
import static dev.polder.offer.Desk.cpusAndMem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.offer.resource.Resources;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DeclineFilterTest {
    private final Desk desk = new Desk();
    private final OfferEngine engine = desk.engine;
    private final int agent = engine.addAgent(AgentProfile.of(cpusAndMem(4_000, 1_024_000)));
    private final int framework = desk.addFramework("r1");

    @Test
    void shouldNotOfferAgainBeforeTheRefusalEnds() {
        engine.decline(0, desk.runForOne(0).id(), 5_000);

        assertThat(engine.nextDeadlineMs()).isZero();
        assertThat(desk.run(4_999)).isEmpty();
        assertThat(engine.nextDeadlineMs()).isEqualTo(5_000);
        assertThat(desk.run(5_000)).hasSize(1);
    }

    @Test
    void shouldRefuseForTheReofferDelayAtLeast() {
        engine.decline(0, desk.runForOne(0).id(), 0);
        assertThat(desk.run(Desk.REOFFER_DELAY_MS - 1)).isEmpty();
        Offer again = desk.runForOne(Desk.REOFFER_DELAY_MS);

        engine.accept(1_000, List.of(again.id()), List.of(), Resources.EMPTY, 100);

        assertThat(desk.run(1_999)).isEmpty();
        assertThat(desk.run(2_000)).hasSize(1);
    }

    @Test
    void shouldOfferWhatAnAcceptLeftOverByItsOwnRefusalAlone() {
        engine.accept(0, List.of(desk.runForOne(0).id()), List.of(), cpus(1_000), 0);
        Offer rest = desk.runForOne(0);
        assertThat(rest.resources()).isEqualTo(cpusAndMem(3_000, 1_024_000));

        engine.accept(0, List.of(rest.id()), List.of(), cpus(1_000), 300);

        assertThat(desk.run(299)).isEmpty();
        assertThat(desk.runForOne(300).resources()).isEqualTo(cpusAndMem(2_000, 1_024_000));
    }

    @Test
    void shouldOfferAnAgentAgainWhoseFiltersAreForgotten() {
        int unchanged = engine.addAgent(AgentProfile.of(cpus(1_000)));
        desk.run(0).forEach(offer -> engine.decline(0, offer.id(), 600_000));

        engine.forgetFilters(agent);

        assertThat(desk.runForOne(1).agent()).isEqualTo(agent).isNotEqualTo(unchanged);
    }

    @Test
    void shouldOfferToOthersAtOnce() {
        int other = desk.addFramework("r2");

        engine.decline(0, desk.runForOne(0).id(), 600_000);

        assertThat(desk.runForOne(0).framework()).isEqualTo(other);
    }

    @Test
    void shouldFilterOneRoleOnly() {
        desk.setRoles(framework, List.of("r1", "r2"));
        Offer first = desk.runForOne(0);

        engine.decline(0, first.id(), 600_000);

        Offer second = desk.runForOne(0);
        assertThat(List.of(first.role(), second.role())).containsExactly("r1", "r2");
        engine.decline(0, second.id(), 600_000);
        assertThat(desk.run(1)).isEmpty();
    }

    @Test
    void shouldOfferMoreThanWasRefusedButNotLess() {
        engine.use(framework, "r1", agent, cpus(1_000), desk);
        engine.decline(0, desk.runForOne(0).id(), 600_000);

        engine.use(framework, "r1", agent, cpus(1_000), desk);
        assertThat(desk.run(1)).as("less than was refused").isEmpty();
        engine.release(framework, "r1", agent, cpus(1_000));
        assertThat(desk.run(2)).as("as much as was refused").isEmpty();
        engine.release(framework, "r1", agent, cpus(1_000));

        assertThat(desk.run(3)).as("more than was refused").hasSize(1);
    }

    @Test
    void shouldForgetFiltersOfAFrameworkThatIsSwitchedOff() {
        engine.decline(0, desk.runForOne(0).id(), 600_000);

        engine.setFrameworkActive(framework, false, desk);
        engine.setFrameworkActive(framework, true, desk);

        assertThat(desk.run(0)).hasSize(1);
    }

    @Test
    void shouldForgetFiltersOfARoleThatIsLeftAndJoinedAgain() {
        engine.decline(0, desk.runForOne(0).id(), 600_000);

        desk.setRoles(framework, List.of());
        desk.setRoles(framework, List.of("r1"));

        assertThat(desk.run(0)).hasSize(1);
    }

    @Test
    void shouldNotFilterTheNextAgentOfTheSameIndex() {
        engine.decline(0, desk.runForOne(0).id(), 600_000);

        engine.removeAgent(agent, desk);

        assertThat(engine.addAgent(AgentProfile.of(cpus(1_000)))).isEqualTo(agent);
        assertThat(desk.run(0)).hasSize(1);
    }

    @Test
    void shouldRefuseForeverIfToldSo() {
        engine.decline(0, desk.runForOne(0).id(), Long.MAX_VALUE);

        assertThat(desk.run(Long.MAX_VALUE - 1)).isEmpty();
    }

    @Test
    void shouldKeepAFewFiltersOfOneAgentAndDropTheOneThatEndsFirst() {
        for (int i = 0; i <= Filters.PER_AGENT_MAX; i++) {
            engine.use(framework, "r1", agent, incomparable(i), desk);
            engine.decline(0, desk.runForOne(0).id(), 600_000 + i);
            engine.release(framework, "r1", agent, incomparable(i));
        }

        engine.use(framework, "r1", agent, incomparable(1), desk);
        assertThat(desk.run(0)).as("the second refusal stands").isEmpty();
        engine.release(framework, "r1", agent, incomparable(1));
        engine.use(framework, "r1", agent, incomparable(0), desk);
        assertThat(desk.run(0)).as("the first had to go").hasSize(1);
    }

    @Test
    void shouldForgetFiltersOfAnAgentThatBecomesAnother() {
        AgentProfile before = engine.agent(agent);
        engine.decline(0, desk.runForOne(0).id(), 600_000);

        engine.updateAgent(agent, before.withTotal(cpusAndMem(4_000, 512_000)), desk);
        assertThat(desk.run(0)).as("it has less of the same").isEmpty();
        engine.updateAgent(agent, before.withAttributes(List.of(AgentAttribute.text("rack", "r1"))), desk);
        Offer offer = desk.runForOne(0);
        engine.decline(0, offer.id(), 600_000);
        engine.updateAgent(agent, before.withHostname("h2"), desk);

        assertThat(desk.run(0)).hasSize(1);
    }

    @Test
    void shouldCountTheFiltersThatStandUnderARole() {
        int other = desk.addFramework("r1");
        engine.addAgent(AgentProfile.of(cpus(4_000)));
        assertThat(engine.activeFilters("r1")).isZero();

        desk.run(0).forEach(offer -> engine.decline(0, offer.id(), offer.framework() == other ? 5_000 : 9_000));

        assertThat(engine.activeFilters("r1")).isEqualTo(2);
        assertThat(engine.activeFilters("r2")).isZero();
        desk.run(5_000);
        assertThat(engine.activeFilters("r1")).as("one has ended").isEqualTo(1);
        engine.revive(5_000, framework, "r1");
        assertThat(engine.activeFilters("r1")).isZero();
    }

    @Test
    void shouldAskTheConstraintsOfEachRoleAlone() {
        AgentProfile named = engine.agent(agent).withHostname("h1");
        engine.updateAgent(agent, named, desk);
        OfferConstraints elsewhere =
                OfferConstraints.of(List.of(new OfferConstraints.Group(List.of(new OfferConstraints.Constraint(
                        new OfferConstraints.Selector.Hostname(), new OfferConstraints.Predicate.TextEquals("h2"))))));
        FrameworkProfile picky = FrameworkProfile.of("f0", "r1", "r2")
                .with("r1", SubscriptionProfile.DEFAULT.withConstraints(elsewhere));

        engine.updateFramework(framework, picky, desk);

        assertThat(desk.runForOne(0).role()).isEqualTo("r2");
        engine.updateAgent(agent, named.withHostname("h2"), desk);
        engine.suppress(framework, "r2");
        assertThat(desk.runForOne(0).role()).isEqualTo("r1");
    }

    /** The larger {@code i}, the more of one resource and the less of the other. */
    private static Resources incomparable(int i) {
        return cpusAndMem(100L * (i + 1), 10_000L * (20 - i));
    }
}
