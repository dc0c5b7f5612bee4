package dev.polder.offer;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * Which agents a framework wants to be offered under one role: those that satisfy at least one group, that is, all
 * constraints of it. Immutable; constraints that say the same are equal.
 */
public final class OfferConstraints {
    /** Allows every agent. */
    public static final OfferConstraints NONE = new OfferConstraints(List.of());

    /** How many constraints all groups together may have. */
    public static final int CONSTRAINTS_MAX = 10_000;

    /** How long {@link #refusal} becomes at most, in characters. */
    public static final int REFUSAL_LENGTH_MAX = 1000;

    private final List<Group> groups;
    private final int hash;

    private OfferConstraints(List<Group> groups) {
        this.groups = groups;
        hash = groups.hashCode();
    }

    /**
     * Returns constraints that allow what one of the groups allows.
     *
     * @throws IllegalArgumentException if there are no groups, or more than {@value #CONSTRAINTS_MAX} constraints
     */
    public static OfferConstraints of(List<Group> groups) {
        if (groups.isEmpty()) {
            throw new IllegalArgumentException("offer constraints []: must be at least one group");
        }
        long count = 0;
        for (Group group : groups) {
            count += group.constraints().size();
        }
        if (count > CONSTRAINTS_MAX) {
            throw new IllegalArgumentException(
                    "too many constraints: " + count + " > constraintsMax=" + CONSTRAINTS_MAX);
        }
        return new OfferConstraints(List.copyOf(groups));
    }

    /** Returns the groups in the order in which they were given; none for {@link #NONE}. */
    public List<Group> groups() {
        return groups;
    }

    /** Returns whether this allows every agent because it asks for nothing. */
    public boolean isNone() {
        return groups.isEmpty();
    }

    /** Returns whether the agent may be offered. */
    public boolean allows(AgentProfile agent) {
        for (Group group : groups) {
            if (group.allows(agent)) {
                return true;
            }
        }
        return isNone();
    }

    /**
     * Returns the first thing in each group that speaks against the agent, such as {@code group 1: attribute rack is 'r2',
     * must equal 'r1'; group 2: hostname is 'h1', must not equal 'h1'}; empty if the agent is allowed. Long texts and long
     * lists are cut.
     */
    public Optional<String> refusal(AgentProfile agent) {
        return allows(agent) ? Optional.empty() : Optional.of(ConstraintRefusal.of(groups, agent));
    }

    @Override
    public boolean equals(Object other) {
        return other == this
                || (other instanceof OfferConstraints constraints
                        && constraints.hash == hash
                        && constraints.groups.equals(groups));
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return groups.toString();
    }

    /**
     * Constraints that an agent must satisfy together.
     *
     * @param constraints at least one
     */
    public record Group(List<Constraint> constraints) {
        /** Checks and copies. */
        public Group {
            constraints = List.copyOf(constraints);
            if (constraints.isEmpty()) {
                throw new IllegalArgumentException("offer constraint group []: must be at least one constraint");
            }
        }

        /** Returns whether the agent satisfies all constraints. */
        public boolean allows(AgentProfile agent) {
            for (Constraint constraint : constraints) {
                if (!constraint.allows(agent)) {
                    return false;
                }
            }
            return true;
        }
    }

    /**
     * One thing that an agent must satisfy.
     *
     * @param selector what of the agent is looked at
     * @param predicate what that must be like
     */
    public record Constraint(Selector selector, Predicate predicate) {
        /** Checks. */
        public Constraint {
            requireNonNull(selector, "selector");
            requireNonNull(predicate, "predicate");
        }

        /** Returns whether the agent satisfies it. */
        public boolean allows(AgentProfile agent) {
            Optional<AgentAttribute> attribute = selector.find(agent);
            return attribute.isPresent() ? predicate.allows(attribute.get()) : predicate.allowsAbsent();
        }
    }

    /** What of an agent a constraint looks at. */
    public sealed interface Selector {
        /** Returns what is looked at, empty if the agent does not have it. */
        Optional<AgentAttribute> find(AgentProfile agent);

        /** Returns what is looked at in words, such as {@code attribute rack}. */
        String words();

        /**
         * An attribute; of several with the same name the first.
         *
         * @param name may be empty, as attributes' names may
         */
        record Attribute(String name) implements Selector {
            /** Checks. */
            public Attribute {
                requireNonNull(name, "name");
            }

            @Override
            public Optional<AgentAttribute> find(AgentProfile agent) {
                for (AgentAttribute attribute : agent.attributes()) {
                    if (attribute.name().equals(name)) {
                        return Optional.of(attribute);
                    }
                }
                return Optional.empty();
            }

            @Override
            public String words() {
                return "attribute " + Excerpt.of(name);
            }
        }

        /** The agent's hostname; absent if it is unknown. */
        record Hostname() implements Selector {
            @Override
            public Optional<AgentAttribute> find(AgentProfile agent) {
                return agent.hostname().isEmpty()
                        ? Optional.empty()
                        : Optional.of(AgentAttribute.text(words(), agent.hostname()));
            }

            @Override
            public String words() {
                return "hostname";
            }
        }

        /** The region of the agent's fault domain; absent if it has none. */
        record Region() implements Selector {
            @Override
            public Optional<AgentAttribute> find(AgentProfile agent) {
                return agent.region().map(region -> AgentAttribute.text(words(), region));
            }

            @Override
            public String words() {
                return "region";
            }
        }

        /** The zone of the agent's fault domain; absent if it has none. */
        record Zone() implements Selector {
            @Override
            public Optional<AgentAttribute> find(AgentProfile agent) {
                return agent.zone().map(zone -> AgentAttribute.text(words(), zone));
            }

            @Override
            public String words() {
                return "zone";
            }
        }
    }

    /** What a constraint wants of what it looks at. Predicates about texts allow every attribute that is no text. */
    public sealed interface Predicate {
        /** Returns whether an attribute that the agent has satisfies it. */
        boolean allows(AgentAttribute attribute);

        /** Returns whether an agent without the attribute satisfies it. */
        boolean allowsAbsent();

        /** Returns what it wants in words, such as {@code must equal 'r1'}. */
        String words();

        /** The attribute is there, whatever its type and value. */
        record Exists() implements Predicate {
            @Override
            public boolean allows(AgentAttribute attribute) {
                return true;
            }

            @Override
            public boolean allowsAbsent() {
                return false;
            }

            @Override
            public String words() {
                return "must exist";
            }
        }

        /** The attribute is not there. */
        record NotExists() implements Predicate {
            @Override
            public boolean allows(AgentAttribute attribute) {
                return false;
            }

            @Override
            public boolean allowsAbsent() {
                return true;
            }

            @Override
            public String words() {
                return "must not exist";
            }
        }

        /**
         * The attribute is there, and if it is a text, it is this one.
         *
         * @param text compared character by character
         */
        record TextEquals(String text) implements Predicate {
            /** Checks. */
            public TextEquals {
                requireNonNull(text, "text");
            }

            @Override
            public boolean allows(AgentAttribute attribute) {
                return attribute.text().map(text::equals).orElse(true);
            }

            @Override
            public boolean allowsAbsent() {
                return false;
            }

            @Override
            public String words() {
                return "must equal " + Excerpt.quoted(text);
            }
        }

        /**
         * The attribute is not there, or it is not this text.
         *
         * @param text compared character by character
         */
        record TextNotEquals(String text) implements Predicate {
            /** Checks. */
            public TextNotEquals {
                requireNonNull(text, "text");
            }

            @Override
            public boolean allows(AgentAttribute attribute) {
                return !attribute.text().map(text::equals).orElse(false);
            }

            @Override
            public boolean allowsAbsent() {
                return true;
            }

            @Override
            public String words() {
                return "must not equal " + Excerpt.quoted(text);
            }
        }

        /**
         * The attribute is there, and if it is a text, all of it matches.
         *
         * @param regex not anchored by itself, but matched as if it were at both ends
         */
        record TextMatches(Regex regex) implements Predicate {
            /** Checks. */
            public TextMatches {
                requireNonNull(regex, "regex");
            }

            @Override
            public boolean allows(AgentAttribute attribute) {
                return attribute.text().map(regex::matches).orElse(true);
            }

            @Override
            public boolean allowsAbsent() {
                return false;
            }

            @Override
            public String words() {
                return "must match " + Excerpt.quoted(regex.text());
            }
        }

        /**
         * The attribute is not there, or it is no text of which all matches.
         *
         * @param regex not anchored by itself, but matched as if it were at both ends
         */
        record TextNotMatches(Regex regex) implements Predicate {
            /** Checks. */
            public TextNotMatches {
                requireNonNull(regex, "regex");
            }

            @Override
            public boolean allows(AgentAttribute attribute) {
                return !attribute.text().map(regex::matches).orElse(false);
            }

            @Override
            public boolean allowsAbsent() {
                return true;
            }

            @Override
            public String words() {
                return "must not match " + Excerpt.quoted(regex.text());
            }
        }
    }
}
