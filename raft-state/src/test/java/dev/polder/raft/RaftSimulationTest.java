package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/**
 * Members in virtual time, Atomix's leader included, under everything that can go wrong. {@code -DraftSeeds=N} runs N
 * seeds, {@code -DraftSeed=S} begins with S.
 */
class RaftSimulationTest {
    /** With -Dfast as many as take 20 s. */
    private static final int SEEDS = Integer.getInteger("raftSeeds", System.getProperty("fast") == null ? 300 : 100);

    private static final long FIRST_SEED = Long.getLong("raftSeed", 1);
    /** Within so many seeds a missing gate must be found. */
    private static final int GATE_SEEDS_MAX = 20;
    /** Within so many seeds changes that overlap must be: a partition has to come at the right moment. */
    private static final int CHANGE_SEEDS_MAX = 100;

    private static final Gates.Gate OPEN = (log, index) -> {};

    @Test
    void shouldKeepEveryPromiseWhateverGoesWrong() {
        long acknowledged = 0;
        int leaderships = 0;
        int installed = 0;
        long reads = 0;
        int changes = 0;
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
            RaftSimulation.Report report = RaftSimulation.run(seed, Rules.KEPT);
            acknowledged += report.acknowledged();
            leaderships += report.leaderships();
            installed += report.installed();
            reads += report.reads();
            changes += report.changes();
        }
        assertThat(acknowledged).as("entries acknowledged").isGreaterThan(SEEDS * 100L);
        assertThat(leaderships).as("terms led").isGreaterThan(SEEDS * 3);
        assertThat(installed).as("snapshots installed").isGreaterThan(SEEDS / 4);
        assertThat(changes).as("members changed").isGreaterThan(SEEDS * 3);
        assertThat(reads).as("reads confirmed").isGreaterThan(SEEDS * 100L);
    }

    @Test
    void shouldRunTheSameWayForTheSameSeed() {
        for (long seed = 1; seed <= 5; seed++) {
            assertThat(RaftSimulation.run(seed, Rules.KEPT))
                    .as("seed %d", seed)
                    .isEqualTo(RaftSimulation.run(seed, Rules.KEPT));
        }
    }

    @Test
    void shouldFindALeaderThatCountsItselfBeforeItsDiskHasTheEntry() {
        assertFound(Broken.gates(new Gates(OPEN, OPEN, Gates.DISK.follower())), GATE_SEEDS_MAX);
    }

    @Test
    void shouldFindAFollowerThatAnswersBeforeItsDiskHasTheEntry() {
        assertFound(Broken.gates(new Gates(OPEN, Gates.DISK.leader(), OPEN)), GATE_SEEDS_MAX);
    }

    /** Row 11: lists that differ by two members may each have a majority of their own. */
    @Test
    void shouldFindALeaderThatChangesTheMembersTwiceAtOnce() {
        assertFound(Broken.ONE_BY_ONE, CHANGE_SEEDS_MAX);
    }

    private void assertFound(Rules rules, int seedsMax) {
        assertThatThrownBy(() -> {
                    for (long seed = 1; seed <= seedsMax; seed++) {
                        RaftSimulation.run(seed, rules);
                    }
                })
                .as("a missing rule")
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("seed ");
    }
}
