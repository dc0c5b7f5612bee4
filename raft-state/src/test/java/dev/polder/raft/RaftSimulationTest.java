package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Members in virtual time, Atomix's leader included, under everything that can go wrong. {@code -DraftSeeds=N} runs N
 * seeds, {@code -DraftSeed=S} begins with S.
 */
class RaftSimulationTest {
    private static final int SEEDS = Integer.getInteger("raftSeeds", 200);
    private static final long FIRST_SEED = Long.getLong("raftSeed", 1);
    /** Within so many seeds a missing gate must be found. */
    private static final int PLANTED_SEEDS_MAX = 20;

    private static final Gates.Gate OPEN = (log, index) -> {};

    @RegisterExtension
    final SimScratch scratch = new SimScratch();

    @Test
    void shouldKeepEveryPromiseWhateverGoesWrong() {
        long acknowledged = 0;
        int leaderships = 0;
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
            RaftSimulation.Report report = RaftSimulation.run(seed, scratch, Gates.DISK);
            acknowledged += report.acknowledged();
            leaderships += report.leaderships();
        }
        assertThat(acknowledged).as("entries acknowledged").isGreaterThan(SEEDS * 100L);
        assertThat(leaderships).as("terms led").isGreaterThan(SEEDS * 3);
    }

    @Test
    void shouldRunTheSameWayForTheSameSeed() {
        for (long seed = 1; seed <= 5; seed++) {
            assertThat(RaftSimulation.run(seed, scratch, Gates.DISK))
                    .as("seed %d", seed)
                    .isEqualTo(RaftSimulation.run(seed, scratch, Gates.DISK));
        }
    }

    @Test
    void shouldFindALeaderThatCountsItselfBeforeItsDiskHasTheEntry() {
        assertFound(new Gates(OPEN, OPEN, Gates.DISK.follower()));
    }

    @Test
    void shouldFindAFollowerThatAnswersBeforeItsDiskHasTheEntry() {
        assertFound(new Gates(OPEN, Gates.DISK.leader(), OPEN));
    }

    private void assertFound(Gates gates) {
        assertThatThrownBy(() -> {
                    for (long seed = 1; seed <= PLANTED_SEEDS_MAX; seed++) {
                        RaftSimulation.run(seed, scratch, gates);
                    }
                })
                .as("a missing gate")
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("seed ");
    }
}
