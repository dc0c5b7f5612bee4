package dev.polder.master;

/**
 * How a master decides. All times in milliseconds.
 *
 * @param offerTimeoutMs how long an offer stands unanswered
 * @param reofferDelayMs the shortest decline filter
 * @param agentTimeoutMs how long an agent may be away before it is unreachable
 * @param frameworkReturnTimeoutMs how long every framework may be away after a change of leader, or after we closed its
 *     stream, whatever its own failover timeout
 * @param completedFrameworksMax how many removed frameworks are remembered
 * @param completedTasksMax how many completed tasks of each framework are remembered
 * @param heartbeatIntervalMs the time between two heartbeats that SUBSCRIBED promises; whoever serves the stream keeps it
 * @param offers how it shares out
 */
public record MasterConfig(
        long offerTimeoutMs,
        long reofferDelayMs,
        long agentTimeoutMs,
        long frameworkReturnTimeoutMs,
        int completedFrameworksMax,
        int completedTasksMax,
        long heartbeatIntervalMs,
        OfferSettings offers) {
    /** As Mesos has them, where Mesos has them. */
    public static final MasterConfig DEFAULT = new MasterConfig(120_000, 1_000, 75_000, 60_000, 50, 1_000, 15_000);

    /** Makes one that shares out as Mesos does. */
    public MasterConfig(
            long offerTimeoutMs,
            long reofferDelayMs,
            long agentTimeoutMs,
            long frameworkReturnTimeoutMs,
            int completedFrameworksMax,
            int completedTasksMax,
            long heartbeatIntervalMs) {
        this(
                offerTimeoutMs,
                reofferDelayMs,
                agentTimeoutMs,
                frameworkReturnTimeoutMs,
                completedFrameworksMax,
                completedTasksMax,
                heartbeatIntervalMs,
                OfferSettings.DEFAULT);
    }

    /** Returns this with other settings for offers. */
    public MasterConfig withOffers(OfferSettings other) {
        return new MasterConfig(
                offerTimeoutMs,
                reofferDelayMs,
                agentTimeoutMs,
                frameworkReturnTimeoutMs,
                completedFrameworksMax,
                completedTasksMax,
                heartbeatIntervalMs,
                other);
    }

    MasterState.Limits stateLimits() {
        return new MasterState.Limits(completedFrameworksMax, completedTasksMax);
    }
}
