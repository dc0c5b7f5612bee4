package dev.polder.offer;

import static dev.polder.offer.Desk.cpus;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.polder.offer.Refusal.Why;
import dev.polder.offer.resource.Quantities;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ExplanationTest {
    private final Desk desk = new Desk();
    private final OfferEngine engine = desk.engine;
    private final int agent = engine.addAgent(AgentProfile.of(cpus(4_000)));
    private final int framework = desk.addFramework("a");

    @Test
    void shouldHaveNothingToExplainWhereOffersStand() {
        desk.runForOne(0);

        assertThat(engine.explain(0, framework, "a")).isEmpty();
    }

    @Test
    void shouldNameTheRuleThatHoldsForAllAgents() {
        engine.addAgent(AgentProfile.of(cpus(1_000)));

        assertThat(engine.explain(0, framework, "b"))
                .containsExactly(
                        new Refusal(0, Why.ROLE_NOT_SUBSCRIBED, "framework 0 is not subscribed to role b"),
                        new Refusal(1, Why.ROLE_NOT_SUBSCRIBED, "framework 0 is not subscribed to role b"));
        engine.suppress(framework, "a");
        assertThat(only(Why.SUPPRESSED, framework, "a", 2)).contains("suppressed role a");
        engine.setFrameworkActive(framework, false, desk);
        assertThat(only(Why.FRAMEWORK_INACTIVE, framework, "a", 2)).isEqualTo("framework 0 is not active");
    }

    @Test
    void shouldGiveTheNumbersOfAFilter() {
        engine.decline(0, desk.runForOne(0).id(), 5_000);
        desk.run(1_500);

        assertThat(engine.explain(2_000, framework, "a"))
                .containsExactly(new Refusal(
                        agent, Why.FILTERED, "free is cpus:4, the framework refused cpus:4 for another 3000 ms"));
    }

    @Test
    void shouldNameThoseWhoComeFirst() {
        int other = desk.addFramework("b");
        engine.use(framework, "a", agent, cpus(1_000), desk);

        assertThat(only(Why.OTHERS_FIRST, framework, "a", 1))
                .isEqualTo("free is cpus:3, and first comes framework f1 in role b:"
                        + " role a has share 25.00%, role b 0.00%");
        assertThat(only(Why.NEXT_RUN, other, "b", 1)).isEqualTo("cpus:3 is free for it, offered at the next run");
        desk.runForOne(0);
        assertThat(only(Why.OTHERS_FIRST, framework, "a", 1))
                .isEqualTo("cpus:3 is offered, to framework f1 in role b: role a has share 25.00%, role b 75.00%");
    }

    @Test
    void shouldSayWhatIsInUseOrTooLittle() {
        engine.use(framework, "a", agent, cpus(3_995), desk);
        assertThat(only(Why.BELOW_MINIMUM, framework, "a", 1))
                .isEqualTo("free is cpus:0.005, less than each of the minimum [cpus:0.01, mem:32]");

        engine.use(framework, "a", agent, cpus(5), desk);
        assertThat(only(Why.NOTHING_FREE, framework, "a", 1)).isEqualTo("of cpus:4 is in use cpus:4");

        engine.setAgentActive(agent, false, desk);
        assertThat(only(Why.AGENT_INACTIVE, framework, "a", 1)).isEqualTo("the agent is not active");
    }

    /** Returns the detail that all agents have in common. */
    private String only(Why why, int of, String role, int agents) {
        List<Refusal> refusals = engine.explain(0, of, role);
        assertThat(refusals).hasSize(agents).extracting(Refusal::why).containsOnly(why);
        assertThat(refusals)
                .extracting(Refusal::detail)
                .containsOnly(refusals.get(0).detail());
        return refusals.get(0).detail();
    }

    @Test
    void shouldTellTogetherOfAgentsThatAreRefusedForTheSameReason() {
        Desk desk = new Desk();
        OfferEngine engine = desk.engine;
        for (int i = 0; i < 5; i++) {
            engine.addAgent(AgentProfile.of(cpus(i < 3 ? 2_000 : 4_000)));
        }
        int framework = desk.addFramework("a");
        engine.use(framework, "a", 4, cpus(4_000), desk);
        desk.run(0).forEach(offer -> engine.decline(0, offer.id(), 5_000));

        List<RefusedAgents> refused = engine.explainInShort(1_000, framework, "a");

        assertThat(refused)
                .extracting(RefusedAgents::total, RefusedAgents::why, RefusedAgents::count, RefusedAgents::free)
                .containsExactly(
                        tuple(cpus(2_000), Refusal.Why.FILTERED, 3, Quantities.ofPlain(6_000, 0, 0, 0)),
                        tuple(cpus(4_000), Refusal.Why.NOTHING_FREE, 1, Quantities.EMPTY),
                        tuple(cpus(4_000), Refusal.Why.FILTERED, 1, Quantities.ofPlain(4_000, 0, 0, 0)));
        assertThat(refused.get(0).example().detail())
                .isEqualTo("free is cpus:2, the framework refused cpus:2 for another 4000 ms");
    }
}
