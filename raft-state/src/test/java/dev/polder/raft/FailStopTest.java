package dev.polder.raft;

import static dev.polder.raft.Members.bytes;
import static dev.polder.raft.Members.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.raft.LossyDisk.Operation;
import dev.polder.raft.ReplicatedLog.Proposed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FailStopTest {
    @TempDir
    Path directory;

    private final LossyDisk disk = new LossyDisk();
    private final Seams seams = Seams.of(disk, Rules.KEPT, LogLimits.DEFAULT);

    @ParameterizedTest
    @EnumSource(names = {"WRITE", "FORCE"})
    void shouldStopForGoodWhenTheDiskFails(Operation operation) throws Exception {
        RunningLog running = RunningLog.start(directory, seams);
        running.commit(bytes("before"));
        disk.failAt(operation, 1);
        int forces = disk.count(Operation.FORCE);

        assertThat(running.propose(bytes("torn"))).isEqualTo(Proposed.ACCEPTED);

        assertThat(running.listener().awaitStopped())
                .hasMessageContaining("log file lossy/facts-00000000000000000001.log failed, so this member stops");
        assertThat(texts(running.listener().committed())).containsExactly("before");
        assertThat(running.listener().calls())
                .contains("lost 1")
                .last()
                .asString()
                .startsWith("stopped log file");
        assertThat(running.log().propose(1, bytes("after"))).isEqualTo(Proposed.NOT_LEADER);
        assertThat(disk.count(Operation.FORCE) - forces)
                .as("a failed force is not tried again")
                .isLessThan(2);
        running.close();
        assertThat(disk.openFiles()).isZero();
    }

    @Test
    void shouldKeepWhatWasCommittedBeforeAFailedWrite() throws Exception {
        RunningLog before = RunningLog.start(directory, seams);
        before.commit(bytes("one"));
        before.commit(bytes("two"));
        disk.failAt(Operation.WRITE, 1);
        before.propose(bytes("torn in the middle of a record"));
        assertThat(before.listener().awaitStopped()).isNotNull();
        before.close();

        disk.failNoMore();
        try (RunningLog after = RunningLog.start(directory, seams)) {
            after.commit(bytes("three"));
            assertThat(texts(after.listener().committed())).containsExactly("one", "two", "three");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"WRITE", "FORCE", "CREATE", "RENAME", "SYNC"})
    void shouldStartCompletelyOrNotAtAllWhereverTheDiskFails(Operation operation) throws Exception {
        int calls = 0;
        while (true) {
            LossyDisk fresh = new LossyDisk();
            fresh.failAt(operation, ++calls);
            RecordingListener listener = new RecordingListener();
            try (ReplicatedLog log = ReplicatedLog.start(
                    Members.config(directory), listener, Seams.of(fresh, Rules.KEPT, LogLimits.DEFAULT))) {
                RecordingListener.await(() -> listener.cause() != null || listener.servingTerm() != 0);
                if (listener.cause() == null) {
                    assertThat(log.diskBytes()).isPositive();
                    break;
                }
                assertThat(listener.cause()).hasStackTraceContaining("planted");
            } catch (IOException e) {
                assertThat(e).hasStackTraceContaining("planted");
                assertThat(listener.calls()).isEmpty();
            }
            assertThat(fresh.openFiles()).isZero();
            assertThat(directory).isEmptyDirectory();
        }
        assertThat(calls).isGreaterThan(1);
    }

    /** A class that is missing is no reason to keep a thread and the directory. */
    @Test
    void shouldLeaveNothingBehindWhenAClassIsMissing() throws Exception {
        Seams host = Seams.host(directory);
        Seams lacking =
                new Seams(host.disk(), host.rules(), host.limits(), host.time(), host.random(), (name, failStop) -> {
                    throw new NoClassDefFoundError("planted");
                });

        assertThatThrownBy(() -> RunningLog.start(directory, lacking)).isInstanceOf(NoClassDefFoundError.class);

        try (RunningLog after = RunningLog.start(directory)) {
            after.commit(bytes("one"));
        }
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.contains("-raft"));
    }

    @Test
    void shouldNotTrustATermThatCouldNotBeStored() throws Exception {
        TermStore terms = TermStore.create(disk, "m1", List.of("m1"));
        disk.failAt(Operation.RENAME, 1);
        assertThatThrownBy(() -> terms.enter(3)).hasMessageContaining("term file lossy/term failed");

        disk.failNoMore();
        assertThatThrownBy(() -> terms.voteIn(0, "m1")).hasMessageContaining("failed before and is not used again");
    }
}
