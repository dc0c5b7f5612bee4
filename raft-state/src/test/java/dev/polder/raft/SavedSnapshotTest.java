package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots of a group of one, on a real disk. */
class SavedSnapshotTest {
    private static final LogLimits SMALL =
            new LogLimits(20_000, 2_000, 1L << 40, new LogLimits.Retention(20, 30_000, 30_000, 40_000));

    @TempDir
    Path directory;

    private Seams seams() throws IOException {
        // its time stands still, so that there are entries of time nowhere
        Seams host = Seams.of(FileDisk.open(directory), Rules.KEPT, SMALL);
        return new Seams(host.disk(), host.rules(), host.limits(), () -> 0, new SplittableRandom(1), host.background());
    }

    private static void commit(RunningLog running, int entries) {
        running.awaitServing();
        int before = running.listener().count();
        for (int i = 0; i < entries; i++) {
            running.propose(new byte[1_000]);
        }
        running.listener().awaitCount(before + entries);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName())).toList();
        }
    }

    @Test
    void shouldBeginWithTheStateThatWasSaved() throws Exception {
        byte[] state = new byte[700_000];
        new SplittableRandom(3).nextBytes(state);
        try (RunningLog running = RunningLog.start(directory, seams())) {
            commit(running, 300);
            long before = running.log().diskBytes();

            assertThat(running.log().saveSnapshot(250, out -> out.write(state)).join())
                    .isEqualTo(new SnapshotOutcome.Saved(state.length));
            assertThat(running.log().diskBytes()).isLessThan(before);
            commit(running, 1);
        }
        assertThat(names()).filteredOn(name -> name.endsWith(".snap")).hasSize(1);

        try (RunningLog running = RunningLog.start(directory, seams())) {
            running.awaitServing();
            running.listener().awaitCount(52);
            assertThat(running.listener().calls()).startsWith("snapshot 250", "committed 251", "committed 252");
            assertThat(running.listener().state()).isEqualTo(state);
            commit(running, 1);
        }
    }

    @Test
    void shouldSayWhyItDoesNotSave() throws Exception {
        try (RunningLog running = RunningLog.start(directory, seams())) {
            commit(running, 30);
            ReplicatedLog log = running.log();
            long last = 31;

            assertThat(log.saveSnapshot(last + 1, out -> {}).join())
                    .isEqualTo(new SnapshotOutcome.Failed("entry 32 was not told yet, the last one is 31"));
            assertThat(log.saveSnapshot(20, out -> {}).join()).isEqualTo(new SnapshotOutcome.Saved(0));
            assertThat(log.saveSnapshot(20, out -> {}).join()).isEqualTo(new SnapshotOutcome.TooOld());
            assertThat(log.saveSnapshot(25, out -> {
                                throw new IOException("no state");
                            })
                            .join())
                    .isEqualTo(new SnapshotOutcome.Failed("java.io.IOException: no state"));
            assertThat(names()).noneMatch(name -> name.endsWith(Disk.TEMPORARY));

            CountDownLatch goesOn = new CountDownLatch(1);
            CompletableFuture<SnapshotOutcome> slow = log.saveSnapshot(26, out -> {
                try {
                    goesOn.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            });
            assertThat(log.saveSnapshot(27, out -> {}).join()).isEqualTo(new SnapshotOutcome.Busy());
            commit(running, 1);
            goesOn.countDown();
            assertThat(slow.join()).isEqualTo(new SnapshotOutcome.Saved(0));
        }
    }

    @Test
    void shouldLeaveNoAnswerOpenWhenItEnds() throws Exception {
        CompletableFuture<SnapshotOutcome> open;
        ReplicatedLog log;
        try (RunningLog running = RunningLog.start(directory, seams())) {
            commit(running, 30);
            log = running.log();
            open = log.saveSnapshot(26, out -> {
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            });
        }

        assertThat(open.join()).isEqualTo(new SnapshotOutcome.Failed("the log was closed"));
        assertThat(log.saveSnapshot(26, out -> {}).join()).isEqualTo(new SnapshotOutcome.Failed("the log was closed"));
    }

    @Test
    void shouldWantASnapshotWhenTheLogHasGrown() throws Exception {
        try (RunningLog running = RunningLog.start(directory, seams())) {
            commit(running, 30);
            assertThat(running.listener().calls()).doesNotContain("wanted");
            commit(running, 30);
            assertThat(running.listener().calls()).containsOnlyOnce("wanted");
            assertThat(running.log().saveSnapshot(60, out -> {}).join()).isEqualTo(new SnapshotOutcome.Saved(0));
            commit(running, 60);

            assertThat(running.listener().calls().stream().filter("wanted"::equals))
                    .hasSize(2);
        }
    }
}
