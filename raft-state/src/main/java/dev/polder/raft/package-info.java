/**
 * What the cluster remembers: a replicated, durable log of bytes, with leadership.
 *
 * <p>{@link dev.polder.raft.ReplicatedLog} is the face of a member, {@link dev.polder.raft.LeaderLocator} that of the
 * group for everybody else. It must never know what the bytes mean, and no
 * Atomix type shows in it.
 */
@NullMarked
package dev.polder.raft;

import org.jspecify.annotations.NullMarked;
