package dev.polder.offer;

import static dev.polder.offer.Desk.cpus;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.offer.resource.Resources;
import dev.polder.offer.resource.Value;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class BooksTest {
    private final Desk desk = new Desk();
    private final OfferEngine engine = desk.engine;
    private final int agent = engine.addAgent(AgentProfile.of(
            Resources.builder().scalar("cpus", 4_000).range("ports", 1, 10).build()));
    private final int framework = desk.addFramework("r1");

    @AfterEach
    void shouldHoldAllInvariants() {
        engine.checkInvariants();
    }

    @Test
    void shouldMoveResourcesFromFreeToOfferedToUsedAndBack() {
        Resources task =
                Resources.builder().scalar("cpus", 1_000).range("ports", 3, 3).build();
        Offer offer = desk.runForOne(0);

        engine.accept(0, List.of(offer.id()), List.of(), task, 0);
        assertThat(engine.used(agent)).isEqualTo(task);
        assertThat(engine.offered(agent)).isEqualTo(Resources.EMPTY);
        assertThat(engine.free(agent)).hasToString("cpus:3; ports:[1-2, 4-10]");

        engine.release(framework, "r1", agent, task);
        assertThat(engine.used(agent)).isEqualTo(Resources.EMPTY);
        assertThat(engine.free(agent)).isEqualTo(engine.total(agent));
    }

    @Test
    void shouldTakeAnOfferBackWithoutAFilter() {
        Offer offer = desk.runForOne(0);

        engine.withdraw(offer.id());

        assertThat(desk.rescinded).isEmpty();
        assertThat(desk.runForOne(0).id()).isEqualTo(offer.id() + 1);
    }

    @Test
    void shouldRefuseOffersThatAreNotOpenOrDoNotBelongTogether() {
        int other = engine.addAgent(AgentProfile.of(cpus(1_000)));
        List<Offer> offers = desk.run(0);
        long here = offers.get(0).id();
        long there = offers.get(1).id();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> engine.accept(0, List.of(here, there), List.of(), cpus(1), 0))
                .withMessage("offers 0 and 1 are not of the same framework, role and agent");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> engine.accept(0, List.of(here, here), List.of(), cpus(1), 0))
                .withMessageContaining("named twice");
        assertThatIllegalArgumentException().isThrownBy(() -> engine.accept(0, List.of(), List.of(), cpus(1), 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> engine.accept(0, List.of(9L), List.of(), cpus(1), 0))
                .withMessage("offer 9 is not open");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> engine.accept(0, List.of(there), List.of(), cpus(1_001), 0))
                .withMessage("offer " + there + " of agent 1 to framework 0 'f0' in role r1:"
                        + " not enough cpus: 1.001 wanted, 1 there");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> engine.decline(0, here, -1))
                .withMessageContaining("refuseMs is -1");
        assertThat(engine.openOffers(framework)).isEqualTo(offers);
        assertThat(engine.used(other)).isEqualTo(Resources.EMPTY);

        engine.decline(0, here, 0);
        assertThatIllegalArgumentException().isThrownBy(() -> engine.decline(0, here, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> engine.withdraw(here));
    }

    @Test
    void shouldRefuseToReleaseTwice() {
        engine.use(framework, "r1", agent, cpus(1_000), desk);
        engine.release(framework, "r1", agent, cpus(1_000));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> engine.release(framework, "r1", agent, cpus(1_000)))
                .withMessage("framework 0 'f0' cannot release cpus:1 on agent 0 under role r1: it uses nothing there");
    }

    @Test
    void shouldRefuseToReleaseWhatAnotherUses() {
        int other = desk.addFramework("r1");
        engine.use(framework, "r1", agent, cpus(1_000), desk);

        assertThatIllegalArgumentException().isThrownBy(() -> engine.release(other, "r1", agent, cpus(1_000)));
        assertThatIllegalArgumentException().isThrownBy(() -> engine.release(framework, "r2", agent, cpus(1_000)));
    }

    @Test
    void shouldOvercommitAnAgentThatComesBackSmaller() {
        Resources inUse =
                Resources.builder().scalar("cpus", 3_000).range("ports", 8, 9).build();
        engine.use(framework, "r1", agent, inUse, desk);

        engine.updateAgent(
                agent,
                AgentProfile.of(Resources.builder()
                        .scalar("cpus", 2_000)
                        .scalar("mem", 64_000)
                        .range("ports", 1, 8)
                        .build()),
                desk);

        assertThat(engine.overcommitted(agent)).hasToString("cpus:1; ports:[9-9]");
        assertThat(engine.free(agent)).hasToString("mem:64; ports:[1-7]");
        assertThat(desk.runForOne(0).resources()).isEqualTo(engine.offered(agent));
        engine.checkInvariants();

        engine.release(framework, "r1", agent, inUse);
        assertThat(engine.overcommitted(agent)).isEqualTo(Resources.EMPTY);
        assertThat(engine.free(agent)).hasToString("cpus:2; ports:[8-8]");
    }

    @Test
    void shouldRescindAnOfferOfWhatTurnsOutToBeInUse() {
        desk.runForOne(0);

        engine.use(framework, "r1", agent, cpus(5_000), desk);

        assertThat(desk.rescinded).containsExactly("0 WITHDRAWN");
        assertThat(engine.overcommitted(agent)).isEqualTo(cpus(1_000));
        assertThat(engine.free(agent)).hasToString("ports:[1-10]");
    }

    @Test
    void shouldRefuseAPortThatIsInUseAlready() {
        Resources port = Resources.builder().range("ports", 3, 3).build();
        engine.use(framework, "r1", agent, port, desk);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> engine.use(framework, "r1", agent, port, desk))
                .withMessageContaining("agent 0")
                .withMessageContaining("ports:[3-3]");
    }

    @Test
    void shouldRefuseAResourceOfAnotherKindAndChangeNothing() {
        desk.runForOne(0);
        Resources ports = Resources.ofScalars(Map.of("ports", 1_000L));

        assertThatIllegalArgumentException().isThrownBy(() -> engine.use(framework, "r1", agent, ports, desk));
        assertThat(desk.rescinded).isEmpty();
        Resources port = Resources.builder().range("ports", 1, 1).build();
        engine.use(framework, "r1", agent, port, desk);
        assertThatIllegalArgumentException().isThrownBy(() -> engine.updateAgent(agent, AgentProfile.of(ports), desk));
        assertThat(engine.used(agent)).isEqualTo(port);
    }

    @Test
    void shouldKeepAFrameworkThatStillUsesSomething() {
        engine.use(framework, "r1", agent, cpus(1_000), desk);
        desk.runForOne(0);

        assertThatIllegalStateException()
                .isThrownBy(() -> engine.removeFramework(framework, desk))
                .withMessageContaining("framework 0 'f0' in role r1 still uses resources on 1 agents");
        assertThat(desk.rescinded).isEmpty();

        engine.release(framework, "r1", agent, cpus(1_000));
        engine.removeFramework(framework, desk);
        assertThat(desk.rescinded).containsExactly("0 FRAMEWORK_GONE");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> engine.openOffers(framework))
                .withMessage("there is no framework 0");
    }

    @Test
    void shouldForgetWhatIsInUseOnAnAgentThatIsRemoved() {
        engine.use(framework, "r1", agent, cpus(1_000), desk);

        engine.removeAgent(agent, desk);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> engine.used(agent))
                .withMessage("there is no agent 0");
        engine.removeFramework(framework, desk);
        assertThat(desk.addFramework("r2")).isEqualTo(framework);
        assertThat(engine.addAgent(AgentProfile.of(cpus(500)))).isEqualTo(agent);
        assertThat(engine.used(agent)).isEqualTo(Resources.EMPTY);
        assertThat(desk.runForOne(0).resources()).isEqualTo(cpus(500));
    }

    @Test
    void shouldRefuseAClusterTooLargeToBeAddedUp() {
        Resources huge = cpus(Long.MAX_VALUE / 2);
        int second = engine.addAgent(AgentProfile.of(huge));

        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> engine.addAgent(AgentProfile.of(huge)))
                .withMessageContaining("resource cpus");
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> engine.updateAgent(second, AgentProfile.of(cpus(Long.MAX_VALUE)), desk));
        Resources tooMuch = cpus(Long.MAX_VALUE / 2 + 1_000);
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> engine.use(framework, "r1", agent, tooMuch, desk));
        assertThat(engine.total(second)).isEqualTo(huge);
        desk.run(0).forEach(offer -> desk.acceptAll(0, offer));
        assertThat(engine.used(second)).isEqualTo(huge);
    }

    @Test
    void shouldRefuseTimeThatGoesBack() {
        desk.run(10);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> engine.run(9, desk))
                .withMessage("time went back: 9 ms after 10 ms");
    }

    @Test
    void shouldRefuseAWeightOfNothing() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> engine.setWeight("r1", 0))
                .withMessage("weight of role r1: 0 thousandths, must be 1 or more");
    }

    @Test
    void shouldNameAllMistakesOfAConfig() {
        OfferEngineConfig.Builder builder =
                OfferEngineConfig.builder().offerTimeoutMs(0).reofferDelayMs(-1).reviveIntervalMs(-2);

        assertThatIllegalArgumentException()
                .isThrownBy(builder::build)
                .withMessage(
                        "offerTimeoutMs is 0, must be 1 to 315360000000; reofferDelayMs is -1, must be 0 to 315360000000;"
                                + " reviveIntervalMs is -2, must be 0 to 315360000000");
        assertThat(OfferEngineConfig.DEFAULT)
                .hasToString(
                        "OfferEngineConfig[offerTimeoutMs=120000, reofferDelayMs=1000, reviveIntervalMs=1000,"
                                + " minimum=Minimum[alternatives=[cpus:0.01, mem:32]], roleOrder=FAIR, frameworkOrder=FAIR,"
                                + " excludedFromShares=[], guardsGpus=true, region=Optional.empty, setAsideMs=60000, preemptAfterMs=OptionalLong.empty, preemptionMs=60000]");
    }

    @Test
    void shouldChargeARoleOnceForWhatItSharesWhenRolesBelowItAppear() {
        Resources volume = Resources.of(Stocks.SHARED_VOLUME, new Value.Amount(10_000));
        Desk desk = new Desk();
        OfferEngine engine = desk.engine;
        int agent = engine.addAgent(AgentProfile.of(volume));
        int one = desk.addFramework("a");
        int other = desk.addFramework("a");
        engine.use(one, "a", agent, volume, desk);
        desk.addFramework("a/x");
        engine.checkInvariants();

        engine.use(other, "a", agent, volume, desk);
        engine.checkInvariants();
        engine.release(one, "a", agent, volume);
        engine.checkInvariants();

        assertThat(engine.dominantShare("a")).isEqualTo(1);
    }

    @Test
    void shouldRefuseToReserveOtherwiseAPortThatIsInUse() {
        Desk desk = new Desk();
        OfferEngine engine = desk.engine;
        int framework = engine.addFramework(FrameworkProfile.of("f", "a"));
        int agent = engine.addAgent(AgentProfile.of(Desk.resources("cpus:4;ports:[1-4]")));
        engine.use(framework, "a", agent, Desk.resources("ports:[1-1]"), desk);

        assertThatThrownBy(
                        () -> engine.updateAgent(agent, AgentProfile.of(Desk.resources("cpus:4;ports(a):[1-4]")), desk))
                .hasMessageContaining("agent 0: something of ports:[1-1] is in use, and would be free of");
        engine.checkInvariants();
        engine.updateAgent(agent, AgentProfile.of(Desk.resources("cpus:4;ports:[1-1];ports(a):[2-4]")), desk);
        engine.checkInvariants();
        assertThatThrownBy(() -> engine.use(framework, "b", agent, Desk.resources("ports:[2-2]"), desk))
                .hasMessageContaining("a port or item can be used once");
    }
}
