package dev.polder.offer;

import static dev.polder.offer.Desk.byRole;
import static dev.polder.offer.Desk.guarantee;
import static dev.polder.offer.Desk.limit;
import static dev.polder.offer.Desk.resources;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.polder.offer.resource.Limits;
import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.Resources;
import dev.polder.offer.resource.Value;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class QuotaUpdateTest {
    private final Desk desk = new Desk();
    private final OfferEngine engine = desk.engine;

    @AfterEach
    void shouldHoldAllInvariants() {
        engine.checkInvariants();
    }

    @Test
    void shouldTellTheQuotaThatWasSet() {
        desk.addAgent("cpus:4");
        Quota quota = new Quota(Quantities.of(Map.of("cpus", 1_000L)), Limits.of(Map.of("cpus", 2_000L)));

        desk.setQuota("a", quota);

        assertThat(engine.quota("a")).isEqualTo(quota);
        assertThat(engine.quota("b")).isEqualTo(Quota.NONE);
    }

    @Test
    void shouldReplaceAQuotaAltogether() {
        desk.addAgent("cpus:4;mem:64");
        desk.setQuota("a", guarantee("cpus:1;mem:32"));

        desk.setQuota("a", limit("mem:64"));

        assertThat(engine.quota("a")).isEqualTo(limit("mem:64"));
    }

    @Test
    void shouldUpdateSeveralRolesOrNone() {
        desk.addAgent("cpus:4");
        engine.setQuotas(Map.of("a", guarantee("cpus:1"), "b", guarantee("cpus:2")), false, desk);

        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> engine.setQuotas(Map.of("a", guarantee("cpus:2"), "c", guarantee("cpus:2")), false, desk))
                .withMessage("quota: guarantees of all roles together, cpus:6, are more than the cluster has, cpus:4:"
                        + " too much is cpus:2, of roles [a, b, c]");

        assertThat(engine.quota("a")).isEqualTo(guarantee("cpus:1"));
        assertThat(engine.quota("b")).isEqualTo(guarantee("cpus:2"));
        assertThat(engine.quota("c")).isEqualTo(Quota.NONE);
    }

    @Test
    void shouldRefuseAGuaranteeBeyondTheClusterUnlessForced() {
        desk.addAgent("cpus:1;mem:64");
        desk.addAgent("cpus:1");
        Quota tooMuch = guarantee("cpus:2.001");

        assertThatIllegalArgumentException().isThrownBy(() -> desk.setQuota("a", tooMuch));
        assertThat(engine.quota("a")).isEqualTo(Quota.NONE);
        engine.setQuotas(Map.of("a", tooMuch), true, desk);

        assertThat(engine.quota("a")).isEqualTo(tooMuch);
    }

    @Test
    void shouldGuaranteeAllThatTheAgentsHaveTogether() {
        int agent = desk.addAgent("cpus:1;mem:64");
        desk.addAgent("cpus:1");
        int framework = desk.addFramework("b");
        desk.use(framework, "b", agent, "cpus:1");

        desk.setQuota("a", guarantee("cpus:2;mem:64"));

        assertThat(engine.quota("a")).as("though some is in use").isEqualTo(guarantee("cpus:2;mem:64"));
    }

    @Test
    void shouldGuaranteeWhatIsReserved() {
        desk.addAgent("cpus:1;cpus(b):1");

        desk.setQuota("a", guarantee("cpus:2"));

        assertThat(engine.quota("a")).isEqualTo(guarantee("cpus:2"));
    }

    @Test
    void shouldGuaranteeWhatAnAgentHasThatIsSwitchedOff() {
        int agent = desk.addAgent("cpus:1");
        engine.setAgentActive(agent, false, desk);

        desk.setQuota("a", guarantee("cpus:1"));

        assertThat(engine.quota("a")).isEqualTo(guarantee("cpus:1"));
    }

    @Test
    void shouldNotGuaranteeWhatIsRevocable() {
        Resources revocable = Resources.of(Stocks.REVOCABLE_CPUS, new Value.Amount(5_000));
        engine.addAgent(AgentProfile.of(resources("cpus:1").plus(revocable)));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> desk.setQuota("a", guarantee("cpus:2")))
                .withMessageContaining("are more than the cluster has, cpus:1");
    }

    @Test
    void shouldRefuseALimitBelowWhatIsConsumedUnlessForced() {
        int agent = desk.addAgent("cpus:4;cpus(a):1");
        int framework = desk.addFramework("a/x");
        desk.use(framework, "a/x", agent, "cpus:2");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> desk.setQuota("a", limit("cpus:2.9")))
                .withMessage("quota of role 'a': limit cpus:2.9 is below what it consumes already, cpus:3");
        assertThat(engine.quota("a")).isEqualTo(Quota.NONE);
        desk.setQuota("a", limit("cpus:3"));
        engine.setQuotas(Map.of("a", limit("cpus:1")), true, desk);

        assertThat(engine.quota("a")).isEqualTo(limit("cpus:1"));
    }

    @Test
    void shouldRescindOffersAboveALimitThatIsLowered() {
        desk.addFramework("a/x");
        desk.addAgent("cpus:2");
        desk.addAgent("cpus:2");
        desk.addAgent("mem:64");
        desk.run(0);

        desk.setQuota("a", limit("cpus:2"));

        assertThat(desk.rescinded).as("the newest that helps").containsExactly("1 QUOTA");
        assertThat(desk.run(0)).isEmpty();
    }

    @Test
    void shouldRescindOffersThatStandInTheWayOfAGuarantee() {
        desk.addFramework("a");
        desk.addAgent("cpus:2");
        desk.addAgent("cpus:2");
        desk.addAgent("mem:64");
        desk.run(0);
        desk.addFramework("z");

        desk.setQuota("z", guarantee("cpus:1"));

        assertThat(desk.rescinded).containsExactly("1 QUOTA");
        assertThat(byRole(desk.run(0))).isEqualTo(Map.of("z", resources("cpus:2")));
    }

    @Test
    void shouldNotRescindForAGuaranteeThatIsServedAlready() {
        desk.addFramework("z");
        desk.addAgent("cpus:2");
        desk.run(0);

        desk.setQuota("z", guarantee("cpus:2"));

        assertThat(desk.rescinded).isEmpty();
    }

    @Test
    void shouldKeepAQuotaForARoleThatNobodyIsIn() {
        desk.addAgent("cpus:2");
        desk.setQuota("a", limit("cpus:1"));

        desk.addFramework("a");

        assertThat(desk.runForOne(0).resources()).isEqualTo(resources("cpus:1"));
    }

    @Test
    void shouldRefuseAGuaranteeForARoleBelowAnother() {
        desk.addAgent("cpus:2");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> desk.setQuota("a/x", guarantee("cpus:1")))
                .withMessage(
                        "quota of role 'a/x': has guarantees, but only top-level roles can be guaranteed something");
        assertThat(engine.quota("a/x")).isEqualTo(Quota.NONE);
    }

    @Test
    void shouldRefuseAGuaranteeAboveItsLimit() {
        Quantities guarantees = Quantities.of(Map.of("cpus", 2L));
        Limits limits = Limits.of(Map.of("cpus", 1L));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Quota(guarantees, limits))
                .withMessage("quota: guarantee cpus:0.002 is above its limit, cpus:0.001");
    }

    @Test
    void shouldRefuseAQuotaForAPathThatIsNoRole() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> desk.setQuota("a//b", limit("cpus:1")))
                .withMessageContaining("a//b");
    }
}
