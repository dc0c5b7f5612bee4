package dev.polder.raft;

/**
 * A leader that was found from outside of its group.
 *
 * @param memberId the leading member
 * @param term the term in which it leads
 * @param metadata what it tells of itself, its {@link RaftPeers#metadata()}
 * @param clusterId the cluster, empty if it has no id yet
 */
public record LocatedLeader(String memberId, long term, String metadata, String clusterId) {}
