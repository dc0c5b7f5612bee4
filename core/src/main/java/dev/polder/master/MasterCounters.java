package dev.polder.master;

/**
 * How often things happened since this master was elected. Immutable.
 *
 * @param offersSent offers, not events
 * @param invalidCalls calls that were refused
 */
public record MasterCounters(
        long offersSent,
        long offersDeclined,
        long offersRescinded,
        long tasksLaunched,
        long tasksFinished,
        long tasksFailed,
        long tasksKilled,
        long tasksLost,
        long tasksError,
        long statusUpdates,
        long acknowledgements,
        long invalidCalls) {}
