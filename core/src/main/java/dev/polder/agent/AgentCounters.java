package dev.polder.agent;

/**
 * Numbers of a running agent, as of its latest turn.
 *
 * @param tasks known: from their acceptance to the acknowledgement of their end
 * @param connected whether there is a connection to a master
 * @param connectionAttempts since the start
 * @param commands decided since the start
 * @param facts made since the start
 * @param checkpointForces how often the checkpoint was forced to disk for them
 * @param checkpointBytes the length of the checkpoint
 * @param inboxDepth messages waiting
 * @param longestTurnMicros the longest turn since the start, disk included
 */
public record AgentCounters(
        int tasks,
        boolean connected,
        long connectionAttempts,
        long commands,
        long facts,
        long checkpointForces,
        long checkpointBytes,
        int inboxDepth,
        long longestTurnMicros) {}
