package dev.polder.offer;

import java.util.List;

/** Words for what speaks against an agent that offer constraints refuse. */
final class ConstraintRefusal {
    private static final int END_LENGTH_MAX = 40;

    private ConstraintRefusal() {}

    /** Returns the first thing in each group that the agent does not satisfy; none of the groups may allow it. */
    static String of(List<OfferConstraints.Group> groups, AgentProfile agent) {
        StringBuilder words = new StringBuilder();
        for (int i = 0; i < groups.size(); i++) {
            String group = (i == 0 ? "group " : "; group ") + (i + 1) + ": " + firstOf(groups.get(i), agent);
            if (words.length() + group.length() > OfferConstraints.REFUSAL_LENGTH_MAX - END_LENGTH_MAX) {
                return words.append("; and ")
                        .append(groups.size() - i)
                        .append(" more groups")
                        .toString();
            }
            words.append(group);
        }
        return words.toString();
    }

    private static String firstOf(OfferConstraints.Group group, AgentProfile agent) {
        for (OfferConstraints.Constraint constraint : group.constraints()) {
            if (!constraint.allows(agent)) {
                return comparison(constraint, agent);
            }
        }
        throw Invariant.broken("group %s refuses and allows %s", group, agent);
    }

    private static String comparison(OfferConstraints.Constraint constraint, AgentProfile agent) {
        String found = constraint
                .selector()
                .find(agent)
                .map(attribute -> attribute.text().map(Excerpt::quoted).orElse("no text"))
                .orElse("absent");
        return constraint.selector().words() + " is " + found + ", "
                + constraint.predicate().words();
    }
}
