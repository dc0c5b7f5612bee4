package dev.polder;

import java.util.List;

/**
 * Which member of the cluster a node with the role master is.
 *
 * @param memberId its name among the members
 * @param seeds all members, in ascending order; empty for a cluster of one that nobody else has to reach
 */
record Membership(String memberId, List<String> seeds) {
    /** The name of the one member of a cluster without seeds. */
    private static final String LONE = "m1";

    static Membership of(ClusterConfig config) {
        return config.seeds().isEmpty()
                ? new Membership(LONE, List.of())
                : new Membership(
                        Seeds.self(config.advertise(), config.raftPort()),
                        config.seeds().stream().sorted().toList());
    }

    /** Returns all members, this one among them. */
    List<String> members() {
        return seeds.isEmpty() ? List.of(memberId) : seeds;
    }

    /** Tells whether anybody may look for this member: other members, or agents. */
    boolean isNamed() {
        return !seeds.isEmpty();
    }
}
