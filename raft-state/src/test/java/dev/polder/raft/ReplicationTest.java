package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How entries get from a leader to the others, and what is committed; in virtual time. */
class ReplicationTest {
    @TempDir
    Path directory;

    private static void commit(SimGroup group, int entries) {
        propose(group, entries, 100);
    }

    private static void propose(SimGroup group, int entries, int size) {
        int before = group.ledger().acknowledged();
        SimMember leader = group.awaitLeader();
        for (int i = 0; i < entries; i++) {
            group.propose(leader, size);
        }
        group.await("the commit", () -> group.ledger().acknowledged() == before + entries);
    }

    private static boolean hasAll(SimGroup group, SimMember member) {
        return member.toldIndex() >= group.ledger().acknowledgedIndex();
    }

    @Test
    void shouldAcknowledgeOnlyWhatIsOnTheDisksOfAMajority() {
        try (SimGroup group = SimGroup.started(1)) {
            for (int i = 0; i < 200; i++) {
                commit(group, 1);
                long index = group.ledger().acknowledgedIndex();

                assertThat(group.members())
                        .filteredOn(member -> member.core().log().durableIndex() >= index)
                        .as("have entry %d on disk", index)
                        .hasSizeGreaterThanOrEqualTo(2);
            }
        }
    }

    /** One force for many: what gathers while the disk works goes together. */
    @Test
    void shouldForceOnceForAllThatIsProposedAtOnce() {
        try (SimGroup group = SimGroup.started(1)) {
            SimMember leader = group.awaitLeader();
            group.run(Duration.ofSeconds(1));
            int before = leader.disk().count(LossyDisk.Operation.FORCE);
            leader.run(leader.life(), () -> {
                for (int i = 0; i < 100; i++) {
                    leader.context()
                            .proposer()
                            .propose(leader.servingTerm(), group.ledger().nextProposal(100));
                }
            });
            group.await("the commit", () -> group.ledger().acknowledged() == 100);

            assertThat(leader.disk().count(LossyDisk.Operation.FORCE) - before).isLessThan(3);
        }
    }

    @Test
    void shouldCommitAlthoughBothAnswersAreLostAndNothingFollows() {
        for (int seed = 0; seed < 50; seed++) {
            try (SimGroup group = SimGroup.started(seed)) {
                SimMember leader = group.awaitLeader();
                group.run(Duration.ofSeconds(1));
                long before = group.ledger().acknowledgedIndex();
                group.network()
                        .intruder((from, to, request, response) -> request instanceof PeerRequest.Append append
                                        && !append.entries().isEmpty()
                                ? null
                                : response);
                group.propose(leader, 10);
                group.run(Duration.ofMillis(20));
                group.network().intruder((from, to, request, response) -> response);
                group.run(Duration.ofSeconds(1));

                assertThat(group.ledger().acknowledgedIndex())
                        .as("seed %d", seed)
                        .isGreaterThan(before);
            }
        }
    }

    @Test
    void shouldNotStarveAFollowerWhoseAnswersAreLost() {
        try (SimGroup group = SimGroup.started(1)) {
            SimMember follower = group.others(group.awaitLeader()).get(0);
            group.network().intruder((from, to, request, response) -> to.equals(follower.name()) ? null : response);
            commit(group, 50);
            group.run(Duration.ofMillis(400));
            group.network().intruder((from, to, request, response) -> response);
            group.run(Duration.ofMillis(500));

            assertThat(hasAll(group, follower)).isTrue();
        }
    }

    @Test
    void shouldReachAFollowerSoonThatWasAwayForLong() {
        for (int seed = 0; seed < 20; seed++) {
            try (SimGroup group = SimGroup.started(seed)) {
                SimMember follower = group.others(group.awaitLeader()).get(0);
                group.run(Duration.ofSeconds(1));
                group.isolate(follower);
                commit(group, 10);
                group.run(Duration.ofMinutes(2));
                long term = group.awaitLeader().servingTerm();
                group.network().heal();
                group.run(Duration.ofMillis(400));

                assertThat(hasAll(group, follower)).as("seed %d", seed).isTrue();
                assertThat(group.awaitLeader().servingTerm()).isEqualTo(term);
            }
        }
    }

    /** The leavings of a deposed leader are found in steps of a term, not of an entry. */
    @Test
    void shouldReplaceALongTailOfADeposedLeaderInFewSteps() {
        try (SimGroup group = SimGroup.started(1)) {
            commit(group, 10);
            SimMember deposed = group.awaitLeader();
            group.run(Duration.ofSeconds(1));
            group.isolate(deposed);
            for (int i = 0; i < 1_000; i++) {
                group.propose(deposed, 10);
            }
            group.await("another leader", () -> group.leader() != null && group.leader() != deposed);
            commit(group, 1_000);
            assertThat(deposed.core().log().lastIndex()).isGreaterThan(1_000);
            // who is elected now begins to compare at the end of its log
            SimMember second = group.awaitLeader();
            second.crash(false, group.random());
            second.start();
            group.await("a third leader", () -> group.leader() != null && group.leader() != deposed);
            int[] appends = new int[1];
            group.network().intruder((from, to, request, response) -> {
                appends[0] += to.equals(deposed.name()) && request instanceof PeerRequest.Append ? 1 : 0;
                return response;
            });
            group.network().heal();
            group.await("agreement", () -> hasAll(group, deposed));

            assertThat(appends[0]).isLessThan(30);
        }
    }

    @Test
    void shouldBringAMemberThatWasDownUpToDateFromTheDisk() {
        try (SimGroup group = SimGroup.started(4)) {
            SimMember down = group.others(group.awaitLeader()).get(0);
            down.crash(true, group.random());
            commit(group, 3_000);
            down.start();
            group.await("agreement", () -> hasAll(group, down));

            assertThat(group.ledger().acknowledged()).isEqualTo(3_000);
        }
    }

    /** Atomix's own limit is 32 KiB in all. */
    @Test
    void shouldSendHalfAMegabyteAtOnceAndNeverMoreThanAFrameTakes() {
        try (SimGroup group = SimGroup.started(4)) {
            SimMember leader = group.awaitLeader();
            SimMember behind = group.others(leader).get(0);
            behind.crash(false, group.random());
            for (int i = 0; i < 3; i++) {
                propose(group, 240, 2_000);
                propose(group, 1, ReplicatedLog.ENTRY_BYTES_MAX - Long.BYTES);
            }
            int[] bytes = new int[1];
            group.network().intruder((from, to, request, response) -> {
                bytes[0] = Math.max(bytes[0], RawConnection.bytes(new WireFrame(1, request)).length);
                return response;
            });
            behind.start();
            group.await("agreement", () -> hasAll(group, behind));

            assertThat(bytes[0])
                    .isBetween((512 << 10) + ReplicatedLog.ENTRY_BYTES_MAX / 2, WireConnection.MEMBER_FRAME_BYTES_MAX);
        }
    }

    /** A leader that is silent while it hands over a long log would be deposed for it, and so would the next. */
    @Test
    void shouldLetOtherWorkThroughWhileItHandsOverALongLog() throws Exception {
        LossyDisk disk = new LossyDisk();
        int entries = 3 * Applier.ENTRIES_AT_ONCE_MAX;
        try (ManualMember before = lone(disk, new RecordingListener()).begin()) {
            for (int i = 0; i < entries; i++) {
                before.context.proposer().propose(1, new byte[] {1});
            }
            before.thread.run();
        }
        List<String> order = new ArrayList<>();
        ManualMember[] member = new ManualMember[1];
        RecordingListener listener = new RecordingListener(call -> {
            if (call.equals("committed 2")) {
                member[0].thread.execute(() -> order.add("other work"));
            }
            order.add(call);
        });
        member[0] = lone(disk, listener);
        try (ManualMember after = member[0]) {
            after.begin();

            assertThat(order.indexOf("other work")).isBetween(2, entries - 1);
            assertThat(listener.count()).isEqualTo(entries);
            assertThat(listener.servingTerm()).isEqualTo(2);
        }
    }

    private ManualMember lone(LossyDisk disk, RecordingListener listener) throws Exception {
        return new ManualMember(
                disk, directory.resolve("lone"), List.of("m1"), Members.PROPOSAL_BYTES_MAX, listener, PeerNetwork.NONE);
    }

    // ---- one follower, asked directly

    private static PeerResponse.Append append(
            ManualMember member,
            long term,
            long previousIndex,
            long previousTerm,
            long commitIndex,
            LogEntry... entries) {
        return (PeerResponse.Append) member.core
                .answers()
                .answer(new PeerRequest.Append(
                        term, "m2:1", previousIndex, previousTerm, commitIndex, List.of(entries)));
    }

    private static LogEntry entry(long index, long term) {
        return new LogEntry(index, term, EntryKind.FACTS, new byte[] {(byte) index});
    }

    private ManualMember follower() throws Exception {
        return ManualMember.first(
                        new LossyDisk(),
                        directory.resolve("follower"),
                        List.of("m1:1", "m2:1", "m3:1"),
                        new ManualTime())
                .begin();
    }

    /** Atomix takes a previous term of 0 for the beginning of a log, and commits what it finds behind it. */
    @Test
    void shouldNotCommitItsLeavingsForAnAppendThatNamesNoTerm() throws Exception {
        try (ManualMember member = follower()) {
            append(member, 1, 0, 0, 0, entry(1, 1), entry(2, 1));

            assertThat(append(member, 2, 2, 0, 2).succeeded()).isFalse();
            assertThat(member.context.getCommitIndex()).isZero();
            assertThat(member.log.lastIndex()).isEqualTo(2);
        }
    }

    @Test
    void shouldCommitNoMoreThanAnAppendHasShownToBeEqual() throws Exception {
        try (ManualMember member = follower()) {
            append(member, 1, 0, 0, 0, entry(1, 1), entry(2, 1), entry(3, 1));

            assertThat(append(member, 2, 1, 1, 3).succeeded()).isTrue();
            assertThat(member.context.getCommitIndex()).isEqualTo(1);
        }
    }

    @Test
    void shouldHaveWhatItSaysOnItsDisk() throws Exception {
        try (ManualMember member = follower()) {
            PeerResponse.Append answer = append(member, 1, 0, 0, 0, entry(1, 1), entry(2, 1));

            assertThat(answer).isEqualTo(new PeerResponse.Append(1, true, 2));
            assertThat(member.log.durableIndex()).isEqualTo(2);
        }
    }

    @Test
    void shouldKeepWhatItHasWhenAnAppendIsRepeatedOrComesLate() throws Exception {
        try (ManualMember member = follower()) {
            append(member, 1, 0, 0, 0, entry(1, 1), entry(2, 1), entry(3, 1));

            assertThat(append(member, 1, 0, 0, 0, entry(1, 1)).lastIndex()).isEqualTo(1);
            assertThat(append(member, 1, 1, 1, 0, entry(2, 1), entry(3, 1)).lastIndex())
                    .isEqualTo(3);
            assertThat(member.log.lastIndex()).isEqualTo(3);
            assertThat(member.log.cuts()).isZero();
        }
    }

    @Test
    void shouldReplaceWhatContradictsTheLeader() throws Exception {
        try (ManualMember member = follower()) {
            append(member, 1, 0, 0, 0, entry(1, 1), entry(2, 1), entry(3, 1));

            assertThat(append(member, 2, 1, 1, 0, entry(2, 2)).lastIndex()).isEqualTo(2);
            assertThat(member.log.lastIndex()).isEqualTo(2);
            assertThat(member.log.lastTerm()).isEqualTo(2);
        }
    }

    @Test
    void shouldSayWhereToGoOnWhenTheEntryBeforeIsMissingOrAnother() throws Exception {
        try (ManualMember member = follower()) {
            append(member, 3, 0, 0, 1, entry(1, 1), entry(2, 2), entry(3, 3), entry(4, 3), entry(5, 3));

            assertThat(append(member, 4, 9, 3, 0)).isEqualTo(new PeerResponse.Append(4, false, 5));
            assertThat(append(member, 4, 5, 4, 0))
                    .as("behind the term before")
                    .isEqualTo(new PeerResponse.Append(4, false, 2));
            assertThat(append(member, 4, 2, 1, 0))
                    .as("not below what is committed")
                    .isEqualTo(new PeerResponse.Append(4, false, 1));
        }
    }

    @Test
    void shouldRefuseTheAppendsOfALeaderThatWasDeposed() throws Exception {
        try (ManualMember member = follower()) {
            append(member, 3, 0, 0, 0, entry(1, 1));

            assertThat(append(member, 2, 1, 1, 1, entry(2, 2))).isEqualTo(new PeerResponse.Append(3, false, 1));
            assertThat(member.log.lastIndex()).isEqualTo(1);
            assertThat(member.context.getCommitIndex()).isZero();
        }
    }

    @Test
    void shouldStopWhenALeaderContradictsWhatIsCommitted() throws Exception {
        try (ManualMember member = follower()) {
            append(member, 1, 0, 0, 2, entry(1, 1), entry(2, 1));
            PeerResponse answer = member.core.answers().answer(new PeerRequest.Append(2, "m2:1", 2, 2, 2, List.of()));

            assertThat(answer).isInstanceOf(PeerResponse.Failure.class);
            assertThat(member.failure()).hasMessageContaining("here it is committed and of term 1");
        }
    }
}
