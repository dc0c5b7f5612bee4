package dev.polder.offer;

import static dev.polder.offer.Desk.guarantee;
import static dev.polder.offer.Desk.resources;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class WhitelistTest {
    private final Desk desk = new Desk();
    private final OfferEngine engine = desk.engine;
    private final int framework = desk.addFramework("a");

    @Test
    void shouldOfferWhatIsOnTheWhitelistOnly() {
        add("h1");
        engine.setWhitelist(Optional.of(Set.of("h2")));
        int listed = add("h2");

        assertThat(desk.runForOne(0).agent()).isEqualTo(listed);
        assertThat(engine.explain(0, framework, "a"))
                .extracting(Refusal::why)
                .containsExactly(Refusal.Why.NOT_WHITELISTED);
    }

    @Test
    void shouldOfferNothingWhereTheWhitelistIsEmpty() {
        add("h1");
        engine.setWhitelist(Optional.of(Set.of()));

        assertThat(desk.run(0)).isEmpty();
    }

    @Test
    void shouldOfferAllOnceThereIsNoWhitelist() {
        engine.setWhitelist(Optional.of(Set.of()));
        add("h1");
        add("h2");
        assertThat(desk.run(0)).isEmpty();

        engine.setWhitelist(Optional.empty());

        assertThat(desk.run(0)).hasSize(2);
    }

    @Test
    void shouldFollowAnAgentThatChangesItsName() {
        engine.setWhitelist(Optional.of(Set.of("h2")));
        int agent = add("h1");

        engine.updateAgent(agent, profile("h2"), desk);
        Offer offer = desk.runForOne(0);
        engine.withdraw(offer.id());
        engine.updateAgent(agent, profile("h1"), desk);

        assertThat(desk.run(0)).isEmpty();
    }

    @Test
    void shouldNotServeAGuaranteeByWhatIsNotOnTheWhitelist() {
        add("h1");
        add("h2");
        engine.setWhitelist(Optional.of(Set.of("h2")));

        desk.setQuota("z", guarantee("cpus:1"));

        assertThat(desk.run(0)).as("the only cpu there is must be held back").isEmpty();
    }

    private int add(String hostname) {
        return engine.addAgent(profile(hostname));
    }

    private static AgentProfile profile(String hostname) {
        return AgentProfile.of(resources("cpus:1")).withHostname(hostname);
    }
}
