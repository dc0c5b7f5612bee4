package dev.polder.raft;

/**
 * What a snapshot says of itself, before its state.
 *
 * @param leaderTimeMs of the last entry whose effects are in it, see {@link CommittedEntry#leaderTimeMs()}
 * @param membersIndex the entry with the list of members, 0 if they are those that the group began with
 * @param members what that entry says
 */
record SnapshotHead(SnapshotId id, long leaderTimeMs, long membersIndex, MemberList members) {
    /** Returns where the list stands. */
    Membership.Place place() {
        return new Membership.Place(membersIndex, members);
    }
}
