package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots between members with sockets, disks and threads. */
@Tag("slow")
class SnapshotWireTest {
    private static final LogLimits SMALL =
            new LogLimits(20_000, 2_000, 1L << 40, new LogLimits.Retention(20, 30_000, 30_000, 40_000));

    @TempDir
    Path directory;

    private static void start(RunningGroup group, String member) throws IOException {
        group.start(member, Seams.of(FileDisk.open(group.directoryOf(member)), Rules.KEPT, SMALL));
    }

    private static void commit(RunningGroup group, int entries) {
        for (int i = 0; i < entries; i++) {
            group.commit("entry " + i + "-".repeat(1_000));
        }
    }

    @Test
    void shouldBringUpToDateWhoHasNothing() throws Exception {
        byte[] state = new byte[20 << 20];
        new SplittableRandom(5).nextBytes(state);
        try (RunningGroup group = RunningGroup.of(3, directory, Duration.ofSeconds(1))) {
            start(group, group.members().get(0));
            start(group, group.members().get(1));
            commit(group, 100);
            RunningGroup.Member leader = group.awaitLeader();
            long index = leader.listener().indexes().get(99);
            assertThat(leader.log().saveSnapshot(index, out -> out.write(state)).join())
                    .isEqualTo(new SnapshotOutcome.Saved(state.length));
            String late = group.members().get(2);
            start(group, late);
            RecordingListener.await(() -> group.member(late).listener().state().length > 0);
            long term = leader.listener().servingTerm();
            leader.log().propose(term, Members.bytes("after"));
            RecordingListener.await(() -> group.member(late).listener().count() > 0
                    && Members.texts(group.member(late).listener().committed()).contains("after"));

            assertThat(group.member(late).listener().calls().get(0)).isEqualTo("snapshot " + index);
            assertThat(group.member(late).listener().state()).isEqualTo(state);
            assertThat(leader.listener().servingTerm()).isEqualTo(term);

            group.stop(late);
            start(group, late);
            RecordingListener.await(() -> group.member(late).listener().count() > 0);
            assertThat(group.member(late).listener().state()).isEqualTo(state);
        }
    }
}
