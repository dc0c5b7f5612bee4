package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomix.protocols.raft.RaftServer.Role;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each rule by itself: kept, nothing happens; broken, what Atomix does is seen. */
class BrokenRulesTest {
    private static final List<String> THREE = List.of("m1:1", "m2:1", "m3:1");

    @TempDir
    Path directory;

    private final ManualTime time = new ManualTime();
    private final LossyDisk disk = new LossyDisk();

    private ManualMember member(Rules rules) throws IOException {
        ManualMember member = ManualMember.breaking(rules, disk, directory, THREE, time);
        time.advance(ManualMember.ELECTION_TIMEOUT);
        return member.begin();
    }

    private static Rules unless(boolean kept, Rules broken) {
        return kept ? Rules.KEPT : broken;
    }

    private static boolean votes(ManualMember member, String candidate, long term, long lastIndex, long lastTerm) {
        return ((PeerResponse.Vote)
                        member.core.answers().answer(new PeerRequest.Vote(term, candidate, lastIndex, lastTerm)))
                .granted();
    }

    private static PeerResponse.Append append(
            ManualMember member, long term, long previousIndex, long commitIndex, LogEntry... entries) {
        return (PeerResponse.Append) member.core
                .answers()
                .answer(new PeerRequest.Append(term, "m2:1", previousIndex, 0, commitIndex, List.of(entries)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldVoteTwiceOnlyIfTheVoteIsForgottenWithTheLeader(boolean kept) throws Exception {
        try (ManualMember member = member(unless(kept, Broken.VOTE))) {
            assertThat(votes(member, "m2:1", 5, 0, 0)).isTrue();
            append(member, 5, 0, 0);
            member.context.setLeader(null);
            time.advance(Duration.ofSeconds(1));

            assertThat(votes(member, "m3:1", 5, 0, 0)).isNotEqualTo(kept);
        }
    }

    @Test
    void shouldForgetForcedEntriesOnlyIfDamageIsTakenForTheEnd() throws Exception {
        try (FactLog log = FactLog.open(disk, Rules.KEPT, LogLimits.DEFAULT, 0, Floor.NONE, () -> {})) {
            for (int i = 0; i < 3; i++) {
                log.append(1, EntryKind.FACTS, new byte[100]);
                log.force();
            }
        }
        disk.delete(ForcedMark.FILE); // as a power loss may leave it
        String name = SegmentFile.name(1);
        byte[] damaged = disk.read(name);
        damaged[SegmentFile.HEADER_BYTES + RecordFormat.HEADER_BYTES + 50] ^= 1;
        disk.replace(name, damaged);

        assertThatThrownBy(() -> FactLog.open(disk, Rules.KEPT, LogLimits.DEFAULT, 3, Floor.NONE, () -> {}))
                .hasMessageContaining(name);
        assertThatThrownBy(() -> FactLog.open(disk, Rules.KEPT, LogLimits.DEFAULT, 0, Floor.NONE, () -> {}))
                .hasMessageContaining("proves that entry 1 had been forced");
        try (FactLog log = FactLog.open(disk, Broken.DAMAGE, LogLimits.DEFAULT, 3, Floor.NONE, () -> {})) {
            assertThat(log.lastIndex()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldVoteForAnybodyOnlyIfAnEmptySegmentHidesTheLastTerm(boolean kept) throws Exception {
        TermStore.create(disk, "m1:1", THREE).enter(3);
        try (FactLog log = FactLog.open(disk, Rules.KEPT, LogLimits.DEFAULT, 0, Floor.NONE, () -> {})) {
            log.append(3, EntryKind.FACTS, new byte[] {1});
            log.force();
        }
        SegmentFile.create(disk, 2, 3).close();

        try (ManualMember member = member(unless(kept, Broken.TERM_BEFORE))) {
            assertThat(votes(member, "m2:1", 7, 0, 0)).isNotEqualTo(kept);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldCallEntriesDurableOnlyIfItGoesOnAfterAFailedForce(boolean kept) throws Exception {
        Rules rules = unless(kept, Broken.FAILURE);
        try (FactLog log = FactLog.open(disk, rules, LogLimits.DEFAULT, 0, Floor.NONE, () -> {})) {
            log.append(1, EntryKind.FACTS, new byte[] {1});
            disk.failAt(LossyDisk.Operation.FORCE, 1);
            assertThatThrownBy(log::force).hasMessageContaining("failed");
            disk.failNoMore();

            if (kept) {
                assertThatThrownBy(log::force).hasMessage("the log failed before and is not used again");
            } else {
                log.force();
            }
            assertThat(log.durableIndex()).isEqualTo(kept ? 0 : 1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldCommitLeavingsOnlyIfAnAppendWithoutATermIsBelieved(boolean kept) throws Exception {
        try (ManualMember member = member(unless(kept, Broken.PLACE))) {
            append(member, 1, 0, 0, new LogEntry(1, 1, EntryKind.FACTS, new byte[1]));

            assertThat(append(member, 2, 1, 1).succeeded()).isNotEqualTo(kept);
            assertThat(member.context.getCommitIndex()).isEqualTo(kept ? 0 : 1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldStarveAFollowerOnlyIfAppendsOutliveTheLead(boolean kept) throws Exception {
        try (SimGroup group = new SimGroup(1, 3, unless(kept, Broken.OPEN_APPENDS))) {
            group.members().forEach(SimMember::start);
            SimMember leader = group.awaitLeader();
            group.run(Duration.ofSeconds(1));
            SimMember sleeper = group.others(leader).get(0);
            sleeper.pause(Duration.ofMillis(600));
            group.propose(leader, 10);
            group.run(Duration.ofMillis(10));
            leader.run(
                    leader.life(),
                    () -> leader.context().stepDown(leader.context().getTerm(), "planted"));
            group.run(Duration.ofMillis(1));
            leader.run(leader.life(), () -> {
                leader.context().voteForSelf();
                leader.context().transition(Role.LEADER);
            });
            group.run(Duration.ofSeconds(1));
            group.propose(leader, 10);
            group.run(Duration.ofMillis(300));

            assertThat(sleeper.toldIndex() == group.ledger().acknowledgedIndex())
                    .isEqualTo(kept);
        }
    }
}
