package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class LogStatusTest {
    private static LogStatus status(SimMember member) {
        return member.core().status();
    }

    @Test
    void shouldShowALeaderAndItsPeers() {
        try (SimGroup group = SimGroup.started(1)) {
            SimMember leader = group.awaitLeader();
            SimMember away = group.others(leader).get(0);
            SimMember there = group.others(leader).get(1);
            group.run(Duration.ofMillis(500));
            group.isolate(away);
            for (int i = 0; i < 10; i++) {
                group.propose(leader, 10);
            }
            CompletableFuture<ReadOutcome> unused = leader.context().reads().ask(leader.servingTerm());
            group.run(Duration.ofMillis(300));

            LogStatus status = status(leader);
            assertThat(status.memberId()).isEqualTo(leader.name());
            assertThat(status.role()).isEqualTo(LogStatus.Role.LEADER);
            assertThat(status.term()).isEqualTo(leader.servingTerm());
            assertThat(status.members()).isEqualTo(group.names());
            assertThat(status.lastIndex()).isGreaterThan(10);
            assertThat(status.durableIndex()).isEqualTo(status.lastIndex());
            assertThat(status.committedIndex()).isEqualTo(status.lastIndex());
            assertThat(status.appliedIndex()).isEqualTo(status.lastIndex());
            assertThat(status.floorIndex()).isZero();
            assertThat(status.snapshotIndex()).isZero();
            assertThat(status.fetch()).isEmpty();
            assertThat(status.forces().count()).isPositive();
            assertThat(status.peers())
                    .extracting(LogStatus.Peer::memberId)
                    .containsExactlyInAnyOrder(away.name(), there.name())
                    .isSorted();
            LogStatus.Peer lost = peer(status, away);
            assertThat(lost.lagEntries()).isGreaterThanOrEqualTo(10);
            assertThat(lost.silenceMs()).isBetween(200L, 400L);
            assertThat(peer(status, there).lagEntries()).isZero();
            assertThat(peer(status, there).silenceMs()).isLessThan(100);
            assertThat(status.commits().count()).isEqualTo(10);
            assertThat(status.commits().p50Nanos()).isBetween(400_000L, 3_000_000L);
            assertThat(status.reads().count()).isEqualTo(1);
            assertThat(status.lastLoss()).isEmpty();
            assertThat(status(there).role()).isEqualTo(LogStatus.Role.FOLLOWER);
            assertThat(status(there).peers()).isEmpty();
            assertThat(status(there).committedIndex()).isEqualTo(status.committedIndex());
        }
    }

    private static LogStatus.Peer peer(LogStatus status, SimMember member) {
        return status.peers().stream()
                .filter(peer -> peer.memberId().equals(member.name()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void shouldSayWhoDoesNotAnswerThoughItIsConnected() {
        try (SimGroup group = SimGroup.started(1)) {
            SimMember leader = group.awaitLeader();
            group.run(Duration.ofMillis(500));
            SimMember still = group.others(leader).get(0);
            assertThat(status(leader).unreached()).isEmpty();
            still.pause(Duration.ofSeconds(5));
            group.run(Duration.ofMillis(1_200));

            assertThat(status(leader).unreached()).singleElement().satisfies(unreached -> {
                assertThat(unreached.memberId()).isEqualTo(still.name());
                assertThat(unreached.reason()).matches("it has not answered for 1[012]\\d\\d ms");
            });
            assertThat(status(still).unreached()).as("it leads nobody").isEmpty();
            group.run(Duration.ofSeconds(5));
            assertThat(status(leader).unreached()).isEmpty();
        }
    }

    @Test
    void shouldSayWhyTheLeadWasLost() {
        try (SimGroup group = SimGroup.started(1)) {
            SimMember leader = group.awaitLeader();
            long term = leader.servingTerm();
            group.run(Duration.ofMillis(500));
            group.isolate(leader);
            group.run(Duration.ofSeconds(2));
            assertThat(status(leader).lastLoss().orElseThrow())
                    .matches("term " + term + ": no majority has answered for 1\\d\\d\\d ms");

            group.network().heal();
            SimMember next = group.awaitLeader();
            long nextTerm = next.servingTerm();
            group.run(Duration.ofMillis(500));
            SimMember other = group.others(next).get(0);
            other.run(other.life(), () -> other.context().setTerm(nextTerm + 5));
            group.run(Duration.ofMillis(200));
            assertThat(status(next).lastLoss()).contains("term " + nextTerm + ": term " + (nextTerm + 5) + " was seen");

            SimMember last = group.awaitLeader();
            long lastTerm = last.servingTerm();
            SimMember to = group.others(last).get(0);
            group.run(Duration.ofMillis(500));
            group.handOver(to);
            group.run(Duration.ofMillis(200));
            assertThat(status(last).lastLoss()).contains("term " + lastTerm + ": it was handed over to " + to.name());
        }
    }

    @Test
    void shouldSayThatTheDiskIsShort() {
        try (SimGroup group = SimGroup.started(1)) {
            SimMember leader = group.awaitLeader();
            leader.disk().free(7);
            group.run(Duration.ofSeconds(2));

            assertThat(status(leader).diskShortage())
                    .contains("the disk has 7 bytes left, fewer than freeBytesMin=268435456");
            assertThat(status(leader).role()).isEqualTo(LogStatus.Role.FOLLOWER);
        }
    }
}
