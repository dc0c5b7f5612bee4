package dev.polder.benchmarks;

/**
 * How many launches are measured: enough, or just enough to see that it works.
 *
 * @param rounds how often each way counts
 * @param launches how many tasks each way launches a round, after half as many that do not count, and once as many before
 * @param inFlight how many of them at a time
 * @param containers how many run at a time where there are many
 */
record LaunchEffort(int rounds, int launches, int inFlight, int containers) {
    static final LaunchEffort FULL = new LaunchEffort(5, 2_000, 4, 1_000);
    static final LaunchEffort QUICK = new LaunchEffort(1, 5, 2, 5);
}
