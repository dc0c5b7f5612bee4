package dev.polder.master;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.offer.RegexLimits;
import dev.polder.wire.OfferConstraintsCodec;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.Mesos.FrameworkInfo;
import dev.polder.wire.proto.Mesos.FrameworkInfo.Capability;
import dev.polder.wire.proto.MesosScheduler.AttributeConstraint;
import dev.polder.wire.proto.MesosScheduler.Call;
import dev.polder.wire.proto.MesosScheduler.OfferConstraints;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a Mesos master was recorded to accept and to refuse at SUBSCRIBE. */
class FrameworkRulesTest {

    // ---- roles

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "a-",
                "*",
                "a*",
                "a\bb",
                "a/b",
                "a.b",
                "\u00e9",
                "a\\b",
                "a:b",
                "a,b",
                "\0a",
                "a\u00a0b",
                "~",
                ".a",
                "..."
            })
    void shouldAcceptRole(String role) {
        assertThat(problemOf(multiRole(role))).isNull();
        assertThat(problemOf(info().setRole(role))).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '|',
            value = {
                "||,must not be empty",
                ".,'.' is not allowed",
                "..,'..' is not allowed",
                "-a,starts with a dash",
                "|a b|,white space",
                "|a\tb|,white space",
                "|a\u007fb|,DEL",
                "|a\nb|,white space",
                "|a\u000bb|,white space",
                "|a\fb|,white space",
                "|a\rb|,white space",
                "/a,empty component",
                "a/,empty component",
                "a//b,empty component",
                "a/./b,'.' is not allowed",
                "a/../b,'..' is not allowed",
                "a/-b,starts with a dash",
                "a/*,'*' is not allowed",
                "*/a,'*' is not allowed",
                "/,empty component"
            })
    void shouldRefuseRole(String role, String words) {
        assertThat(problemOf(multiRole(role))).startsWith("role '").contains(words);
        assertThat(problemOf(info().setRole(role))).startsWith("role '").contains(words);
    }

    @Test
    void shouldAcceptAnyNumberOfDifferentRoles() {
        assertThat(problemOf(multiRole())).isNull();
        assertThat(problemOf(multiRole("a", "b"))).isNull();
        assertThat(problemOf(multiRole("*", "a"))).isNull();
        assertThat(problemOf(multiRole("x".repeat(300)))).isNull();
        assertThat(problemOf(info())).isNull();
    }

    @Test
    void shouldRefuseARoleThatStandsTwice() {
        assertThat(problemOf(multiRole("a", "a"))).contains("'a'").contains("twice");
    }

    @Test
    void shouldRefuseRolesThatDoNotGoWithTheCapability() {
        assertThat(problemOf(multiRole("b").setRole("a")))
                .contains("framework_info.role 'a'")
                .contains("MULTI_ROLE");
        assertThat(problemOf(multiRole("b").setRole("*"))).contains("framework_info.role '*'");
        assertThat(problemOf(multiRole().setRole("a"))).contains("framework_info.role 'a'");
        assertThat(problemOf(info().addRoles("a")))
                .contains("framework_info.roles")
                .contains("MULTI_ROLE");
        assertThat(problemOf(info().setRole("a").addRoles("a"))).contains("framework_info.roles");
    }

    @Test
    void shouldAcceptACapabilityThatStandsTwice() {
        assertThat(problemOf(
                        multiRole("a").addCapabilities(Capability.newBuilder().setType(Capability.Type.MULTI_ROLE))))
                .isNull();
    }

    @ParameterizedTest
    @EnumSource(Capability.Type.class)
    void shouldAcceptEveryCapability(Capability.Type type) {
        assertThat(problemOf(info().addCapabilities(Capability.newBuilder().setType(type))))
                .isNull();
    }

    @Test
    void shouldAcceptSuppressedRolesAmongTheFrameworksOwn() {
        assertThat(problemOf(subscribe(multiRole("a", "b")).addSuppressedRoles("a")))
                .isNull();
        assertThat(problemOf(
                        subscribe(multiRole("a", "b")).addSuppressedRoles("a").addSuppressedRoles("a")))
                .isNull();
        assertThat(problemOf(subscribe(info().setRole("a")).addSuppressedRoles("a")))
                .isNull();
        assertThat(problemOf(subscribe(info()).addSuppressedRoles("*"))).isNull();
    }

    @Test
    void shouldRefuseSuppressedRolesOfOthers() {
        assertThat(problemOf(subscribe(multiRole("a", "b")).addSuppressedRoles("c")))
                .contains("suppressed role 'c'");
        assertThat(problemOf(subscribe(info().setRole("a")).addSuppressedRoles("b")))
                .contains("suppressed role 'b'");
        assertThat(problemOf(subscribe(multiRole("a")).addSuppressedRoles("a b")))
                .contains("suppressed role 'a b'");
    }

    // ---- the rest of framework_info

    @Test
    void shouldAcceptWhatMesosDoesNotLookAt() {
        assertThat(problemOf(info().setUser(""))).isNull();
        assertThat(problemOf(info().setName(""))).isNull();
        assertThat(problemOf(info().setUser("nosuchuser"))).isNull();
        assertThat(problemOf(info().setPrincipal("p1"))).isNull();
        assertThat(problemOf(info().setPrincipal(""))).isNull();
        assertThat(problemOf(info().setCheckpoint(true))).isNull();
        assertThat(problemOf(info().setHostname("h").setWebuiUrl("http://x/"))).isNull();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, -0.5, 1, 1e3, 0.001, 1e9, 9_223_372_036.0})
    void shouldAcceptFailoverTimeout(double seconds) {
        assertThat(problemOf(info().setFailoverTimeout(seconds))).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            doubles = {
                9_223_372_037.0,
                1e10,
                1e18,
                1e308,
                Double.POSITIVE_INFINITY,
                Double.NEGATIVE_INFINITY,
                Double.NaN
            })
    void shouldRefuseFailoverTimeout(double seconds) {
        assertThat(problemOf(info().setFailoverTimeout(seconds)))
                .startsWith("framework_info.failover_timeout " + seconds);
    }

    @ParameterizedTest
    @ValueSource(strings = {"my-own-id", "a b", "\u00e9", "a:b", "-"})
    void shouldAcceptAFrameworkIdOfItsOwnChoice(String id) {
        assertThat(problemOf(info().setId(frameworkId(id)))).isNull();
        assertThat(problemOf(info().setId(frameworkId("x".repeat(255))))).isNull();
        assertThat(problemOf(info().setId(frameworkId("")))).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/b", ".", "..", "a\0b", "a\nb", "a\\b", "a\u007f"})
    void shouldRefuseFrameworkId(String id) {
        assertThat(problemOf(info().setId(frameworkId(id)))).startsWith("framework_info.id '");
    }

    @Test
    void shouldRefuseAFrameworkIdThatIsTooLong() {
        assertThat(problemOf(info().setId(frameworkId("x".repeat(256)))))
                .contains("256 bytes")
                .contains("at most 255");
    }

    // ---- constraints and filters

    @Test
    void shouldAcceptOfferConstraints() {
        assertThat(problemOf(constrained("a", group(exists("rack"))))).isNull();
        assertThat(problemOf(constrained("a", group(matches("rack", "r[0-9]+")))))
                .isNull();
    }

    @Test
    void shouldRefuseOfferConstraints() {
        assertThat(problemOf(constrained("b", group(exists("rack"))))).contains("role 'b'");
        assertThat(problemOf(constrained("a"))).contains("role 'a'").contains("must be at least one group");
        assertThat(problemOf(constrained("a", group())))
                .contains("role 'a'")
                .contains("group []: must be at least one constraint");
        assertThat(problemOf(constrained("a", group(matches("rack", "(")))))
                .contains("role 'a'")
                .contains("regular expression '('");
        assertThat(problemOf(constrained("a", group(matchesNot("rack", "["))))).contains("regular expression '['");
        assertThat(problemOf(constrained("a", group(matches("rack", "(?=a)"))))).contains("regular expression '(?=a)'");
        assertThat(problemOf(constrained(
                        "a",
                        group(exists("rack").toBuilder()
                                .setPredicate(AttributeConstraint.Predicate.getDefaultInstance())
                                .build()))))
                .isEqualTo("offer_constraints of role 'a': a constraint without a predicate");
        assertThat(problemOf(constrained(
                        "a",
                        group(exists("rack").toBuilder()
                                .setSelector(AttributeConstraint.Selector.getDefaultInstance())
                                .build()))))
                .startsWith("offer_constraints of role 'a': a selector that is neither an attribute's name");
    }

    @Test
    void shouldRefuseMoreRegularExpressionsThanMayCome() {
        AttributeConstraint[] most = new AttributeConstraint[OfferConstraintsCodec.REGEXES_MAX];
        Arrays.fill(most, matches("rack", "r1"));
        AttributeConstraint[] tooMany = Arrays.copyOf(most, most.length + 1);
        tooMany[most.length] = matchesNot("rack", "r1");

        assertThat(problemOf(constrained("a", group(most), group(exists("rack")))))
                .isNull();
        assertThat(problemOf(constrained("a", group(tooMany))))
                .isEqualTo("offer_constraints: too many regular expressions: 257 > regexesMax=256");
    }

    @Test
    void shouldAcceptOfferFilters() {
        assertThat(problemOf(filtered("a", 1.0))).isNull();
        assertThat(problemOf(filtered("unknown", 1.0))).isNull();
        assertThat(problemOf(filtered("a", 0.0))).isNull();
        assertThat(problemOf(filtered("a", 1e300))).isNull();
        assertThat(problemOf(multiRole("a").putOfferFilters("a", Mesos.OfferFilters.getDefaultInstance())))
                .isNull();
    }

    @Test
    void shouldRefuseWhatIsNoQuantityInOfferFilters() {
        assertThat(problemOf(filtered("a", -1.0)))
                .isEqualTo("offer_filters of role 'a': Invalid resource quantity for 'cpus' -1.0:"
                        + " Negative values not supported");
        assertThat(problemOf(filtered("unknown", Double.NaN)))
                .contains("'unknown'")
                .contains("NaN not supported");
        assertThat(problemOf(filtered("a", Double.POSITIVE_INFINITY))).contains("Infinite values not supported");
        assertThat(problemOf(multiRole("a")
                        .putOfferFilters(
                                "a",
                                Mesos.OfferFilters.newBuilder()
                                        .setMinAllocatableResources(
                                                Mesos.OfferFilters.MinAllocatableResources.newBuilder()
                                                        .addQuantities(
                                                                Mesos.OfferFilters.ResourceQuantities
                                                                        .getDefaultInstance()))
                                        .build())))
                .isEqualTo("offer_filters of role 'a': an entry of min_allocatable_resources without quantities;"
                        + " at least one is needed");
    }

    // ---- words

    private static FrameworkInfo.Builder info() {
        return FrameworkInfo.newBuilder().setUser("root").setName("n");
    }

    private static FrameworkInfo.Builder multiRole(String... roles) {
        return info().addCapabilities(Capability.newBuilder().setType(Capability.Type.MULTI_ROLE))
                .addAllRoles(List.of(roles));
    }

    private static Mesos.FrameworkID frameworkId(String id) {
        return Mesos.FrameworkID.newBuilder().setValue(id).build();
    }

    private static Call.Subscribe.Builder subscribe(FrameworkInfo.Builder info) {
        return Call.Subscribe.newBuilder().setFrameworkInfo(info);
    }

    private static FrameworkInfo.Builder filtered(String role, double cpus) {
        return multiRole("a")
                .putOfferFilters(
                        role,
                        Mesos.OfferFilters.newBuilder()
                                .setMinAllocatableResources(Mesos.OfferFilters.MinAllocatableResources.newBuilder()
                                        .addQuantities(Mesos.OfferFilters.ResourceQuantities.newBuilder()
                                                .putQuantities(
                                                        "cpus",
                                                        Mesos.Value.Scalar.newBuilder()
                                                                .setValue(cpus)
                                                                .build())))
                                .build());
    }

    private static Call.Subscribe.Builder constrained(String role, OfferConstraints.RoleConstraints.Group... groups) {
        return subscribe(multiRole("a"))
                .setOfferConstraints(OfferConstraints.newBuilder()
                        .putRoleConstraints(
                                role,
                                OfferConstraints.RoleConstraints.newBuilder()
                                        .addAllGroups(List.of(groups))
                                        .build()));
    }

    private static OfferConstraints.RoleConstraints.Group group(AttributeConstraint... constraints) {
        return OfferConstraints.RoleConstraints.Group.newBuilder()
                .addAllAttributeConstraints(List.of(constraints))
                .build();
    }

    private static AttributeConstraint exists(String attribute) {
        return constraint(
                attribute,
                AttributeConstraint.Predicate.newBuilder()
                        .setExists(AttributeConstraint.Predicate.Exists.getDefaultInstance()));
    }

    private static AttributeConstraint matches(String attribute, String regex) {
        return constraint(
                attribute,
                AttributeConstraint.Predicate.newBuilder()
                        .setTextMatches(AttributeConstraint.Predicate.TextMatches.newBuilder()
                                .setRegex(regex)));
    }

    private static AttributeConstraint matchesNot(String attribute, String regex) {
        return constraint(
                attribute,
                AttributeConstraint.Predicate.newBuilder()
                        .setTextNotMatches(AttributeConstraint.Predicate.TextNotMatches.newBuilder()
                                .setRegex(regex)));
    }

    private static AttributeConstraint constraint(String attribute, AttributeConstraint.Predicate.Builder predicate) {
        return AttributeConstraint.newBuilder()
                .setSelector(AttributeConstraint.Selector.newBuilder().setAttributeName(attribute))
                .setPredicate(predicate)
                .build();
    }

    private static String problemOf(FrameworkInfo.Builder info) {
        return problemOf(subscribe(info));
    }

    private static String problemOf(Call.Subscribe.Builder subscribe) {
        return FrameworkRules.problemOf(subscribe.build(), RegexLimits.DEFAULT);
    }
}
