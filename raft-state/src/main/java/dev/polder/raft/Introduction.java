package dev.polder.raft;

import java.util.List;

/**
 * What a member says of itself when a connection begins.
 *
 * @param members all members of its group, itself among them, in ascending order
 * @param clusterId empty if it knows none yet
 * @param incarnation tells its directory from another one of the same name
 * @param process the number of this start with this directory; a later one means that the process before is dead
 * @param metadata what others are told of it when it leads
 * @param group its group, {@link GroupId#NONE} if that has got no id yet
 * @param recoveries how often its group was begun anew after the loss of a majority, as far as it knows
 * @param isJoining whether it is not in the list of members yet, and waits to be added
 * @param membersIndex the entry of the log that lists those members, 0 if the group began with them; whoever knows a later
 *     one knows better who is who
 * @param electionTimeoutMs for so long it elects nobody else when it has heard a leader; at least 1
 */
record Introduction(
        String member,
        List<String> members,
        String clusterId,
        String incarnation,
        long process,
        String metadata,
        GroupId group,
        long recoveries,
        boolean isJoining,
        long membersIndex,
        long electionTimeoutMs) {
    Introduction {
        members = List.copyOf(members);
    }

    /** Is that the same process of the same member? */
    boolean isOfSameProcess(Introduction other) {
        return process == other.process && incarnation.equals(other.incarnation);
    }
}
