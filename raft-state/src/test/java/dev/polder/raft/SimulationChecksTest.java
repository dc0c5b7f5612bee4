package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the simulation does to members, and what it sees of them: each by a case that is known. */
class SimulationChecksTest {
    private static void commit(SimGroup group, int times) {
        for (int i = 0; i < times; i++) {
            SimMember leader = group.awaitLeader();
            long before = group.ledger().acknowledgedIndex();
            group.propose(leader, 100);
            group.await("a commit", () -> group.ledger().acknowledgedIndex() > before);
        }
    }

    /** Has appends to a member fit whatever it has, as if it did not look at the term of the entry before. */
    private static SimNetwork.Intruder withoutCheckAt(SimMember careless) {
        return new SimNetwork.Intruder() {
            @Override
            public PeerRequest request(String from, String to, PeerRequest request) {
                FactLog log = careless.core().log();
                return request instanceof PeerRequest.Append append
                                && to.equals(careless.name())
                                && append.previousIndex() <= log.lastIndex()
                        ? new PeerRequest.Append(
                                append.term(),
                                append.leader(),
                                append.previousIndex(),
                                log.termAt(append.previousIndex()),
                                append.commitIndex(),
                                append.entries())
                        : request;
            }

            @Override
            public @Nullable PeerResponse answer(String from, String to, PeerRequest request, PeerResponse response) {
                return response;
            }
        };
    }

    @Test
    void shouldFindAFollowerThatDoesNotCompareTheEntryBefore() {
        try (SimGroup group = SimGroup.started(1)) {
            SimMember deposed = group.awaitLeader();
            commit(group, 5);
            group.isolate(deposed);
            for (int i = 0; i < 20; i++) {
                group.propose(deposed, 100);
                group.run(Duration.ofMillis(5));
            }
            group.run(Duration.ofSeconds(3));
            commit(group, 3);
            group.network().intruder(withoutCheckAt(deposed));
            group.network().heal();

            assertThatThrownBy(() -> group.run(Duration.ofSeconds(1)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageStartingWith("log matching: Place[index=")
                    .hasMessageContaining(" of " + deposed.name());
        }
    }

    @Test
    void shouldSeeALogThatFollowsAnEntryThatNobodyHasHad() {
        try (SimGroup group = SimGroup.started(1)) {
            commit(group, 3);
            SimMember follower = group.others(group.awaitLeader()).get(0);
            follower.run(follower.life(), () -> follower.core().log().restart(new Floor(1_000, 7)));

            assertThatThrownBy(() -> group.run(Duration.ofMillis(100)))
                    .hasMessage("log matching: the log of " + follower.name()
                            + " follows Place[index=1000, term=7], which nobody has had");
        }
    }

    @Test
    void shouldHaveAFollowerStandStillWhileItsDiskIsSlow() {
        try (SimGroup group = SimGroup.started(2)) {
            SimMember leader = group.awaitLeader();
            SimMember slow = group.others(leader).get(0);
            commit(group, 1);
            group.run(Duration.ofSeconds(1));
            long term = leader.servingTerm();
            slow.disk().pace(operation -> group.time().spend(operation == LossyDisk.Operation.FORCE ? 300_000_000 : 0));
            long begun = group.time().nanos();
            commit(group, 1);

            assertThat(group.time().nanos() - begun)
                    .as("the other two are enough")
                    .isLessThan(10_000_000);
            assertThat(slow.toldIndex()).isLessThan(group.ledger().acknowledgedIndex());
            group.await("the slow one", () -> slow.toldIndex() == group.ledger().acknowledgedIndex());
            assertThat(group.time().nanos() - begun).isGreaterThan(300_000_000);
            group.run(Duration.ofMillis(500));
            assertThat(slow.core().status().forces().maxNanos()).isGreaterThanOrEqualTo(300_000_000);
            assertThat(leader.servingTerm()).isEqualTo(term);
        }
    }

    @Test
    void shouldHaveALeaderLoseItsPostByASlowDisk() {
        try (SimGroup group = SimGroup.started(3)) {
            SimMember slow = group.awaitLeader();
            commit(group, 1);
            group.run(Duration.ofSeconds(1));
            long term = slow.servingTerm();
            slow.disk().pace(operation -> group.time().spend(1_000_000_000));
            group.propose(slow, 100);
            group.await("another leader", () -> group.awaitLeader() != slow);
            assertThat(group.awaitLeader().servingTerm()).isGreaterThan(term);
        }
    }

    @Test
    void shouldNotDeliverWhatAMemberWouldHaveSaidIfItHadNotDiedBefore() {
        for (boolean dies : new boolean[] {true, false}) {
            try (SimGroup group = SimGroup.started(3)) {
                SimMember leader = group.awaitLeader();
                SimMember slow = group.others(leader).get(0);
                commit(group, 1);
                group.run(Duration.ofSeconds(1));
                group.isolate(group.others(leader).get(1));
                slow.disk().pace(operation -> group.time().spend(100_000_000));
                long before = group.ledger().acknowledgedIndex();
                group.propose(leader, 100);
                group.run(Duration.ofMillis(50));
                if (dies) {
                    slow.crash(false, group.random());
                }
                group.run(Duration.ofMillis(300));

                assertThat(group.ledger().acknowledgedIndex() > before).isNotEqualTo(dies);
            }
        }
    }

    /** Later leaders may have acknowledged more by the time when it can say that it serves. */
    @Test
    void shouldAllowAStaleLeaderToServeItsOwnTerm() {
        SimLedger ledger = new SimLedger(new SimTime());
        SimLedger.Life second = ledger.begin("m2:1");
        second.onElected(2);
        second.onServing(2);
        second.onCommitted(new CommittedEntry(1, 2, 0, ledger.nextProposal(0)));

        SimLedger.Life first = ledger.begin("m1:1");
        first.onElected(1);
        first.onServing(1);
        SimLedger.Life third = ledger.begin("m3:1");
        third.onElected(3);
        assertThatThrownBy(() -> third.onServing(3))
                .hasMessage("m3:1 serves term 3 and knows entries up to 0, but 2=1 was acknowledged");
    }

    @Test
    void shouldSaveASnapshotOnASlowDiskWhileTheLeaderLeads() {
        try (SimGroup group = SimGroup.started(4)) {
            SimMember leader = group.awaitLeader();
            commit(group, 10);
            group.run(Duration.ofSeconds(1));
            long term = leader.servingTerm();
            leader.disk().pace(operation -> group.time().spend(700_000_000));
            leader.saveSnapshot();
            group.run(Duration.ofSeconds(1));
            assertThat(leader.core().snapshots().newest()).as("not yet").isNull();
            group.run(Duration.ofSeconds(9));

            assertThat(leader.core().snapshots().newest()).isNotNull();
            assertThat(leader.servingTerm()).isEqualTo(term);
        }
    }

    @Test
    void shouldRaiseTheTermByDozensAndStillCommit() {
        for (int seed = 0; seed < 5; seed++) {
            try (SimGroup group = SimGroup.started(seed)) {
                for (int i = 0; i < 60; i++) {
                    SimMember leader = group.awaitLeader();
                    group.propose(leader, 50);
                    if (i % 6 == 5) {
                        group.isolate(leader);
                        group.run(Duration.ofMillis(1_200));
                        group.network().heal();
                    } else {
                        group.handOver(group.others(leader).get(i % 2));
                        group.run(Duration.ofMillis(30));
                    }
                }
                commit(group, 1);

                assertThat(group.ledger().leaderships()).as("seed %d", seed).isGreaterThan(30);
            }
        }
    }
}
