package dev.polder.raft.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Members in processes that are killed, paused and cut off while clients use all recipes; what the clients saw is
 * checked. {@code -DchaosMinutes=N} sets how long instead of {@value #SECONDS} s, {@code -DchaosSeed=N} repeats what was
 * done to whom, though not what came of it.
 */
@Tag("slow")
class ChaosTest {
    static final int SECONDS = 40;

    @TempDir
    Path directory;

    @Test
    void shouldKeepItsPromisesWhateverIsDoneToMembers() throws Exception {
        Optional<String> problem = HostNetwork.problem();
        assumeTrue(problem.isEmpty(), problem::get);
        Duration length = Duration.ofSeconds(60L * Integer.getInteger("chaosMinutes", 0));
        long seed = Long.getLong("chaosSeed", new Random().nextLong());
        System.out.println("chaosSeed=" + seed);

        try (VictimCluster cluster = VictimCluster.start(3, directory);
                ChaosRun run = ChaosRun.start(cluster, seed)) {
            run.go(length.isZero() ? Duration.ofSeconds(SECONDS) : length);
            System.out.println(run.summary());
            assertThat(run.problems()).as("chaosSeed=%d", seed).isEmpty();
        }
    }
}
