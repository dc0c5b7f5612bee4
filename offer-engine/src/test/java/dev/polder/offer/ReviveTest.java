package dev.polder.offer;

import static dev.polder.offer.Desk.cpus;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ReviveTest {
    private final Desk desk = new Desk();
    private final OfferEngine engine = desk.engine;
    private final int agent = engine.addAgent(AgentProfile.of(cpus(4_000)));
    private final int framework = desk.addFramework("r1");

    @Test
    void shouldNotOfferToOneWhoSuppressed() {
        Offer held = desk.runForOne(0);

        engine.suppress(framework, "r1");

        assertThat(engine.offer(held.id())).as("open offers stay").isNotNull();
        engine.decline(1_000, held.id(), 0);
        assertThat(desk.run(10_000)).isEmpty();
        engine.revive(10_000, framework, "r1");
        assertThat(desk.run(10_000)).hasSize(1);
    }

    @Test
    void shouldSuppressOneRoleOnly() {
        desk.setRoles(framework, List.of("r1", "r2"));

        engine.suppress(framework, "r1");

        assertThat(desk.runForOne(0).role()).isEqualTo("r2");
    }

    @Test
    void shouldEndFiltersByRevive() {
        engine.decline(0, desk.runForOne(0).id(), 600_000);

        engine.revive(2_000, framework, "r1");

        assertThat(desk.run(2_000)).hasSize(1);
    }

    @Test
    void shouldEndFiltersOfTheRevivedRoleOnly() {
        desk.setRoles(framework, List.of("r1", "r2"));
        engine.decline(0, desk.runForOne(0).id(), 600_000);
        engine.decline(0, desk.runForOne(0).id(), 600_000);

        engine.revive(0, framework, "r2");

        Offer offer = desk.runForOne(0);
        assertThat(offer.role()).isEqualTo("r2");
        engine.decline(0, offer.id(), 600_000);
        assertThat(desk.run(0)).isEmpty();
    }

    @Test
    void shouldLetAFurtherReviveWait() {
        engine.revive(100, framework, "r1");
        engine.decline(100, desk.runForOne(100).id(), 600_000);

        engine.revive(200, framework, "r1");
        engine.revive(300, framework, "r1");

        assertThat(desk.run(1_099)).isEmpty();
        assertThat(engine.nextDeadlineMs()).isEqualTo(1_100);
        engine.decline(1_100, desk.runForOne(1_100).id(), 600_000);
        assertThat(desk.run(500_000)).as("both revives were one").isEmpty();
    }

    @Test
    void shouldNotLetTheFirstReviveOfAnotherRoleWait() {
        desk.setRoles(framework, List.of("r1", "r2"));
        engine.suppress(framework, "r1");
        engine.suppress(framework, "r2");
        engine.revive(0, framework, "r1");
        engine.decline(0, desk.runForOne(0).id(), 600_000);

        engine.revive(1, framework, "r2");

        assertThat(desk.runForOne(1).role()).isEqualTo("r2");
    }

    @Test
    void shouldCallOffAWaitingReviveBySuppress() {
        engine.revive(0, framework, "r1");
        engine.revive(1, framework, "r1");

        engine.suppress(framework, "r1");

        assertThat(desk.run(10_000)).isEmpty();
    }

    @Test
    void shouldPerformAWaitingReviveThoughTheFrameworkWasAway() {
        engine.revive(0, framework, "r1");
        engine.suppress(framework, "r1");
        engine.revive(1, framework, "r1");

        engine.setFrameworkActive(framework, false, desk);
        assertThat(desk.run(1_000)).isEmpty();
        engine.setFrameworkActive(framework, true, desk);

        assertThat(desk.run(1_000)).hasSize(1);
    }

    @Test
    void shouldForgetSuppressionWithTheRole() {
        engine.suppress(framework, "r1");

        desk.setRoles(framework, List.of("r1", "r2"));
        assertThat(desk.runForOne(0).role())
                .as("r1 is kept, so is its suppression")
                .isEqualTo("r2");
        desk.setRoles(framework, List.of());
        desk.setRoles(framework, List.of("r1"));

        assertThat(desk.runForOne(0).role()).isEqualTo("r1");
    }

    @Test
    void shouldRefuseARoleThatIsNotTheFrameworks() {
        engine.use(framework, "left", agent, cpus(1_000), desk);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> engine.revive(0, framework, "zz"))
                .withMessage("framework 0 'f0' is not subscribed to role zz");
        assertThatIllegalArgumentException().isThrownBy(() -> engine.suppress(framework, "left"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> engine.suppress(7, "r1"))
                .withMessageContaining("7");
        engine.checkInvariants();
    }
}
