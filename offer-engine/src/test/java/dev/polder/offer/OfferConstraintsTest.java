package dev.polder.offer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.polder.offer.OfferConstraints.Constraint;
import dev.polder.offer.OfferConstraints.Group;
import dev.polder.offer.OfferConstraints.Predicate;
import dev.polder.offer.OfferConstraints.Selector;
import dev.polder.offer.resource.Resources;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class OfferConstraintsTest {
    private static final Predicate EXISTS = new Predicate.Exists();
    private static final Predicate NOT_EXISTS = new Predicate.NotExists();
    private static final Selector RACK = new Selector.Attribute("rack");
    private static final Selector HOSTNAME = new Selector.Hostname();
    private static final Selector REGION = new Selector.Region();
    private static final Selector ZONE = new Selector.Zone();

    private static final AgentProfile BARE = AgentProfile.of(Resources.EMPTY);
    private static final AgentProfile RACK_R1 = BARE.withAttributes(List.of(AgentAttribute.text("rack", "r1")));
    private static final AgentProfile RACK_R2 = BARE.withAttributes(List.of(AgentAttribute.text("rack", "r2")));
    private static final AgentProfile RACK_7 =
            BARE.withAttributes(List.of(new AgentAttribute("rack", Optional.empty())));

    // ---- predicates

    @Test
    void shouldWantAnAttributeToExistWhateverItsType() {
        assertThat(allows(RACK, EXISTS, RACK_R1)).isTrue();
        assertThat(allows(RACK, EXISTS, RACK_7)).isTrue();
        assertThat(allows(RACK, EXISTS, BARE)).isFalse();
        assertThat(allows(new Selector.Attribute("RACK"), EXISTS, RACK_R1)).isFalse();
    }

    @Test
    void shouldWantAnAttributeNotToExistWhateverItsType() {
        assertThat(allows(RACK, NOT_EXISTS, RACK_R1)).isFalse();
        assertThat(allows(RACK, NOT_EXISTS, RACK_7)).isFalse();
        assertThat(allows(RACK, NOT_EXISTS, BARE)).isTrue();
    }

    @Test
    void shouldWantATextToEqual() {
        assertThat(allows(RACK, is("r1"), RACK_R1)).isTrue();
        assertThat(allows(RACK, is("r1"), RACK_R2)).isFalse();
        assertThat(allows(RACK, is("R1"), RACK_R1)).isFalse();
        assertThat(allows(RACK, is("r1"), BARE)).isFalse();
        assertThat(allows(RACK, is(""), BARE)).isFalse();
    }

    @Test
    void shouldWantATextNotToEqual() {
        assertThat(allows(RACK, isNot("r1"), RACK_R1)).isFalse();
        assertThat(allows(RACK, isNot("r1"), RACK_R2)).isTrue();
        assertThat(allows(RACK, isNot("r1"), BARE)).isTrue();
    }

    @Test
    void shouldWantAllOfATextToMatch() {
        assertThat(allows(RACK, matches("r[0-9]"), RACK_R1)).isTrue();
        assertThat(allows(RACK, matches("r"), RACK_R1)).isFalse();
        assertThat(allows(RACK, matches("1"), RACK_R1)).isFalse();
        assertThat(allows(RACK, matches("r|r1"), RACK_R1)).isTrue();
        assertThat(allows(RACK, matches(".*"), BARE)).isFalse();
    }

    @Test
    void shouldWantNotAllOfATextToMatch() {
        assertThat(allows(RACK, matchesNot("r[0-9]"), RACK_R1)).isFalse();
        assertThat(allows(RACK, matchesNot("r"), RACK_R1)).isTrue();
        assertThat(allows(RACK, matchesNot(".*"), BARE)).isTrue();
    }

    @Test
    void shouldAllowEveryAttributeThatIsNoTextWhenATextIsWanted() {
        assertThat(allows(RACK, is("7"), RACK_7)).isTrue();
        assertThat(allows(RACK, isNot("7"), RACK_7)).isTrue();
        assertThat(allows(RACK, matches("[a-z]"), RACK_7)).isTrue();
        assertThat(allows(RACK, matchesNot(".*"), RACK_7)).isTrue();
    }

    // ---- selectors

    @Test
    void shouldLookAtTheFirstOfTwoAttributesWithOneName() {
        AgentProfile twice = BARE.withAttributes(List.of(
                AgentAttribute.text("other", "r3"),
                AgentAttribute.text("rack", "r1"),
                AgentAttribute.text("rack", "r2")));

        assertThat(allows(RACK, is("r1"), twice)).isTrue();
        assertThat(allows(RACK, is("r2"), twice)).isFalse();
        assertThat(allows(RACK, isNot("r2"), twice)).isTrue();
    }

    @Test
    void shouldLookAtTheHostname() {
        AgentProfile named = BARE.withHostname("h1.example.com");

        assertThat(allows(HOSTNAME, is("h1.example.com"), named)).isTrue();
        assertThat(allows(HOSTNAME, matches("h[0-9]+\\.example\\.com"), named)).isTrue();
        assertThat(allows(HOSTNAME, matchesNot("h[0-9]+\\..*"), named)).isFalse();
        assertThat(allows(HOSTNAME, EXISTS, named)).isTrue();
        assertThat(allows(HOSTNAME, EXISTS, BARE)).isFalse();
    }

    @Test
    void shouldLookAtTheFaultDomain() {
        AgentProfile placed = BARE.withDomain("europe", "north");

        assertThat(allows(REGION, is("europe"), placed)).isTrue();
        assertThat(allows(REGION, is("north"), placed)).isFalse();
        assertThat(allows(ZONE, is("north"), placed)).isTrue();
        assertThat(allows(ZONE, NOT_EXISTS, placed)).isFalse();
        assertThat(allows(REGION, NOT_EXISTS, BARE)).isTrue();
        assertThat(allows(ZONE, EXISTS, BARE)).isFalse();
    }

    @Test
    void shouldNotTakeAnAttributeForTheHostnameOrTheDomain() {
        AgentProfile disguised =
                BARE.withAttributes(List.of(AgentAttribute.text("hostname", "h1"), AgentAttribute.text("zone", "z1")));

        assertThat(allows(HOSTNAME, EXISTS, disguised)).isFalse();
        assertThat(allows(ZONE, EXISTS, disguised)).isFalse();
        assertThat(allows(new Selector.Attribute("hostname"), is("h2"), disguised.withHostname("h2")))
                .isFalse();
    }

    // ---- groups

    @Test
    void shouldWantAllConstraintsOfAGroup() {
        OfferConstraints both = anyOf(group(on(RACK, is("r1")), on(HOSTNAME, is("h1"))));

        assertThat(both.allows(RACK_R1.withHostname("h1"))).isTrue();
        assertThat(both.allows(RACK_R1.withHostname("h2"))).isFalse();
        assertThat(both.allows(RACK_R2.withHostname("h1"))).isFalse();
    }

    @Test
    void shouldWantOneOfTheGroups() {
        OfferConstraints either = anyOf(group(on(RACK, is("r1"))), group(on(HOSTNAME, is("h1"))));

        assertThat(either.allows(RACK_R1.withHostname("h2"))).isTrue();
        assertThat(either.allows(RACK_R2.withHostname("h1"))).isTrue();
        assertThat(either.allows(RACK_R2.withHostname("h2"))).isFalse();
    }

    @Test
    void shouldAllowEveryAgentWithoutConstraints() {
        assertThat(OfferConstraints.NONE.isNone()).isTrue();
        assertThat(OfferConstraints.NONE.allows(BARE)).isTrue();
        assertThat(OfferConstraints.NONE.refusal(RACK_R1)).isEmpty();
        assertThat(anyOf(group(on(RACK, EXISTS))).isNone()).isFalse();
    }

    @Test
    void shouldRefuseToBeWithoutGroupsOrConstraints() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OfferConstraints.of(List.of()))
                .withMessage("offer constraints []: must be at least one group");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Group(List.of()))
                .withMessage("offer constraint group []: must be at least one constraint");
    }

    @Test
    void shouldRefuseMoreConstraintsThanItMayHave() {
        Group half = new Group(Collections.nCopies(OfferConstraints.CONSTRAINTS_MAX / 2, on(RACK, EXISTS)));

        assertThat(OfferConstraints.of(List.of(half, half)).groups()).hasSize(2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OfferConstraints.of(List.of(half, half, group(on(RACK, EXISTS)))))
                .withMessage("too many constraints: 10001 > constraintsMax=10000");
    }

    // ---- equality

    @Test
    void shouldBeEqualWhenItSaysTheSame() {
        OfferConstraints one = anyOf(group(on(RACK, matches("r.")), on(HOSTNAME, EXISTS)));
        OfferConstraints same = anyOf(group(on(new Selector.Attribute("rack"), matches("r.")), on(HOSTNAME, EXISTS)));

        assertThat(same).isEqualTo(one).hasSameHashCodeAs(one);
        assertThat(anyOf(group(on(RACK, matches("r.+")), on(HOSTNAME, EXISTS)))).isNotEqualTo(one);
        assertThat(anyOf(group(on(RACK, matchesNot("r.")), on(HOSTNAME, EXISTS))))
                .isNotEqualTo(one);
        assertThat(anyOf(group(on(RACK, matches("r."))), group(on(HOSTNAME, EXISTS))))
                .isNotEqualTo(one);
        assertThat(anyOf(group(on(ZONE, EXISTS)))).isNotEqualTo(anyOf(group(on(REGION, EXISTS))));
    }

    @Test
    void shouldCompareRegularExpressionsByTextWhateverLimitsTheyWereMadeUnder() {
        Regex wide = Regex.compile("r.", new RegexLimits(100, 50));

        assertThat(wide).isEqualTo(regex("r.")).hasSameHashCodeAs(regex("r."));
        assertThat(wide).isNotEqualTo(regex("r"));
        assertThat(wide).hasToString("r.");
    }

    // ---- words

    @Test
    void shouldSayWhatSpeaksAgainstAnAgentInEachGroup() {
        OfferConstraints constraints = anyOf(
                group(on(RACK, is("r1"))),
                group(on(HOSTNAME, EXISTS), on(HOSTNAME, isNot("h1")), on(RACK, EXISTS)),
                group(on(RACK, NOT_EXISTS)),
                group(on(ZONE, EXISTS)),
                group(on(RACK, matches("r1+"))),
                group(on(RACK, matchesNot("r.*"))),
                group(on(REGION, is("europe"))));

        assertThat(constraints.refusal(RACK_R2.withHostname("h1")))
                .hasValue("group 1: attribute rack is 'r2', must equal 'r1'; "
                        + "group 2: hostname is 'h1', must not equal 'h1'; "
                        + "group 3: attribute rack is 'r2', must not exist; "
                        + "group 4: zone is absent, must exist; "
                        + "group 5: attribute rack is 'r2', must match 'r1+'; "
                        + "group 6: attribute rack is 'r2', must not match 'r.*'; "
                        + "group 7: region is absent, must equal 'europe'");
        assertThat(constraints.refusal(RACK_R1)).isEmpty();
        assertThat(anyOf(group(on(RACK, NOT_EXISTS))).refusal(RACK_7))
                .hasValue("group 1: attribute rack is no text, must not exist");
    }

    @Test
    void shouldCutWhatIsLong() {
        String rack = "\uD83D\uDE00".repeat(5000);
        AgentProfile agent = BARE.withAttributes(List.of(AgentAttribute.text("x".repeat(5000), rack)));
        Group unsatisfied = group(on(new Selector.Attribute("x".repeat(5000)), is("y".repeat(5000))));

        assertThat(anyOf(unsatisfied).refusal(agent))
                .hasValue("group 1: attribute " + "x".repeat(64) + "… is '" + "\uD83D\uDE00".repeat(32)
                        + "…', must equal '" + "y".repeat(64) + "…'");
        assertThat(OfferConstraints.of(Collections.nCopies(1000, unsatisfied)).refusal(agent))
                .hasValueSatisfying(words -> assertThat(words)
                        .hasSizeLessThanOrEqualTo(OfferConstraints.REFUSAL_LENGTH_MAX)
                        .contains("; group 4: ")
                        .endsWith("; and 996 more groups"));
    }

    private static boolean allows(Selector selector, Predicate predicate, AgentProfile agent) {
        return anyOf(group(on(selector, predicate))).allows(agent);
    }

    private static OfferConstraints anyOf(Group... groups) {
        return OfferConstraints.of(List.of(groups));
    }

    private static Group group(Constraint... constraints) {
        return new Group(List.of(constraints));
    }

    private static Constraint on(Selector selector, Predicate predicate) {
        return new Constraint(selector, predicate);
    }

    private static Predicate is(String text) {
        return new Predicate.TextEquals(text);
    }

    private static Predicate isNot(String text) {
        return new Predicate.TextNotEquals(text);
    }

    private static Predicate matches(String regex) {
        return new Predicate.TextMatches(regex(regex));
    }

    private static Predicate matchesNot(String regex) {
        return new Predicate.TextNotMatches(regex(regex));
    }

    private static Regex regex(String text) {
        return Regex.compile(text, RegexLimits.DEFAULT);
    }
}
