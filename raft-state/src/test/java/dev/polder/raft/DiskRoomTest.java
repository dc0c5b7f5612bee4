package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomix.protocols.raft.RaftServer.Role;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Disks that are nearly full, in virtual time. */
class DiskRoomTest {
    private static final long MIN = RaftConfig.FREE_BYTES_MIN;

    private static long commit(SimGroup group) {
        SimMember leader = group.awaitLeader();
        long before = group.ledger().acknowledgedIndex();
        group.propose(leader, 100);
        group.await("a commit", () -> group.ledger().acknowledgedIndex() > before);
        return group.ledger().acknowledgedIndex();
    }

    @Test
    void shouldGiveTheLeadToOneThatHasRoom() {
        for (int seed = 0; seed < 20; seed++) {
            try (SimGroup group = SimGroup.started(seed)) {
                SimMember leader = group.awaitLeader();
                long term = leader.servingTerm();
                commit(group);
                leader.disk().free(MIN - 1);
                group.run(Duration.ofMillis(1_020));

                assertThat(group.awaitLeader()).as("seed %d", seed).isNotSameAs(leader);
                assertThat(group.awaitLeader().servingTerm())
                        .as("seed %d: handed over", seed)
                        .isEqualTo(term + 1);
                commit(group);
                group.run(Duration.ofSeconds(20));
                assertThat(group.awaitLeader().servingTerm())
                        .as("seed %d: and nobody deposes it", seed)
                        .isEqualTo(term + 1);
            }
        }
    }

    @Test
    void shouldStoreNothingWhileItIsShortAndCatchUpAfterwards() {
        try (SimGroup group = SimGroup.started(1)) {
            commit(group);
            SimMember full = group.others(group.awaitLeader()).get(0);
            full.disk().free(MIN - 1);
            group.run(Duration.ofSeconds(1));
            long last = full.core().log().lastIndex();
            for (int i = 0; i < 50; i++) {
                commit(group);
            }
            group.run(Duration.ofSeconds(5));
            assertThat(full.core().log().lastIndex()).isEqualTo(last);

            full.disk().free(MIN + MIN / 4 - 1);
            group.run(Duration.ofSeconds(5));
            assertThat(full.core().log().lastIndex()).as("hardly any room yet").isEqualTo(last);

            full.disk().free(MIN + MIN / 4);
            group.run(Duration.ofMillis(1_500));
            assertThat(full.toldIndex()).isEqualTo(group.ledger().acknowledgedIndex());
        }
    }

    @Test
    void shouldAcknowledgeNothingWhenTwoOfThreeAreShortAndRecover() {
        for (int seed = 0; seed < 20; seed++) {
            try (SimGroup group = SimGroup.started(seed)) {
                long before = commit(group);
                SimMember roomy = group.members().get(seed % 3);
                List<SimMember> two = group.others(roomy);
                two.forEach(member -> member.disk().free(1));
                group.run(Duration.ofSeconds(2));
                if (roomy.servingTerm() != 0) {
                    group.propose(roomy, 100);
                }
                group.run(Duration.ofSeconds(5));
                assertThat(group.ledger().acknowledgedIndex())
                        .as("seed %d", seed)
                        .isEqualTo(before);

                two.forEach(member -> member.disk().free(Long.MAX_VALUE));
                group.run(Duration.ofSeconds(3));
                commit(group);
            }
        }
    }

    @Test
    void shouldLeadAloneOnlyWithRoom() {
        try (SimGroup group = new SimGroup(1, 1, Rules.KEPT)) {
            SimMember alone = group.members().get(0);
            alone.disk().free(MIN - 1);
            alone.start();
            group.run(Duration.ofSeconds(5));
            assertThat(alone.context().getRole()).isEqualTo(Role.FOLLOWER);

            alone.disk().free(2 * MIN);
            commit(group);

            alone.disk().free(0);
            group.run(Duration.ofMillis(1_001));
            assertThat(alone.servingTerm()).isZero();
            assertThat(alone.context().getRole()).isEqualTo(Role.FOLLOWER);

            alone.disk().free(2 * MIN);
            commit(group);
        }
    }
}
