package dev.polder.wire;

import dev.polder.offer.OfferConstraints;
import dev.polder.offer.OfferConstraints.Constraint;
import dev.polder.offer.OfferConstraints.Group;
import dev.polder.offer.OfferConstraints.Predicate;
import dev.polder.offer.OfferConstraints.Selector;
import dev.polder.offer.Regex;
import dev.polder.offer.RegexLimits;
import dev.polder.wire.proto.MesosScheduler;
import dev.polder.wire.proto.MesosScheduler.AttributeConstraint;
import dev.polder.wire.proto.MesosScheduler.OfferConstraints.RoleConstraints;
import java.util.ArrayList;
import java.util.List;

/** Turns the protocol's offer constraints into those that the offer engine asks. */
public final class OfferConstraintsCodec {
    /** How many regular expressions one call may bring: each is compiled on the master's thread. */
    public static final int REGEXES_MAX = 256;

    private OfferConstraintsCodec() {}

    /**
     * Returns a role's constraints.
     *
     * @throws IllegalArgumentException if there are no groups, one is empty, or a constraint in it is not valid; the
     *     message begins with the role
     */
    public static OfferConstraints ofRole(String role, RoleConstraints constraints, RegexLimits limits) {
        try {
            List<Group> groups = new ArrayList<>();
            for (RoleConstraints.Group group : constraints.getGroupsList()) {
                List<Constraint> together = new ArrayList<>();
                for (AttributeConstraint constraint : group.getAttributeConstraintsList()) {
                    together.add(new Constraint(
                            selector(constraint.getSelector()), predicate(constraint.getPredicate(), limits)));
                }
                groups.add(new Group(together));
            }
            return OfferConstraints.of(groups);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("offer_constraints of role '" + role + "': " + e.getMessage(), e);
        }
    }

    /** Returns how many regular expressions there are for all roles together. */
    public static int regexes(MesosScheduler.OfferConstraints constraints) {
        int count = 0;
        for (RoleConstraints role : constraints.getRoleConstraintsMap().values()) {
            for (RoleConstraints.Group group : role.getGroupsList()) {
                for (AttributeConstraint constraint : group.getAttributeConstraintsList()) {
                    AttributeConstraint.Predicate predicate = constraint.getPredicate();
                    count += predicate.hasTextMatches() || predicate.hasTextNotMatches() ? 1 : 0;
                }
            }
        }
        return count;
    }

    private static Selector selector(AttributeConstraint.Selector selector) {
        return switch (selector.getSelectorCase()) {
            case ATTRIBUTE_NAME -> new Selector.Attribute(selector.getAttributeName());
            case PSEUDOATTRIBUTE_TYPE ->
                switch (selector.getPseudoattributeType()) {
                    case HOSTNAME -> new Selector.Hostname();
                    case REGION -> new Selector.Region();
                    case ZONE -> new Selector.Zone();
                    case UNKNOWN -> throw noSelector();
                };
            case SELECTOR_NOT_SET -> throw noSelector();
        };
    }

    private static IllegalArgumentException noSelector() {
        return new IllegalArgumentException(
                "a selector that is neither an attribute's name nor HOSTNAME, REGION or ZONE");
    }

    private static Predicate predicate(AttributeConstraint.Predicate predicate, RegexLimits limits) {
        return switch (predicate.getPredicateCase()) {
            case EXISTS -> new Predicate.Exists();
            case NOT_EXISTS -> new Predicate.NotExists();
            case TEXT_EQUALS ->
                new Predicate.TextEquals(predicate.getTextEquals().getValue());
            case TEXT_NOT_EQUALS ->
                new Predicate.TextNotEquals(predicate.getTextNotEquals().getValue());
            case TEXT_MATCHES ->
                new Predicate.TextMatches(
                        Regex.compile(predicate.getTextMatches().getRegex(), limits));
            case TEXT_NOT_MATCHES ->
                new Predicate.TextNotMatches(
                        Regex.compile(predicate.getTextNotMatches().getRegex(), limits));
            case PREDICATE_NOT_SET -> throw new IllegalArgumentException("a constraint without a predicate");
        };
    }
}
