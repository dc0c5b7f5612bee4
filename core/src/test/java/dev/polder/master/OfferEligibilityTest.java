package dev.polder.master;

import static dev.polder.master.MasterFixture.cpus;
import static dev.polder.master.MasterFixture.info;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.master.MasterFixture.Agent;
import dev.polder.master.MasterFixture.Framework;
import dev.polder.offer.Minimum;
import dev.polder.offer.OfferEngineConfig.Order;
import dev.polder.offer.RegexLimits;
import dev.polder.offer.resource.Quantities;
import dev.polder.offer.resource.Resources;
import dev.polder.wire.Entry;
import dev.polder.wire.proto.Facts;
import dev.polder.wire.proto.Facts.Fact;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.Mesos.DomainInfo;
import dev.polder.wire.proto.Mesos.FrameworkInfo.Capability;
import dev.polder.wire.proto.Mesos.OfferFilters;
import dev.polder.wire.proto.MesosScheduler.AttributeConstraint;
import dev.polder.wire.proto.MesosScheduler.AttributeConstraint.Selector.PseudoattributeType;
import dev.polder.wire.proto.MesosScheduler.Call;
import dev.polder.wire.proto.MesosScheduler.OfferConstraints;
import dev.polder.wire.proto.MesosScheduler.OfferConstraints.RoleConstraints;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which agents a master offers to whom: what the framework said, what the agent is like, how the master is set. */
class OfferEligibilityTest {
    private final MasterFixture fixture = new MasterFixture();

    // ---- constraints

    @Test
    void shouldOfferOnlyAgentsThatSatisfyTheConstraintsOfTheRole() {
        Framework framework = fixture.subscribe(constrained("r", rack(matches("r[12]"))));

        register("a", "r1");
        register("b", "r3");
        fixture.register("without a rack");

        assertThat(hostnames(framework)).containsExactly("a");
    }

    @Test
    void shouldKeepConstraintsOfOneRoleFromTheOther() {
        Call.Subscribe.Builder subscribe = constrained("r", rack(matches("never")));
        subscribe.getFrameworkInfoBuilder().addRoles("free");
        Framework framework = fixture.subscribe(subscribe);

        register("a", "r1");

        assertThat(framework.link.offer().getAllocationInfo().getRole()).isEqualTo("free");
    }

    @Test
    void shouldLookAtHostnameRegionAndZone() {
        Framework byHostname = fixture.subscribe(constrained("r1", pseudo(PseudoattributeType.HOSTNAME, "h")));
        Framework byRegion = fixture.subscribe(constrained("r2", pseudo(PseudoattributeType.REGION, "eu")));
        Framework byZone = fixture.subscribe(constrained("r3", pseudo(PseudoattributeType.ZONE, "z1")));

        fixture.register("h");
        register("elsewhere", domain("eu", "z2"));
        register("beside", domain("us", "z1"));

        assertThat(hostnames(byHostname)).containsExactly("h");
        assertThat(hostnames(byRegion)).containsExactly("elsewhere");
        assertThat(hostnames(byZone)).containsExactly("beside");
    }

    @Test
    void shouldOfferAnAgentThatHasBecomeAnother() {
        Framework framework = fixture.subscribe(constrained("r", rack(matches("r2"))));
        Agent agent = register("a", "r1");
        List<String> before = hostnames(framework);

        agent.close();
        agent.rack = "r2";
        agent.register();

        assertThat(before).isEmpty();
        assertThat(hostnames(framework)).containsExactly("a");
    }

    @Test
    void shouldTakeNewConstraintsOfASubscriptionThatIsRepeated() {
        Framework framework = fixture.subscribe(constrained("r", rack(matches("r2"))));
        register("a", "r1");

        Call.Subscribe.Builder again = constrained("r", rack(matches("r1")));
        again.getFrameworkInfoBuilder().setId(framework.protoId());
        Framework back = fixture.subscribe(again);

        assertThat(hostnames(framework)).isEmpty();
        assertThat(hostnames(back)).containsExactly("a");
    }

    @Test
    void shouldRemainWithConstraintsWhenTheLeaderChanges() {
        Call.Subscribe.Builder subscribe = constrained("r", rack(matches("r2")));
        Framework framework = fixture.subscribe(subscribe);
        Agent one = register("a", "r1");
        Agent two = register("b", "r2");

        fixture.changeLeader();
        one.register();
        two.register();
        subscribe.getFrameworkInfoBuilder().setId(framework.protoId());
        Framework back = fixture.subscribe(subscribe);

        assertThat(hostnames(back)).containsExactly("b");
    }

    @Test
    void shouldServeThoughTheLogHasConstraintsThatAreNotUnderstoodAnyMore() {
        Call.Subscribe old = constrained("r", rack(matches("(?=lookahead)r1"))).build();
        Master master = new Master(MasterConfig.DEFAULT);
        master.apply(new Entry(
                0,
                List.of(
                        Fact.newBuilder()
                                .setClusterFormed(
                                        Facts.ClusterFormed.newBuilder().setClusterId("c"))
                                .build(),
                        Fact.newBuilder()
                                .setFrameworkAdded(Facts.FrameworkAdded.newBuilder()
                                        .setWallMs(1)
                                        .setNumbered(false)
                                        .setInfo(old.getFrameworkInfo().toBuilder()
                                                .putOfferFilters("r", minimum(Map.of("cpus", -1.0)))
                                                .setId(Mesos.FrameworkID.newBuilder()
                                                        .setValue("old")))
                                        .setOfferConstraints(old.getOfferConstraints()))
                                .build())));

        Turn unused = master.serving(
                1,
                fixture.moment(),
                Mesos.MasterInfo.newBuilder().setId("m").setIp(1).setPort(1).build(),
                "c");

        assertThat(master.leads()).isTrue();
        master.checkInvariants();
    }

    @Test
    void shouldRefuseARegularExpressionAboveTheMastersOwnLimits() {
        MasterFixture narrow = fixture(settings(OfferSettings.DEFAULT.minimum(), true, new RegexLimits(8, 100)));

        Framework framework = narrow.subscribe(constrained("r", rack(matches("123456789"))));

        assertThat(framework.link.events.get(0).getError().getMessage())
                .isEqualTo("offer_constraints of role 'r': regular expression '123456789':"
                        + " 9 bytes with its repetitions written out > memoryMax=8");
    }

    // ---- filters and minimums

    @Test
    void shouldOfferNothingBelowTheMinimumOfTheRole() {
        Framework framework = fixture.subscribe(info(Capability.Type.MULTI_ROLE)
                .addRoles("r")
                .putOfferFilters("r", minimum(Map.of("cpus", 3.0), Map.of("mem", 1024.0))));

        fixture.register("small", cpus(2_999));
        fixture.register("large", cpus(3_000));
        fixture.register("roomy", Resources.ofScalars(Map.of("mem", 1_024_000L)));

        assertThat(hostnames(framework)).containsExactlyInAnyOrder("large", "roomy");
    }

    @Test
    void shouldOfferEverythingToWhoeverAsksForNothingInParticular() {
        Framework all =
                fixture.subscribe(info(Capability.Type.MULTI_ROLE).addRoles("r").putOfferFilters("r", minimum()));

        fixture.register("crumb", cpus(1));

        assertThat(hostnames(all)).containsExactly("crumb");
    }

    @Test
    void shouldGoByItsOwnMinimumForThoseWhoSayNothing() {
        MasterFixture greedy =
                fixture(settings(Minimum.oneOf(Quantities.of(Map.of("cpus", 2_000L))), true, RegexLimits.DEFAULT));
        Framework framework = greedy.subscribe();

        greedy.register("small", cpus(1_999));
        greedy.register("large", cpus(2_000));

        assertThat(hostnames(framework)).containsExactly("large");
    }

    // ---- GPUs, regions

    @Test
    void shouldKeepGpusForThoseWhoKnowOfThemUnlessToldOtherwise() {
        Resources withGpu = Resources.ofScalars(Map.of("cpus", 1_000L, "gpus", 1_000L));
        Framework plain = fixture.subscribe();
        MasterFixture open = fixture(settings(OfferSettings.DEFAULT.minimum(), false, RegexLimits.DEFAULT));
        Framework lucky = open.subscribe();

        fixture.register("gpu", withGpu);
        open.register("gpu", withGpu);
        List<String> beforeAnyKnew = hostnames(plain);
        Framework knows = fixture.subscribe(Capability.Type.GPU_RESOURCES);

        assertThat(beforeAnyKnew).isEmpty();
        assertThat(hostnames(knows)).containsExactly("gpu");
        assertThat(hostnames(lucky)).containsExactly("gpu");
    }

    @Test
    void shouldKeepOtherRegionsForThoseWhoKnowOfThem() {
        Master master = new Master(MasterConfig.DEFAULT);
        fixture.master = master;
        fixture.nowMs++;
        Turn unused = master.serving(
                2,
                fixture.moment(),
                Mesos.MasterInfo.newBuilder()
                        .setId("m")
                        .setIp(1)
                        .setPort(1)
                        .setDomain(domain("eu", "z1"))
                        .build(),
                "c");
        Framework plain = fixture.subscribe();

        register("near", domain("eu", "z2"));
        register("far", domain("us", "z1"));
        Framework aware = fixture.subscribe(Capability.Type.REGION_AWARE);

        assertThat(hostnames(plain)).containsExactly("near");
        assertThat(hostnames(aware)).containsExactly("far");
    }

    // ---- words

    private static MasterFixture fixture(OfferSettings settings) {
        return new MasterFixture(MasterConfig.DEFAULT.withOffers(settings));
    }

    private static OfferSettings settings(Minimum minimum, boolean guardsGpus, RegexLimits limits) {
        return new OfferSettings(minimum, guardsGpus, Order.FAIR, Order.FAIR, Set.of(), limits);
    }

    private static List<String> hostnames(Framework framework) {
        return framework.link.offers().stream().map(Mesos.Offer::getHostname).toList();
    }

    private Agent register(String hostname, String rack) {
        Agent agent = fixture.new Agent(hostname, cpus(4_000));
        agent.rack = rack;
        agent.register();
        return agent;
    }

    private void register(String hostname, DomainInfo domain) {
        Agent agent = fixture.new Agent(hostname, cpus(4_000));
        agent.domain = domain;
        agent.register();
    }

    private static DomainInfo domain(String region, String zone) {
        return DomainInfo.newBuilder()
                .setFaultDomain(DomainInfo.FaultDomain.newBuilder()
                        .setRegion(
                                DomainInfo.FaultDomain.RegionInfo.newBuilder().setName(region))
                        .setZone(DomainInfo.FaultDomain.ZoneInfo.newBuilder().setName(zone)))
                .build();
    }

    private static Call.Subscribe.Builder constrained(String role, AttributeConstraint.Builder constraint) {
        return Call.Subscribe.newBuilder()
                .setFrameworkInfo(info(Capability.Type.MULTI_ROLE).addRoles(role))
                .setOfferConstraints(OfferConstraints.newBuilder()
                        .putRoleConstraints(
                                role,
                                RoleConstraints.newBuilder()
                                        .addGroups(RoleConstraints.Group.newBuilder()
                                                .addAttributeConstraints(constraint))
                                        .build()));
    }

    private static AttributeConstraint.Builder rack(AttributeConstraint.Predicate.Builder predicate) {
        return AttributeConstraint.newBuilder()
                .setSelector(AttributeConstraint.Selector.newBuilder().setAttributeName("rack"))
                .setPredicate(predicate);
    }

    private static AttributeConstraint.Builder pseudo(PseudoattributeType type, String value) {
        return AttributeConstraint.newBuilder()
                .setSelector(AttributeConstraint.Selector.newBuilder().setPseudoattributeType(type))
                .setPredicate(AttributeConstraint.Predicate.newBuilder()
                        .setTextEquals(AttributeConstraint.Predicate.TextEquals.newBuilder()
                                .setValue(value)));
    }

    private static AttributeConstraint.Predicate.Builder matches(String regex) {
        return AttributeConstraint.Predicate.newBuilder()
                .setTextMatches(
                        AttributeConstraint.Predicate.TextMatches.newBuilder().setRegex(regex));
    }

    @SafeVarargs
    private static OfferFilters minimum(Map<String, Double>... alternatives) {
        OfferFilters.MinAllocatableResources.Builder minimum = OfferFilters.MinAllocatableResources.newBuilder();
        for (Map<String, Double> alternative : alternatives) {
            OfferFilters.ResourceQuantities.Builder quantities = OfferFilters.ResourceQuantities.newBuilder();
            alternative.forEach((name, value) -> quantities.putQuantities(
                    name, Mesos.Value.Scalar.newBuilder().setValue(value).build()));
            minimum.addQuantities(quantities);
        }
        return OfferFilters.newBuilder().setMinAllocatableResources(minimum).build();
    }
}
