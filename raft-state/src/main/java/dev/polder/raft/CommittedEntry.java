package dev.polder.raft;

/**
 * An entry that is committed and durable.
 *
 * @param index its place in the log, unique and ascending, with gaps
 * @param term in which it was proposed
 * @param leaderTimeMs for how long the group had had a leader when it was proposed, in milliseconds; never falls along
 *     the log, is the same on every member, and stands still while nobody leads
 * @param bytes what was proposed; the array belongs to the log and is not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // never compared by value
public record CommittedEntry(long index, long term, long leaderTimeMs, byte[] bytes) {}
