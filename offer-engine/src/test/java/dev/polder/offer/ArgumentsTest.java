package dev.polder.offer;

import static dev.polder.offer.Desk.cpus;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.polder.offer.resource.ResourceText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What is wrong whatever is there: nulls, names that are none. */
@SuppressWarnings("NullAway") // nulls are what is tried
final class ArgumentsTest {
    private final Desk desk = new Desk();
    private final OfferEngine engine = desk.engine;
    private final int agent = engine.addAgent(AgentProfile.of(cpus(4_000)));
    private final int framework = desk.addFramework("a");
    private final Offer offer = desk.runForOne(0);

    @Test
    void shouldRefuseANullByNameAndChangeNothing() {
        AgentProfile profile = AgentProfile.of(cpus(1_000));
        List<Long> offers = List.of(offer.id());
        Map<String, ThrowingCallable> calls = new LinkedHashMap<>();
        calls.put("profile of addAgent", () -> engine.addAgent(null));
        calls.put("profile of updateAgent", () -> engine.updateAgent(agent, null, desk));
        calls.put("sink of updateAgent", () -> engine.updateAgent(agent, profile, null));
        calls.put("sink of setAgentActive", () -> engine.setAgentActive(agent, false, null));
        calls.put("sink of removeAgent", () -> engine.removeAgent(agent, null));
        calls.put("hostnames of setWhitelist", () -> engine.setWhitelist(null));
        calls.put("conversions of convertAvailable", () -> engine.convertAvailable(agent, null));
        calls.put("profile of addFramework", () -> engine.addFramework(null));
        calls.put("profile of updateFramework", () -> engine.updateFramework(framework, null, desk));
        calls.put("sink of updateFramework", () -> engine.updateFramework(framework, FrameworkProfile.of("f0"), null));
        calls.put("sink of setFrameworkActive", () -> engine.setFrameworkActive(framework, false, null));
        calls.put("sink of removeFramework", () -> engine.removeFramework(framework, null));
        calls.put("role of setWeight", () -> engine.setWeight(null, 1));
        calls.put("update of setQuotas", () -> engine.setQuotas(null, true, desk));
        calls.put("sink of setQuotas", () -> engine.setQuotas(Map.of("a", Desk.limit("cpus:0")), true, null));
        calls.put("role of setPriority", () -> engine.setPriority(null, 1));
        calls.put("role of suppress", () -> engine.suppress(framework, null));
        calls.put("demands of setDemands", () -> engine.setDemands(0, framework, "a", null));
        calls.put("gang of askForGang", () -> engine.askForGang(0, framework, "a", null));
        calls.put("used of accept", () -> engine.accept(0, offer.id(), null, 0));
        calls.put("conversions of accept", () -> engine.accept(0, offers, null, cpus(1), 0));
        calls.put("sink of use", () -> engine.use(framework, "a", agent, cpus(1), null));
        calls.put("when of setUnavailability", () -> engine.setUnavailability(agent, null, desk));
        calls.put("sink of setUnavailability", () -> engine.setUnavailability(agent, Optional.empty(), null));
        calls.put("sink of run", () -> engine.run(0, null));
        calls.put("role of explain", () -> engine.explain(0, framework, null));
        calls.put("text of parse", () -> ResourceText.parse(null, "*"));

        calls.forEach((words, call) -> assertThatNullPointerException()
                .as(words)
                .isThrownBy(call)
                .withMessage(words.substring(0, words.indexOf(' '))));

        assertThat(engine.openOffers(framework)).containsExactly(offer);
        assertThat(engine.total(agent)).isEqualTo(cpus(4_000));
        assertThat(engine.quota("a")).isEqualTo(Quota.NONE);
        assertThat(desk.rescinded).isEmpty();
        engine.checkInvariants();
    }

    @Test
    void shouldRefuseAFrameworkWithoutANameOrWithARoleTwice() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FrameworkProfile.of(" ", "a"))
                .withMessage("framework name ' ': must not be blank");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FrameworkProfile.of("f", "a", "b", "a"))
                .withMessage("framework 'f': role 'a' is named twice");
    }

    @Test
    void shouldNameTheAgentWhoseResourcesAreOfAnotherKind() {
        int other = desk.addAgent("ports:[1-10]");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> desk.use(framework, "a", other, "ports:3"))
                .withMessage("agent 1 of ports:[1-10]:"
                        + " resource ports is [1-10] here and 3 there: one name has one kind");
    }

    @Test
    void shouldTellWeightAndPriorityOfARole() {
        engine.setWeight("a", 2_000);
        engine.setPriority("a", 7);

        assertThat(engine.weight("a")).isEqualTo(2_000);
        assertThat(engine.weight("b")).isEqualTo(1_000);
        assertThat(engine.priority("a/x")).isEqualTo(7);
        assertThat(engine.priority("b")).isEqualTo(0);
    }
}
