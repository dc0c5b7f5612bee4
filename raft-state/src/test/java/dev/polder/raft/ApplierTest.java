package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApplierTest {
    @TempDir
    Path directory;

    private final RecordingListener listener = new RecordingListener();

    private ManualMember lone() throws IOException {
        return member(new LossyDisk(), List.of("m1"));
    }

    private ManualMember member(LossyDisk disk, List<String> members) throws IOException {
        return new ManualMember(disk, directory, members, Members.PROPOSAL_BYTES_MAX, listener, PeerNetwork.NONE);
    }

    private static List<String> segments(LossyDisk disk) throws IOException {
        return disk.names().stream().filter(SegmentFile::isName).sorted().toList();
    }

    /** Appends until there are so many segments; all but the last entry are committed. */
    private static void fill(ManualMember member, LossyDisk disk, int segments) throws IOException {
        byte[] large = new byte[ReplicatedLog.ENTRY_BYTES_MAX];
        while (segments(disk).size() < segments) {
            member.log.append(1, EntryKind.FACTS, large);
            member.log.force();
            member.context.setCommitIndex(member.log.lastIndex() - 1);
            member.thread.run();
        }
    }

    private void propose(ManualMember member, int count) {
        for (int i = 0; i < count; i++) {
            assertThat(member.context.proposer().propose(1, new byte[] {1})).isEqualTo(ReplicatedLog.Proposed.ACCEPTED);
        }
        member.thread.run();
    }

    @Test
    void shouldTellNothingWhileTheListenerHasNoRoom() throws Exception {
        try (ManualMember member = lone().begin()) {
            listener.hasRoom(false);
            propose(member, 3);
            assertThat(listener.count()).isZero();
            assertThat(member.context.getCommitIndex()).as("the log goes on").isEqualTo(4);

            listener.hasRoom(true);
            member.context.resume();
            member.context.resume();
            assertThat(member.thread.waiting()).as("one task, however often").isEqualTo(1);
            member.thread.run();
            assertThat(listener.indexes()).containsExactly(2L, 3L, 4L);
        }
    }

    @Test
    void shouldTellWhatItKnowsToBeCommittedBeforeAnybodyLeads() throws Exception {
        LossyDisk disk = new LossyDisk();
        List<String> three = List.of("m1:1", "m2:1", "m3:1");
        try (ManualMember member = member(disk, three).begin()) {
            member.context.follow("m2:1", 1);
            for (int i = 0; i < 3; i++) {
                member.log.append(1, EntryKind.FACTS, new byte[] {1});
            }
            member.log.force();
            member.context.setCommitIndex(2);
            member.thread.run();
        }
        assertThat(listener.indexes()).containsExactly(1L, 2L);

        try (ManualMember again = member(disk, three).begin()) {
            assertThat(again.context.leaderName()).isNull();
            assertThat(listener.indexes()).containsExactly(1L, 2L, 1L, 2L);
            assertThat(again.context.getCommitIndex()).isEqualTo(2);
        }
    }

    /** After a crash too, of all that is not in the newest segment. */
    @Test
    void shouldKnowAfterACrashWhatWasCommittedWhenTheSegmentBegan() throws Exception {
        LossyDisk disk = new LossyDisk();
        List<String> three = List.of("m1:1", "m2:1", "m3:1");
        ManualMember member = member(disk, three).begin();
        member.context.follow("m2:1", 1);
        fill(member, disk, 2);
        // when the segment began, the entry before its first one was not committed yet
        long committed = member.log.lastIndex() - 2;

        try (ManualMember again = member(disk.killProcess(), three).begin()) {
            assertThat(again.context.getCommitIndex()).isEqualTo(committed);
            assertThat(again.context.leaderName()).isNull();
        }
    }

    /** One that is gone was full of what others rely on. */
    @Test
    void shouldMissASegmentThatIsGoneAfterACrash() throws Exception {
        LossyDisk disk = new LossyDisk();
        List<String> three = List.of("m1:1", "m2:1", "m3:1");
        ManualMember member = member(disk, three).begin();
        member.context.follow("m2:1", 1);
        fill(member, disk, 3);
        LossyDisk after = disk.killProcess();
        after.delete(segments(after).get(2));
        after.delete(segments(after).get(1));

        assertThatThrownBy(() -> member(after, three)).hasMessageContaining("were committed");
    }

    @Test
    void shouldNotServeBeforeTheListenerHasTakenAllThatWasBefore() throws Exception {
        listener.hasRoom(false);
        try (ManualMember member = lone().begin()) {
            assertThat(member.context.leadingTerm()).isEqualTo(1);
            assertThat(listener.servingTerm()).isZero();

            listener.hasRoom(true);
            member.context.resume();
            member.thread.run();
            assertThat(listener.servingTerm()).isEqualTo(1);
        }
    }

    /** What the listener has not been told it cannot have applied; and it is told no entries that the log has for itself. */
    @Test
    void shouldConfirmReadsWhenTheListenerWasToldWhatTheyAreToSee() throws Exception {
        try (ManualMember member = lone().begin()) {
            CompletableFuture<ReadOutcome> early = member.context.reads().ask(1);
            member.thread.run();
            assertThat(early).isCompletedWithValue(new ReadOutcome.ReadAt(0));

            listener.hasRoom(false);
            propose(member, 3);
            CompletableFuture<ReadOutcome> read = member.context.reads().ask(1);
            member.thread.run();
            assertThat(read).isNotDone();

            listener.hasRoom(true);
            member.context.resume();
            member.thread.run();
            assertThat(read).isCompletedWithValue(new ReadOutcome.ReadAt(4));
        }
    }

    @Test
    void shouldConfirmNoReadOfALostTermHoweverLateItsListenerIs() throws Exception {
        try (ManualMember member = lone().begin()) {
            listener.hasRoom(false);
            propose(member, 3);
            CompletableFuture<ReadOutcome> read = member.context.reads().ask(1);
            member.thread.run();
            member.context.stepDown(1, "planted");
            member.thread.run();
            assertThat(read).isCompletedWithValue(new ReadOutcome.NotConfirmed("the lead was lost"));
        }
    }

    @Test
    void shouldAskAgainByItself() {
        try (SimGroup group = SimGroup.started(1)) {
            SimMember leader = group.awaitLeader();
            SimMember full = group.others(leader).get(0);
            full.hasRoom(false);
            group.propose(leader, 5);
            group.run(Duration.ofMillis(200));
            assertThat(full.toldIndex()).isLessThan(group.ledger().acknowledgedIndex());

            full.hasRoom(true);
            group.run(Duration.ofMillis(20));
            assertThat(full.toldIndex()).isEqualTo(group.ledger().acknowledgedIndex());
        }
    }
}
