package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.raft.ReplicatedLog.Proposed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A member on a disk that loses what was not forced, again and again; everything above the disk is the real thing. At
 * times only the process is killed, and its successor finds what was never forced. {@code -DpowerLossSeeds=N} runs N
 * seeds.
 */
class PowerLossTest {
    private static final int ROUNDS = 150;
    private static final int SEEDS = Integer.getInteger("powerLossSeeds", 1);
    private static final LogLimits SMALL = new LogLimits(100_000, 20_000, 1L << 40);

    private static final Rules CARELESS =
            Broken.gates(new Gates((log, index) -> log.flush(), (log, index) -> {}, (log, index) -> {}));

    @TempDir
    Path directory;

    private LossyDisk disk = new LossyDisk();
    private List<Long> committed = List.of();
    private long nextId;
    private int lost;
    private int roundsWithUntoldLoss;

    @Test
    void shouldLoseNoCommittedEntryWhenThePowerFails() throws Exception {
        for (int seed = 5; seed < 5 + SEEDS; seed++) {
            disk = new LossyDisk();
            committed = List.of();
            roundsWithUntoldLoss = 0;
            Random random = new Random(seed);
            for (int round = 0; round < ROUNDS; round++) {
                runUntilThePowerFails(Rules.KEPT, random);
                assertThat(lost).as("lost in round %d of seed %d", round, seed).isZero();
            }

            assertThat(committed).as("seed %d", seed).hasSizeGreaterThan(1_000);
            assertThat(roundsWithUntoldLoss)
                    .as("rounds of seed %d in which something was in flight", seed)
                    .isGreaterThan(5);
        }
    }

    /** The control: a gate that does nothing is seen. */
    @Test
    void shouldSeeLostEntriesWhenCommitsDoNotWaitForTheDisk() throws Exception {
        Random random = new Random(6);
        try {
            for (int round = 0; round < ROUNDS && lost == 0; round++) {
                runUntilThePowerFails(CARELESS, random);
            }
            assertThat(lost).isPositive();
        } catch (IOException e) {
            assertThat(e).as("a start that notices the loss").hasMessageContaining("log file lossy/");
        }
    }

    private void runUntilThePowerFails(Rules rules, Random random) throws IOException {
        try (RunningLog running = RunningLog.start(directory, Seams.of(disk, rules, SMALL))) {
            long term = running.awaitServing();
            List<Long> replayed = ids(running);
            int kept = Math.min(committed.size(), replayed.size());
            assertThat(replayed.subList(0, kept)).isEqualTo(committed.subList(0, kept));
            lost += committed.size() - kept;

            long first = nextId;
            propose(running, term, random);
            disk = random.nextInt(3) == 0 ? disk.killProcess() : disk.losePower(random);
            running.end();
            committed = ids(running);
            assertThat(ascend(committed)).isTrue();
            boolean allTold = first == nextId || committed.contains(nextId - 1);
            roundsWithUntoldLoss += allTold ? 0 : 1;
        }
    }

    /** Proposes some entries of random sizes, at times after others were committed. */
    private void propose(RunningLog running, long term, Random random) {
        int before = running.listener().count();
        int proposals = random.nextInt(400);
        int pauseAt = random.nextInt(400);
        for (int i = 0; i < proposals; i++) {
            if (i == pauseAt) {
                running.listener().awaitCount(before + i / 2);
            }
            byte[] entry = new byte[8 + random.nextInt(random.nextInt(600) + 1)];
            ByteBuffer.wrap(entry).putLong(nextId++);
            assertThat(running.log().propose(term, entry)).isEqualTo(Proposed.ACCEPTED);
        }
    }

    private static boolean ascend(List<Long> ids) {
        for (int i = 1; i < ids.size(); i++) {
            if (ids.get(i) <= ids.get(i - 1)) {
                return false;
            }
        }
        return true;
    }

    private static List<Long> ids(RunningLog running) {
        List<Long> ids = new ArrayList<>();
        for (byte[] entry : running.listener().committed()) {
            ids.add(ByteBuffer.wrap(entry).getLong());
        }
        return ids;
    }
}
