package dev.polder.offer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.offer.OfferConstraints.Constraint;
import dev.polder.offer.OfferConstraints.Group;
import dev.polder.offer.OfferConstraints.Predicate;
import dev.polder.offer.OfferConstraints.Selector;
import dev.polder.offer.resource.Resources;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Constraints against a table of what each predicate says, which knows neither classes nor short cuts. */
final class OfferConstraintsProperties {
    private static final String[] PLACES = {"a", "b", "HOSTNAME", "REGION", "ZONE"};
    private static final String[] TEXTS = {"", "r", "r1", "r2", "r12"};
    private static final String[] REGEXES = {"", "r", "r.", "r[0-9]*", "r1|r12", ".*2", "(?:r1)+"};
    private static final String NO_TEXT = "no text";

    /** What a constraint says, as words; {@code argument} is an expression where the verb is about matching. */
    private record Row(String place, String verb, String argument) {
        boolean holds(List<String> found) {
            String first = found.isEmpty() ? null : found.get(0);
            boolean absent = first == null;
            boolean opaque = NO_TEXT.equals(first);
            return switch (verb) {
                case "exists" -> !absent;
                case "not exists" -> absent;
                case "equals" -> !absent && (opaque || first.equals(argument));
                case "not equals" -> absent || opaque || !first.equals(argument);
                case "matches" -> !absent && (opaque || first.matches(argument));
                case "not matches" -> absent || opaque || !first.matches(argument);
                default -> throw new IllegalArgumentException(verb);
            };
        }

        Constraint constraint() {
            Selector selector = switch (place) {
                case "HOSTNAME" -> new Selector.Hostname();
                case "REGION" -> new Selector.Region();
                case "ZONE" -> new Selector.Zone();
                default -> new Selector.Attribute(place);
            };
            Predicate predicate = switch (verb) {
                case "exists" -> new Predicate.Exists();
                case "not exists" -> new Predicate.NotExists();
                case "equals" -> new Predicate.TextEquals(argument);
                case "not equals" -> new Predicate.TextNotEquals(argument);
                case "matches" -> new Predicate.TextMatches(Regex.compile(argument, RegexLimits.DEFAULT));
                default -> new Predicate.TextNotMatches(Regex.compile(argument, RegexLimits.DEFAULT));
            };
            return new Constraint(selector, predicate);
        }
    }

    /** Something that an agent has at a place. */
    private record Fact(String place, String text) {}

    @Provide
    Arbitrary<Row> rows() {
        Arbitrary<String> places = Arbitraries.of(PLACES);
        return Arbitraries.oneOf(
                Combinators.combine(places, Arbitraries.of("exists", "not exists"))
                        .as((place, verb) -> new Row(place, verb, "")),
                Combinators.combine(places, Arbitraries.of("equals", "not equals"), Arbitraries.of(TEXTS))
                        .as(Row::new),
                Combinators.combine(places, Arbitraries.of("matches", "not matches"), Arbitraries.of(REGEXES))
                        .as(Row::new));
    }

    @Provide
    Arbitrary<List<List<Row>>> groups() {
        return rows().list().ofMinSize(1).ofMaxSize(3).list().ofMinSize(1).ofMaxSize(3);
    }

    @Provide
    Arbitrary<List<Fact>> agents() {
        Arbitrary<String> texts = Arbitraries.oneOf(Arbitraries.of(TEXTS), Arbitraries.just(NO_TEXT));
        return Combinators.combine(Arbitraries.of(PLACES), texts)
                .as(Fact::new)
                .list()
                .ofMaxSize(6)
                .map(OfferConstraintsProperties::possible);
    }

    @Property
    void shouldAllowWhatTheTableAllows(@ForAll("groups") List<List<Row>> groups, @ForAll("agents") List<Fact> facts) {
        OfferConstraints constraints = constraints(groups);
        AgentProfile agent = profile(facts);

        boolean expected = groups.stream()
                .anyMatch(group -> group.stream().allMatch(row -> row.holds(textsAt(row.place(), facts))));

        assertThat(constraints.allows(agent)).isEqualTo(expected);
        assertThat(constraints.refusal(agent).isEmpty()).isEqualTo(expected);
        constraints.refusal(agent).ifPresent(words -> assertThat(words).contains("group " + groups.size() + ": "));
    }

    @Property
    void shouldBeEqualExactlyWhenItSaysTheSame(
            @ForAll("groups") List<List<Row>> one, @ForAll("groups") List<List<Row>> other) {
        assertThat(constraints(one)).isEqualTo(constraints(one)).hasSameHashCodeAs(constraints(one));
        assertThat(constraints(one).equals(constraints(other))).isEqualTo(one.equals(other));
    }

    /** Leaves out what no agent has: an empty hostname, and a hostname, region or zone that is no text. */
    private static List<Fact> possible(List<Fact> facts) {
        return facts.stream()
                .filter(fact -> !fact.place().equals("HOSTNAME") || !fact.text().isEmpty())
                .filter(fact -> fact.place().length() == 1 || !fact.text().equals(NO_TEXT))
                .toList();
    }

    private static OfferConstraints constraints(List<List<Row>> groups) {
        return OfferConstraints.of(groups.stream()
                .map(rows -> new Group(rows.stream().map(Row::constraint).toList()))
                .toList());
    }

    private static AgentProfile profile(List<Fact> facts) {
        return new AgentProfile(
                Resources.EMPTY,
                textsAt("HOSTNAME", facts).stream().findFirst().orElse(""),
                textsAt("REGION", facts).stream().findFirst(),
                textsAt("ZONE", facts).stream().findFirst(),
                facts.stream()
                        .filter(fact -> fact.place().length() == 1)
                        .map(fact -> new AgentAttribute(
                                fact.place(), Optional.of(fact.text()).filter(text -> !text.equals(NO_TEXT))))
                        .toList());
    }

    private static List<String> textsAt(String place, List<Fact> facts) {
        return facts.stream()
                .filter(fact -> fact.place().equals(place))
                .map(Fact::text)
                .toList();
    }
}
