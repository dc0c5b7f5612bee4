package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StandingTest {
    @TempDir
    Path directory;

    /** Something that a test puts in the way and takes away again. */
    private static final class Stone implements Standing.Obstacle {
        private @Nullable String toStanding;
        private @Nullable String toVoting;

        @Override
        public @Nullable String toStanding() {
            return toStanding;
        }

        @Override
        public @Nullable String toVoting() {
            return toVoting;
        }
    }

    private static Stone stone(SimMember member, boolean standing, boolean voting) {
        Stone stone = new Stone();
        stone.toStanding = standing ? "no standing here" : null;
        stone.toVoting = voting ? "no voting here" : null;
        member.core().standing().add(stone);
        return stone;
    }

    @Test
    void shouldNameTheFirstThingInTheWay() {
        Standing standing = new Standing();
        assertThat(standing.whyNotStand()).isNull();
        assertThat(standing.whyNotVote()).isNull();

        Stone first = new Stone();
        Stone second = new Stone();
        standing.add(first);
        standing.add(second);
        second.toStanding = "second";
        assertThat(standing.whyNotStand()).isEqualTo("second");
        assertThat(standing.whyNotVote()).isNull();
        first.toStanding = "first";
        second.toVoting = "second";
        assertThat(standing.whyNotStand()).isEqualTo("first");
        assertThat(standing.whyNotVote()).isEqualTo("second");
    }

    @Test
    void shouldLeaveTheLeadToWhoeverMayStand() {
        for (int seed = 0; seed < 20; seed++) {
            try (SimGroup group = SimGroup.started(seed)) {
                SimMember only = group.members().get(seed % 3);
                group.others(only).forEach(member -> stone(member, true, false));
                assertThat(group.awaitLeader()).as("seed %d", seed).isSameAs(only);
            }
        }
    }

    @Test
    void shouldElectNobodyWithoutAMajorityThatMayVote() {
        try (SimGroup group = SimGroup.started(1)) {
            List<Stone> stones = group.members().stream()
                    .map(member -> stone(member, false, true))
                    .toList();
            group.run(Duration.ofSeconds(5));
            assertThat(group.leader()).isNull();
            assertThat(group.members()).allMatch(member -> member.context().getTerm() == 0, "no term for nothing");

            stones.get(0).toVoting = null;
            group.awaitLeader();
        }
    }

    @Test
    void shouldVoteAgainForWhomItVotedForBeforeSomethingCameInTheWay() throws Exception {
        try (ManualMember member = ManualMember.first(
                        new LossyDisk(), directory, List.of("m1:1", "m2:1", "m3:1"), new ManualTime())
                .begin()) {
            assertThat(votes(member, "m2:1", 5)).isTrue();
            Stone stone = new Stone();
            stone.toVoting = "no voting here";
            member.core.standing().add(stone);

            assertThat(votes(member, "m2:1", 5)).as("its answer was lost").isTrue();
            assertThat(votes(member, "m2:1", 6)).isFalse();
            assertThat(member.context.getTerm()).isEqualTo(6);
            assertThat(member.terms.vote()).isNull();
        }
    }

    private static boolean votes(ManualMember member, String candidate, long term) {
        return ((PeerResponse.Vote) member.core.answers().answer(new PeerRequest.Vote(term, candidate, 0, 0)))
                .granted();
    }

    @Test
    void shouldLeadAloneAsSoonAsItMay() throws IOException {
        try (SimGroup group = new SimGroup(1, 1, Rules.KEPT)) {
            SimMember alone = group.members().get(0);
            alone.start();
            Stone stone = stone(alone, true, false);
            group.run(Duration.ofSeconds(2));
            assertThat(group.leader()).isNull();

            stone.toStanding = null;
            group.run(Duration.ofSeconds(1));
            assertThat(group.leader()).isSameAs(alone);
        }
    }
}
