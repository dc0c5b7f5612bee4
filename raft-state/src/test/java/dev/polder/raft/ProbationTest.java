package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProbationTest {
    private static boolean isOn(SimMember member) throws IOException {
        return member.disk().names().contains(Probation.FILE);
    }

    /** Takes the log away that a member had, as a repair does that can save nothing. */
    private static void loseLog(SimMember member) throws IOException {
        member.crash(false, new java.util.Random(1));
        for (String name : member.disk().names()) {
            if (SegmentFile.isName(name) || name.equals(ForcedMark.FILE)) {
                member.disk().delete(name);
            }
        }
        member.disk().sync();
        TermStore terms = TermStore.open(member.disk(), member.name());
        TermStore.create(member.disk(), member.name(), terms.members()).enter(terms.term());
        Probation.mark(member.disk(), "entries were cut off");
    }

    /** Three members; of two that have an entry one lost it, and the other is dead. */
    private SimGroup withAnEntryThatTwoHad(long seed, boolean marked) throws IOException {
        SimGroup group = SimGroup.started(seed);
        SimMember leader = group.awaitLeader();
        group.run(Duration.ofSeconds(1));
        SimMember other = group.others(leader).get(0);
        SimMember without = group.others(leader).get(1);
        group.isolate(without);
        long before = group.ledger().acknowledgedIndex();
        group.propose(leader, 10);
        group.await("a commit", () -> group.ledger().acknowledgedIndex() > before);
        leader.crash(false, group.random());
        loseLog(other);
        if (!marked) {
            other.disk().delete(Probation.FILE);
            other.disk().sync();
        }
        group.network().heal();
        other.start();
        return group;
    }

    @Test
    void shouldHelpNobodyToLeadWhoLacksWhatItHasLost() throws Exception {
        try (SimGroup group = withAnEntryThatTwoHad(1, true)) {
            group.run(Duration.ofSeconds(10));
            assertThat(group.leader()).isNull();
            SimMember lost = group.members().stream()
                    .filter(member -> member.isUp() && member.core().log().lastIndex() == 0)
                    .findFirst()
                    .orElseThrow();
            assertThat(lost.core().standing().whyNotVote())
                    .isEqualTo("this member has to catch up with a leader first: entries were cut off");
            assertThat(lost.core().standing().whyNotStand()).isNotNull();

            group.members().stream().filter(member -> !member.isUp()).forEach(SimMember::start);
            SimMember leader = group.awaitLeader();
            group.await("the end of it", () -> lost.core().standing().whyNotVote() == null);
            assertThat(isOn(lost)).isFalse();
            assertThat(lost.core().log().lastIndex())
                    .isEqualTo(leader.core().log().lastIndex());
        }
    }

    /** What the marker is for: the ledger sees what is missing. */
    @Test
    void shouldBeMissedWhereItIsNotMarked() {
        assertThatThrownBy(() -> {
                    try (SimGroup group = withAnEntryThatTwoHad(1, false)) {
                        group.run(Duration.ofSeconds(10));
                    }
                })
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("was acknowledged");
    }

    /** Its own log may be longer than the leader's and yet lack what the leader has. */
    @Test
    void shouldLastUntilALeaderHasSaidWhereItsLogEndsAndAllOfThatIsHere() throws Exception {
        try (SimGroup group = SimGroup.started(2)) {
            SimMember leader = group.awaitLeader();
            SimMember lost = group.others(leader).get(0);
            for (int i = 0; i < 20; i++) {
                group.propose(leader, 10);
            }
            group.run(Duration.ofSeconds(1));
            loseLog(lost);
            group.network()
                    .intruder((from, to, request, response) -> request instanceof PeerRequest.CatchUp
                                    && group.time().nanos() < 5_000_000_000L
                            ? null
                            : response);
            lost.start();
            group.run(Duration.ofSeconds(2));
            assertThat(lost.core().log().lastIndex())
                    .isEqualTo(leader.core().log().lastIndex());
            assertThat(lost.core().standing().whyNotVote())
                    .as("nobody has told it")
                    .isNotNull();

            group.run(Duration.ofSeconds(3));
            assertThat(lost.core().standing().whyNotVote()).isNull();
            assertThat(isOn(lost)).isFalse();
        }
    }

    @Test
    void shouldOutliveAPowerLoss() throws Exception {
        try (SimGroup group = withAnEntryThatTwoHad(3, true)) {
            for (SimMember member : group.members()) {
                if (member.isUp()) {
                    member.crash(true, group.random());
                    member.start();
                }
            }
            group.run(Duration.ofSeconds(3));
            assertThat(group.leader()).isNull();
        }
    }

    @Test
    void shouldRefuseEveryFlippedBitOfTheMarker() throws Exception {
        LossyDisk disk = new LossyDisk();
        Probation.mark(disk, "entries were cut off");
        byte[] good = disk.read(Probation.FILE);
        for (int bit = 0; bit < good.length * 8; bit++) {
            byte[] bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            disk.replace(Probation.FILE, bad);
            assertThatThrownBy(() -> Probation.open(disk)).isInstanceOf(IOException.class);
        }
    }
}
