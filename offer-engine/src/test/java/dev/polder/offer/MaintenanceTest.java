package dev.polder.offer;

import static dev.polder.offer.Desk.cpus;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class MaintenanceTest {
    private static final Unavailability TOMORROW = new Unavailability(86_400_000_000_000L, OptionalLong.of(3_600));

    private final Desk desk = new Desk();
    private final OfferEngine engine = desk.engine;
    private final int agent = engine.addAgent(AgentProfile.of(cpus(4_000)));
    private final int framework = engine.addFramework(FrameworkProfile.of("f", "a", "b"));
    private final int other = engine.addFramework(FrameworkProfile.of("other", "c"));

    private void plan() {
        engine.setUnavailability(agent, Optional.of(TOMORROW), desk);
    }

    /** Has the framework use all of the agent. */
    private void use() {
        engine.use(framework, "a", agent, cpus(1_000), desk);
        engine.use(framework, "b", agent, cpus(3_000), desk);
    }

    @Test
    void shouldAskWhoUsesTheAgentOnce() {
        use();
        plan();
        assertThat(engine.nextDeadlineMs()).isLessThanOrEqualTo(0);

        desk.run(7);
        desk.run(8);

        assertThat(desk.inverse).containsExactly(new InverseOffer(0, framework, agent, TOMORROW, 7));
        assertThat(engine.openInverseOffers()).isEqualTo(desk.inverse);
        assertThat(engine.answers(agent)).isEqualTo(Map.of(framework, InverseOffer.Answer.UNKNOWN));
        assertThat(engine.unavailability(agent)).contains(TOMORROW);
    }

    @Test
    void shouldAskWhoUsesTheAgentBeforeItIsActive() {
        engine.setFrameworkActive(framework, false, desk);
        use();
        plan();
        desk.run(0);
        assertThat(desk.inverse).isEmpty();

        engine.setFrameworkActive(framework, true, desk);
        desk.run(1);

        assertThat(desk.inverse).extracting(InverseOffer::framework).containsExactly(framework);
    }

    @Test
    void shouldRescindOffersMakeThemAgainAndAskWhoHasThem() {
        engine.suppress(other, "c");
        Offer before = desk.runForOne(0);
        plan();

        Offer after = desk.runForOne(1);

        assertThat(desk.rescinded).containsExactly(before.id() + " WITHDRAWN");
        assertThat(after.id()).isEqualTo(1);
        assertThat(desk.inverse)
                .extracting(InverseOffer::id)
                .as("ids are counted together")
                .containsExactly(2L);
    }

    @Test
    void shouldTakeBackTheQuestionWhenTheFrameworkHasLeft() {
        use();
        plan();
        desk.run(0);
        engine.suppress(framework, "a");
        engine.suppress(framework, "b");
        engine.suppress(other, "c");

        engine.release(framework, "a", agent, cpus(1_000));
        desk.run(1);
        assertThat(desk.rescinded).isEmpty();
        engine.release(framework, "b", agent, cpus(3_000));
        desk.run(1);

        assertThat(desk.rescinded).containsExactly("0 inverse");
        assertThat(engine.answers(agent)).isEmpty();
    }

    @Test
    void shouldAskAgainWhenTheRefusalHasEnded() {
        use();
        plan();
        desk.run(0);
        engine.answerInverse(0, 0, InverseOffer.Answer.DECLINED, 5_000);
        assertThat(engine.answers(agent)).containsEntry(framework, InverseOffer.Answer.DECLINED);

        desk.run(4_999);
        assertThat(desk.inverse).hasSize(1);
        desk.run(5_000);
        assertThat(desk.inverse).hasSize(2);
        engine.answerInverse(5_000, 1, InverseOffer.Answer.ACCEPTED, 0);
        assertThat(engine.answers(agent)).containsEntry(framework, InverseOffer.Answer.ACCEPTED);
        desk.run(5_999);
        assertThat(desk.inverse).as("not sooner than after the reoffer delay").hasSize(2);
    }

    @Test
    void shouldAskAgainAfterARevive() {
        use();
        plan();
        desk.run(0);
        engine.answerInverse(0, 0, InverseOffer.Answer.DECLINED, 500_000);

        engine.revive(1, framework, "a");
        desk.run(1);
        assertThat(desk.inverse).hasSize(2);

        engine.answerInverse(2, 1, InverseOffer.Answer.DECLINED, 500_000);
        engine.revive(2, framework, "a");
        desk.run(2);
        assertThat(desk.inverse).as("revives have their interval").hasSize(2);
        desk.run(1_001);
        assertThat(desk.inverse).hasSize(3);
    }

    @Test
    void shouldTimeOutAndAskAgain() {
        use();
        plan();
        desk.run(0);
        desk.run(Desk.OFFER_TIMEOUT_MS);
        assertThat(desk.rescinded).containsExactly("0 inverse");

        desk.run(Desk.OFFER_TIMEOUT_MS + Desk.REOFFER_DELAY_MS);
        assertThat(desk.inverse).hasSize(2);
    }

    @Test
    void shouldEndQuestionsWithTheMaintenanceTheAgentAndTheFramework() {
        use();
        plan();
        desk.run(0);
        engine.setUnavailability(agent, Optional.empty(), desk);
        desk.run(1);
        plan();
        desk.run(2);
        engine.setFrameworkActive(framework, false, desk);
        desk.run(3);
        engine.setFrameworkActive(framework, true, desk);
        desk.run(4);
        engine.removeAgent(agent, desk);
        desk.run(5);

        assertThat(desk.inverse).extracting(InverseOffer::id).containsExactly(0L, 1L, 2L);
        assertThat(desk.rescinded).isEqualTo(List.of("0 inverse", "1 inverse", "2 inverse"));
    }

    @Test
    void shouldRefuseAnswersThatMakeNoSense() {
        use();
        plan();
        desk.run(0);

        assertThatThrownBy(() -> engine.answerInverse(0, 9, InverseOffer.Answer.ACCEPTED, 0))
                .hasMessage("inverse offer 9 is not open");
        assertThatThrownBy(() -> engine.answerInverse(0, 0, InverseOffer.Answer.UNKNOWN, 0))
                .hasMessage("inverse offer 0: UNKNOWN is no answer");
        assertThat(Unavailability.of(Instant.ofEpochSecond(86_400), Duration.ofHours(1)))
                .isEqualTo(new Unavailability(86_400_000_000_000L, OptionalLong.of(3_600_000_000_000L)))
                .hasToString("from 1970-01-02T00:00:00Z for PT1H");
        assertThat(Unavailability.from(Instant.EPOCH))
                .isEqualTo(new Unavailability(0, OptionalLong.empty()))
                .hasToString("from 1970-01-01T00:00:00Z on");
        assertThatThrownBy(() -> new Unavailability(0, OptionalLong.of(-1)))
                .hasMessage("unavailability of -1 ns: must be 0 or more");
    }

    /** Has one framework be offered the agent, say that it will leave it, and decline the offer. */
    private void acceptInverseAndDecline(long inverseMs, long offerMs) {
        engine.suppress(other, "c");
        engine.suppress(framework, "b");
        plan();
        Offer offer = desk.runForOne(0);
        engine.answerInverse(0, desk.inverse.get(0).id(), InverseOffer.Answer.ACCEPTED, inverseMs);
        engine.decline(0, offer.id(), offerMs);
    }

    @Test
    void shouldNotAskAgainForEachNewOfferWhatWasAnswered() {
        acceptInverseAndDecline(60_000, 5_000);
        desk.run(4_999);
        assertThat(engine.answers(agent)).isEqualTo(Map.of(framework, InverseOffer.Answer.ACCEPTED));

        desk.runForOne(5_000);
        assertThat(desk.inverse).as("it is known what it says").hasSize(1);
        desk.run(60_000);
        assertThat(desk.inverse).as("its filter has ended").hasSize(2);
    }

    @Test
    void shouldForgetTheAnswerOfWhoHasNothingThereWhenItsFilterEnds() {
        acceptInverseAndDecline(3_000, 60_000);
        desk.run(2_999);
        assertThat(engine.answers(agent)).isNotEmpty();

        desk.run(3_000);
        assertThat(engine.answers(agent)).isEmpty();
        assertThat(desk.inverse).hasSize(1);
    }
}
