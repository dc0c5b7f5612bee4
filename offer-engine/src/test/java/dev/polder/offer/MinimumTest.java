package dev.polder.offer;

import static dev.polder.offer.Desk.resources;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.ResourceText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is worth an offer; unless said otherwise 0.01 cpus or 32 MiB. */
final class MinimumTest {
    private final Desk desk = new Desk();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cpus:0.01",
                "mem:32",
                "cpus:0.01;mem:31.999",
                "cpus:0.009;mem:32",
                "cpus:4;disk:1",
                "cpus(a):0.004;cpus:0.006"
            })
    void shouldOfferWhatReachesOneAlternative(String total) {
        desk.addAgent(total);
        desk.addFramework("a");

        assertThat(desk.runForOne(0).resources()).isEqualTo(resources(total));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpus:0.009", "mem:31.999", "cpus:0.009;mem:31.999", "disk:1000;ports:[1-9];licences:7"})
    void shouldNotOfferWhatReachesNone(String total) {
        desk.addAgent(total);
        int framework = desk.addFramework("a");

        assertThat(desk.run(0)).isEmpty();
        assertThat(desk.engine.explain(0, framework, "a"))
                .extracting(Refusal::why)
                .containsExactly(Refusal.Why.BELOW_MINIMUM);
    }

    @Test
    void shouldWantAllOfAnAlternative() {
        Desk both = new Desk(Minimum.oneOf(quantities("cpus:1;mem:64"), quantities("licences:2")));
        both.addAgent("cpus:8;mem:63;licences:1");
        both.addAgent("cpus:1;mem:64");
        both.addAgent("licences:2");
        both.addFramework("a");

        assertThat(both.run(0)).extracting(Offer::agent).containsExactly(1, 2);
    }

    @Test
    void shouldLetAFrameworkAskForMoreUnderOneOfItsRoles() {
        SubscriptionProfile picky = SubscriptionProfile.DEFAULT.withMinimum(
                Minimum.oneOf(quantities("cpus:2;mem:64"), quantities("disk:100")));
        int framework = desk.addFramework(FrameworkProfile.of("picky", "a", "b").with("a", picky));
        desk.engine.suppress(framework, "b");
        desk.addAgent("cpus:2;mem:63");
        desk.addAgent("cpus:2;mem:64");
        desk.addAgent("cpus:1;disk:100");

        assertThat(desk.run(0)).extracting(Offer::agent).containsExactly(1, 2);
        desk.engine.revive(0, framework, "b");

        Offer offer = desk.runForOne(0);
        assertThat(offer.agent()).isZero();
        assertThat(offer.role()).isEqualTo("b");
    }

    @Test
    void shouldLetAFrameworkAskForLess() {
        SubscriptionProfile modest = SubscriptionProfile.DEFAULT.withMinimum(Minimum.oneOf(quantities("disk:1")));
        desk.addFramework("a");
        int framework = desk.addFramework(FrameworkProfile.of("modest").with("b", modest));
        desk.addAgent("disk:1");

        assertThat(desk.runForOne(0).framework()).isEqualTo(framework);
    }

    @Test
    void shouldOfferEverythingToAFrameworkThatAsksForNothing() {
        SubscriptionProfile all = SubscriptionProfile.DEFAULT.withMinimum(Minimum.NONE);
        desk.addFramework("a");
        int framework = desk.addFramework(FrameworkProfile.of("all").with("b", all));
        desk.addAgent("ports:[1-1]");
        desk.addAgent("cpus:0.001");

        assertThat(desk.run(0)).extracting(Offer::framework).containsExactly(framework, framework);
    }

    @Test
    void shouldTakeUpAnotherMinimum() {
        int framework = desk.addFramework(FrameworkProfile.of("f", "a"));
        desk.addAgent("cpus:0.005");
        assertThat(desk.run(0)).isEmpty();

        desk.engine.updateFramework(
                framework,
                FrameworkProfile.of("f").with("a", SubscriptionProfile.DEFAULT.withMinimum(Minimum.NONE)),
                desk);

        assertThat(desk.run(0)).hasSize(1);
    }

    @Test
    void shouldRefuseAnAlternativeOfNothing() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Minimum.oneOf(quantities("cpus:1"), Quantities.EMPTY))
                .withMessageContaining("an alternative is nothing");
    }

    private static Quantities quantities(String text) {
        return ResourceText.parseQuantities(text);
    }
}
