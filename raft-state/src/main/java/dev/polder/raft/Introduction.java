package dev.polder.raft;

import java.util.List;

/**
 * What a member says of itself when a connection begins.
 *
 * @param members all members of its group, itself among them, in ascending order
 * @param clusterId empty if it knows none yet
 * @param incarnation tells its directory from another one of the same name
 * @param process a random number of this process's start; another one means that the process before is dead
 * @param metadata what others are told of it when it leads
 */
record Introduction(
        String member, List<String> members, String clusterId, String incarnation, long process, String metadata) {
    Introduction {
        members = List.copyOf(members);
    }
}
