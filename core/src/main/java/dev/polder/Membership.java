package dev.polder;

import java.util.List;

/**
 * Which member of the cluster a node with the role master is.
 *
 * @param memberId its name among the members
 * @param seeds the members that the cluster began with, in ascending order; some members of the cluster for a node that
 *     joins; empty for a cluster of one that nobody else has to reach
 * @param joins whether it is none of the seeds, but to be added to them
 */
record Membership(String memberId, List<String> seeds, boolean joins) {
    /** The name of the one member of a cluster without seeds. */
    private static final String LONE = "m1";

    /** Its directory remembers whether it joined. Who joins asks others: it leaves itself out of the seeds. */
    static Membership of(ClusterConfig config) {
        if (config.seeds().isEmpty()) {
            return new Membership(LONE, List.of(), false);
        }
        String self = Seeds.self(config.advertise(), config.raftPort());
        boolean joins = config.join()
                || DataDirectory.membership(config.dataDir())
                        .filter(stored -> stored.memberId().equals(self) && stored.joins())
                        .isPresent();
        return new Membership(
                self,
                config.seeds().stream()
                        .filter(seed -> !joins || !seed.equals(self))
                        .sorted()
                        .toList(),
                joins);
    }

    /** Returns the members that it knows of at the start, itself among them unless it joins. */
    List<String> members() {
        return seeds.isEmpty() ? List.of(memberId) : seeds;
    }

    /** Tells whether anybody may look for this member: other members, or agents. */
    boolean isNamed() {
        return !seeds.isEmpty();
    }
}
