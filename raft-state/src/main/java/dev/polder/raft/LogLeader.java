package dev.polder.raft;

/**
 * Whom a member takes for the leader.
 *
 * @param memberId the leading member
 * @param term the term in which it leads
 */
public record LogLeader(String memberId, long term) {}
