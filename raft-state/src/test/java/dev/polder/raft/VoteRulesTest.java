package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomix.cluster.MemberId;
import io.atomix.protocols.raft.RaftServer.Role;
import io.atomix.protocols.raft.storage.system.MetaStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random runs do not find a forgotten vote; so each rule about votes has its own test. */
class VoteRulesTest {
    private static final List<String> THREE = List.of("m1:1", "m2:1", "m3:1");

    @TempDir
    Path directory;

    private final ManualTime time = new ManualTime();
    private LossyDisk disk = new LossyDisk();

    /** So long after its start that it need not take any other for a leader that it has heard before. */
    private ManualMember follower() throws Exception {
        ManualMember member = ManualMember.first(disk, directory, THREE, time);
        time.advance(ManualMember.ELECTION_TIMEOUT);
        return member.begin();
    }

    private static boolean votes(ManualMember member, String candidate, long term, long lastIndex, long lastTerm) {
        return answer(member, candidate, term, lastIndex, lastTerm).granted();
    }

    private static boolean polls(ManualMember member, String candidate, long term, long lastIndex, long lastTerm) {
        return ((PeerResponse.Poll)
                        member.core.answers().answer(new PeerRequest.Poll(term, candidate, lastIndex, lastTerm)))
                .accepted();
    }

    private static String fails(ManualMember member) {
        return ((PeerResponse.Failure) member.core.answers().answer(new PeerRequest.Vote(5, "m2:1", 0, 0))).reason();
    }

    private static PeerResponse.Vote answer(
            ManualMember member, String candidate, long term, long lastIndex, long lastTerm) {
        return (PeerResponse.Vote)
                member.core.answers().answer(new PeerRequest.Vote(term, candidate, lastIndex, lastTerm));
    }

    private static boolean hears(ManualMember member, String leader, long term) {
        return ((PeerResponse.Append)
                        member.core.answers().answer(new PeerRequest.Append(term, leader, 0, 0, 0, List.of())))
                .succeeded();
    }

    @Test
    void shouldKeepItsVoteWhenALeaderIsFoundAndLost() throws Exception {
        try (ManualMember member = follower()) {
            assertThat(votes(member, "m2:1", 5, 0, 0)).isTrue();
            assertThat(hears(member, "m2:1", 5)).isTrue();
            member.context.setLeader(null);

            assertThat(votes(member, "m3:1", 5, 0, 0)).isFalse();
            assertThat(member.terms.vote()).isEqualTo("m2:1");
        }
    }

    /** Each request names its candidate by an object of its own, as requests from a network do. */
    @Test
    void shouldGrantTheSameCandidateItsVoteAgainAndNobodyElse() throws Exception {
        try (ManualMember member = follower()) {
            assertThat(votes(member, "m2:1", 5, 0, 0)).isTrue();
            int syncs = disk.count(LossyDisk.Operation.SYNC);

            assertThat(votes(member, "m2:1", 5, 0, 0)).as("its answer was lost").isTrue();
            assertThat(votes(member, "m3:1", 5, 9, 4))
                    .as("however new its log is")
                    .isFalse();
            assertThat(votes(member, "m2:1", 5, 0, 0)).isTrue();
            assertThat(member.terms.vote()).isEqualTo("m2:1");
            assertThat(disk.count(LossyDisk.Operation.SYNC) - syncs)
                    .as("nothing new to remember")
                    .isZero();
        }
    }

    @Test
    void shouldGrantTheSameCandidateItsVoteAgainAfterAPowerLoss() throws Exception {
        ManualMember before = follower();
        assertThat(votes(before, "m2:1", 5, 0, 0)).isTrue();

        disk = disk.losePower(new Random(1));
        before.core.forget();
        try (ManualMember after = follower()) {
            assertThat(votes(after, "m3:1", 5, 0, 0)).isFalse();
            assertThat(votes(after, "m2:1", 5, 0, 0)).isTrue();
        }
    }

    @Test
    void shouldNotVoteInATermThatHasALeader() throws Exception {
        try (ManualMember member = follower()) {
            assertThat(hears(member, "m2:1", 5)).isTrue();

            assertThat(votes(member, "m3:1", 5, 9, 4)).isFalse();
            assertThat(member.terms.vote()).isNull();
        }
    }

    /** It may be in a list that has not come here yet; a stranger is who the door refuses. */
    @Test
    void shouldVoteForACandidateThatIsNotInItsList() throws Exception {
        try (ManualMember member = follower()) {
            assertThat(votes(member, "m9:1", 5, 0, 0)).isTrue();
            assertThat(votes(member, "m2:1", 5, 0, 0)).as("it has but one vote").isFalse();
        }
    }

    @Test
    void shouldNotVoteInATermWhoseLeaderIsNotInItsList() throws Exception {
        try (ManualMember member = follower()) {
            assertThat(hears(member, "m9:1", 5)).isTrue();
            time.advance(Duration.ofSeconds(1));

            assertThat(votes(member, "m3:1", 5, 9, 4)).isFalse();
            assertThat(votes(member, "m3:1", 6, 9, 4)).as("a higher term").isTrue();
        }
    }

    @Test
    void shouldKeepItsVoteForItselfAsACandidate() throws Exception {
        try (ManualMember member = follower()) {
            member.context.transition(Role.CANDIDATE);
            member.thread.run();
            assertThat(member.terms.vote()).isEqualTo("m1:1");

            assertThat(votes(member, "m2:1", 1, 9, 1)).isFalse();
            assertThat(votes(member, "m2:1", 2, 9, 1)).as("a higher term").isTrue();
            assertThat(votes(member, "m2:1", 2, 9, 1)).isTrue();
            assertThat(member.context.getRole()).isEqualTo(Role.FOLLOWER);
        }
    }

    /** Whoever lost its connection and nothing else would otherwise depose a leader that does its work. */
    @Test
    void shouldHelpNobodyToDeposeALeaderThatLives() throws Exception {
        try (ManualMember member = follower()) {
            assertThat(hears(member, "m2:1", 5)).isTrue();

            assertThat(polls(member, "m3:1", 5, 9, 5)).isFalse();
            assertThat(votes(member, "m3:1", 6, 9, 5)).isFalse();
            assertThat(member.terms.term()).as("the term does not move").isEqualTo(5);

            time.advance(Duration.ofMillis(499));
            assertThat(polls(member, "m3:1", 5, 9, 5)).isFalse();
            time.advance(Duration.ofMillis(1));
            assertThat(polls(member, "m3:1", 5, 9, 5)).isTrue();
            assertThat(votes(member, "m3:1", 6, 9, 5)).isTrue();
        }
    }

    @Test
    void shouldHelpToReplaceALeaderThatIsKnownToBeDead() throws Exception {
        try (ManualMember member = follower()) {
            assertThat(hears(member, "m2:1", 5)).isTrue();
            member.context.peerDied("m2:1");

            assertThat(polls(member, "m3:1", 5, 9, 5)).isTrue();
            assertThat(votes(member, "m3:1", 6, 9, 5)).isTrue();
        }
    }

    @Test
    void shouldNotTakeTheDeathOfAnotherForThatOfItsLeader() throws Exception {
        try (ManualMember member = follower()) {
            assertThat(hears(member, "m2:1", 5)).isTrue();
            member.context.peerDied("m3:1");

            assertThat(polls(member, "m3:1", 5, 9, 5)).isFalse();
        }
    }

    @Test
    void shouldHelpNobodyToDeposeItselfAsALeader() throws Exception {
        try (ManualMember member = follower()) {
            member.context.voteForSelf();
            member.context.transition(Role.LEADER);

            assertThat(polls(member, "m2:1", 1, 9, 1)).isFalse();
            assertThat(votes(member, "m2:1", 1, 9, 1)).as("its own term").isFalse();
            assertThat(votes(member, "m2:1", 2, 9, 1)).as("a higher term").isFalse();
            assertThat(member.context.getRole()).isEqualTo(Role.LEADER);
        }
    }

    /** A poll is a question: whoever asks it has begun no term, and none is begun by the answer. */
    @Test
    void shouldPromiseNothingInAPoll() throws Exception {
        try (ManualMember member = follower()) {
            int syncs = disk.count(LossyDisk.Operation.SYNC);
            assertThat(polls(member, "m2:1", 7, 0, 0)).isTrue();
            assertThat(polls(member, "m3:1", 7, 0, 0)).isTrue();

            assertThat(member.terms.term()).isZero();
            assertThat(disk.count(LossyDisk.Operation.SYNC) - syncs).isZero();
        }
    }

    @Test
    void shouldRefuseAPollOfALowerTermOrAnOlderLog() throws Exception {
        try (ManualMember member = follower()) {
            member.context.setTerm(4);
            member.log.append(3, EntryKind.FACTS, new byte[] {1});

            assertThat(polls(member, "m2:1", 3, 9, 3)).as("a lower term").isFalse();
            assertThat(polls(member, "m2:1", 4, 9, 2)).as("an older log").isFalse();
            assertThat(polls(member, "m2:1", 4, 1, 3)).isTrue();
        }
    }

    @Test
    void shouldAnswerWithItsOwnTerm() throws Exception {
        try (ManualMember member = follower()) {
            assertThat(answer(member, "m2:1", 5, 0, 0).term()).isEqualTo(5);
            assertThat(answer(member, "m2:1", 4, 0, 0).term()).isEqualTo(5);
        }
    }

    @Test
    void shouldRememberItsVoteAfterAPowerLoss() throws Exception {
        ManualMember before = follower();
        assertThat(votes(before, "m2:1", 5, 0, 0)).isTrue();

        disk = disk.losePower(new Random(1));
        before.core.forget();
        try (ManualMember after = follower()) {
            assertThat(after.context.getTerm()).isEqualTo(5);
            assertThat(votes(after, "m3:1", 5, 0, 0)).isFalse();
            assertThat(after.terms.vote()).isEqualTo("m2:1");
        }
    }

    @Test
    void shouldVoteAnewInAHigherTerm() throws Exception {
        try (ManualMember member = follower()) {
            assertThat(votes(member, "m2:1", 5, 0, 0)).isTrue();

            assertThat(votes(member, "m3:1", 6, 0, 0)).isTrue();
            assertThat(member.terms.term()).isEqualTo(6);
        }
    }

    @Test
    void shouldRefuseALowerTerm() throws Exception {
        try (ManualMember member = follower()) {
            assertThat(votes(member, "m2:1", 5, 0, 0)).isTrue();

            assertThat(votes(member, "m2:1", 4, 9, 4)).isFalse();
            assertThat(member.terms.term()).isEqualTo(5);
        }
    }

    @Test
    void shouldRefuseACandidateWhoseLogIsOlder() throws Exception {
        try (ManualMember member = follower()) {
            member.log.append(3, EntryKind.FACTS, new byte[] {1});
            member.log.append(3, EntryKind.FACTS, new byte[] {2});

            assertThat(votes(member, "m2:1", 7, 9, 2)).as("last term is lower").isFalse();
            assertThat(votes(member, "m2:1", 7, 1, 3)).as("last index is lower").isFalse();
            assertThat(votes(member, "m2:1", 7, 2, 3)).as("as new").isTrue();
        }
    }

    /** Atomix's own log has no last entry then, and votes for anyone. */
    @Test
    void shouldRefuseAnOlderCandidateWhenItsLastSegmentIsEmpty() throws Exception {
        TermStore.create(disk, "m1:1", THREE).enter(3);
        try (FactLog log = FactLog.open(disk, Rules.KEPT, LogLimits.DEFAULT, 0, Floor.NONE, () -> {})) {
            log.append(3, EntryKind.FACTS, new byte[] {1});
            log.force();
        }
        SegmentFile.create(disk, 2, 3).close();

        try (ManualMember member = follower()) {
            assertThat(votes(member, "m2:1", 7, 0, 0)).isFalse();
            assertThat(votes(member, "m2:1", 7, 1, 3)).isTrue();
        }
    }

    @Test
    void shouldNeverVoteTwiceInATermWhoeverAsks() throws Exception {
        try (ManualMember member = follower()) {
            member.context.setTerm(5);
            member.context.setLastVotedFor(MemberId.from("m2:1"));
            member.context.setLastVotedFor(MemberId.from("m2:1"));

            assertThatThrownBy(() -> member.context.setLastVotedFor(MemberId.from("m3:1")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("the vote of term 5 is given, in term 5 to m2:1");
            assertThat(member.failure()).as("a broken rule stops the member").isNotNull();
        }
    }

    @Test
    void shouldNotVoteBeforeTheVoteIsDurable() throws Exception {
        try (ManualMember member = follower()) {
            disk.failAt(LossyDisk.Operation.SYNC, 1);

            assertThat(fails(member)).contains("term file lossy/term failed");
            assertThat(member.failure()).isNotNull();
        }
    }

    @Test
    void shouldNotGrantAgainWhatNeverBecameDurable() throws Exception {
        try (ManualMember member = follower()) {
            disk.failAt(LossyDisk.Operation.SYNC, 1);
            assertThat(fails(member)).contains("term file lossy/term failed");
            disk.failNoMore();

            assertThat(fails(member)).contains("failed before");
            assertThat(member.terms.vote()).isNull();
        }
    }

    @Test
    void shouldHaveNoSecondHomeForTermAndVote() throws Exception {
        try (ManualMember member = follower()) {
            assertThat(votes(member, "m2:1", 5, 0, 0)).isTrue();
            MetaStore other = member.context.getMetaStore();

            assertThatThrownBy(other::loadTerm).hasMessage("the term is kept in the term file and nowhere else");
            assertThatThrownBy(() -> other.storeTerm(6)).hasMessageStartingWith("the term is kept");
            assertThatThrownBy(other::loadVote).hasMessageStartingWith("the vote is kept");
            assertThatThrownBy(() -> other.storeVote(MemberId.from("m3:1"))).hasMessageStartingWith("the vote is kept");
            assertThat(member.context.getLastVotedFor()).isEqualTo(MemberId.from("m2:1"));
            member.terms.enter(6);
            assertThat(member.context.getLastVotedFor())
                    .as("nothing is remembered beside it")
                    .isNull();
        }
    }

    @Test
    void shouldWaitWithOtherVotersAndStandAtOnceWithout() throws Exception {
        try (ManualMember member = follower()) {
            assertThat(member.context.getRole()).isEqualTo(Role.FOLLOWER);
            assertThat(member.terms.term()).isZero();
        }
        disk = new LossyDisk();
        try (ManualMember alone = new ManualMember(
                        disk, directory.resolve("alone"), List.of("m1:1"), Members.PROPOSAL_BYTES_MAX)
                .begin()) {
            assertThat(alone.context.getRole()).isEqualTo(Role.LEADER);
            assertThat(alone.terms.vote()).isEqualTo("m1:1");
        }
    }

    @Test
    void shouldLetAFollowerStandThatHasNotCaughtUp() throws Exception {
        try (ManualMember member = follower()) {
            member.context.atomix().setFirstCommitIndex(100);

            assertThat(member.context.atomix().getFirstCommitIndex()).isZero();
        }
    }
}
