package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomix.protocols.raft.RaftServer.Role;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who leads after what, and how soon; in virtual time. */
class LeaderLossTest {
    private static final int SEEDS = 100;

    private interface Measured {
        double ms(SimGroup group);
    }

    /** Returns what a measurement gave for each seed, in ascending order. */
    private double[] measure(Measured measured) {
        double[] ms = new double[SEEDS];
        for (int seed = 0; seed < SEEDS; seed++) {
            try (SimGroup group = SimGroup.started(seed)) {
                ms[seed] = measured.ms(group);
            }
        }
        Arrays.sort(ms);
        return ms;
    }

    private static double msUntil(SimGroup group, Runnable wait) {
        long before = group.time().nanos();
        wait.run();
        return (group.time().nanos() - before) / 1e6;
    }

    private static SimMember follower(SimGroup group) {
        return group.others(group.awaitLeader()).get(0);
    }

    private static long term(SimGroup group) {
        return group.awaitLeader().servingTerm();
    }

    @Test
    void shouldServeSoonAfterThreeMembersStart() {
        double[] ms = measure(group -> msUntil(group, group::awaitLeader));

        assertThat(ms[SEEDS / 2]).as("median").isLessThan(60);
        assertThat(ms[SEEDS - 1]).as("worst").isLessThan(400);
    }

    @Test
    void shouldReplaceALeaderWhoseProcessDiesWithoutWaitingForTheElectionTimeout() {
        double[] ms = measure(group -> {
            SimMember leader = group.awaitLeader();
            group.run(Duration.ofMillis(500));
            leader.crash(false, group.random());
            return msUntil(group, group::awaitLeader);
        });

        assertThat(ms[SEEDS / 2])
                .as("median, 20 ms after the death all know of it")
                .isLessThan(25);
        assertThat(ms[SEEDS - 1]).as("worst").isLessThan(100);
    }

    /** Two that stand at once win nothing, and lose the time of an election; where answers take long they would. */
    @Test
    void shouldNotStandAgainstEachOther() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            try (SimGroup group = SimGroup.started(seed)) {
                group.network().weather(SimNetwork.Weather.steady(5_000, 15_000));
                SimMember leader = group.awaitLeader();
                assertThat(leader.servingTerm())
                        .as("seed %d, at the start", seed)
                        .isEqualTo(1);
                group.run(Duration.ofMillis(500));
                leader.crash(false, group.random());
                assertThat(term(group)).as("seed %d, after the death", seed).isEqualTo(2);
            }
        }
    }

    @Test
    void shouldReplaceALeaderWhoseHostVanishesAfterTheElectionTimeout() {
        double[] ms = measure(group -> {
            SimMember leader = group.awaitLeader();
            group.run(Duration.ofMillis(500));
            group.isolate(leader);
            long term = leader.servingTerm();
            return msUntil(
                    group,
                    () -> group.await(
                            "another leader",
                            () -> group.leader() != null && group.leader().servingTerm() > term));
        });

        assertThat(ms[0]).as("best").isGreaterThan(400);
        assertThat(ms[SEEDS - 1]).as("worst").isLessThan(1_500);
    }

    @Test
    void shouldGiveUpTheLeadWithoutAMajority() {
        double[] ms = measure(group -> {
            SimMember leader = group.awaitLeader();
            group.run(Duration.ofMillis(500));
            group.isolate(leader);
            return msUntil(group, () -> group.await("its loss", () -> leader.servingTerm() == 0));
        });

        assertThat(ms[SEEDS - 1]).as("worst").isLessThan(1_200);
    }

    @Test
    void shouldNotBeFollowedAnyMoreWhenAnotherLeads() {
        for (int seed = 0; seed < SEEDS; seed++) {
            try (SimGroup group = SimGroup.started(seed)) {
                SimMember leader = group.awaitLeader();
                long term = leader.servingTerm();
                group.run(Duration.ofMillis(500));
                assertThat(leader.context().isFollowed()).as("seed %d", seed).isTrue();
                if (seed % 2 == 0) {
                    group.isolate(leader);
                } else {
                    group.propose(leader, 10);
                    group.run(Duration.ofNanos(1_000)); // it is sent, and answered while the leader stands
                    leader.pause(Duration.ofSeconds(5));
                    group.run(Duration.ofMillis(20));
                    group.isolate(leader); // nobody tells it when it goes on
                }

                group.await(
                        "another leader",
                        () -> group.others(leader).stream()
                                .anyMatch(other -> other.context().leadingTerm() > term));

                assertThat(leader.servingTerm())
                        .as("seed %d: it does not know", seed)
                        .isEqualTo(term);
                // answers from before its pause come only now
                while (leader.servingTerm() == term) {
                    assertThat(leader.context().isFollowed())
                            .as("seed %d", seed)
                            .isFalse();
                    group.run(Duration.ofMillis(1));
                }
            }
        }
    }

    @Test
    void shouldBeFollowedAsLongAsAMajorityAnswers() {
        try (SimGroup group = SimGroup.started(1)) {
            SimMember leader = group.awaitLeader();
            SimMember lost = group.others(leader).get(0);
            group.isolate(lost);
            for (int i = 0; i < 100; i++) {
                group.run(Duration.ofMillis(50));
                assertThat(leader.context().isFollowed()).isTrue();
                assertThat(lost.context().isFollowed()).isFalse();
            }
        }
    }

    /** Atomix takes the answer of a peer that cannot do what it was asked for a sign of life. */
    @Test
    void shouldTakeAFailureForNoSignOfLife() {
        try (SimGroup group = SimGroup.started(1)) {
            SimMember leader = group.awaitLeader();
            long before = group.ledger().acknowledgedIndex();
            group.network().intruder((from, to, request, response) -> new PeerResponse.Failure("planted: not today"));
            group.propose(leader, 10);

            group.await("its loss", () -> leader.servingTerm() == 0);
            assertThat(group.ledger().acknowledgedIndex()).isEqualTo(before);
        }
    }

    @Test
    void shouldNotDeposeALeaderBecauseOneMemberCannotHearIt() {
        for (int seed = 0; seed < SEEDS; seed++) {
            try (SimGroup group = SimGroup.started(seed)) {
                long term = term(group);
                SimMember leader = group.awaitLeader();
                SimMember deaf = follower(group);
                group.network().cut(leader.name(), deaf.name());
                group.run(Duration.ofSeconds(3));
                group.network().heal();
                group.run(Duration.ofSeconds(3));

                assertThat(term(group)).as("seed %d", seed).isEqualTo(term);
                assertThat(deaf.context().getTerm()).as("seed %d", seed).isEqualTo(term);
            }
        }
    }

    @Test
    void shouldNotBeDisturbedByAMemberThatWasIsolated() {
        for (int seed = 0; seed < SEEDS; seed++) {
            try (SimGroup group = SimGroup.started(seed)) {
                long term = term(group);
                group.isolate(follower(group));
                group.run(Duration.ofSeconds(10));
                group.network().heal();
                group.run(Duration.ofSeconds(2));

                assertThat(term(group)).as("seed %d", seed).isEqualTo(term);
            }
        }
    }

    @Test
    void shouldCommitNothingAsALeaderThatSleptThroughItsSuccession() {
        for (int seed = 0; seed < SEEDS; seed++) {
            try (SimGroup group = SimGroup.started(seed)) {
                SimMember stale = group.awaitLeader();
                long term = stale.servingTerm();
                stale.pause(Duration.ofSeconds(5));
                group.run(Duration.ofSeconds(4));
                assertThat(group.awaitLeader().servingTerm())
                        .as("seed %d", seed)
                        .isGreaterThan(term);

                group.propose(stale, 10);
                group.run(Duration.ofSeconds(2));

                assertThat(stale.servingTerm()).as("seed %d", seed).isZero();
                assertThat(stale.context().getRole()).isEqualTo(Role.FOLLOWER);
            }
        }
    }

    /** Answers a refusal with a poll of its own, and that is refused, and so on. */
    @Test
    void shouldNotPollWithoutAPauseWhenTwoRefuseEachOther() {
        try (SimGroup group = new SimGroup(1, 3, Rules.KEPT)) {
            SimMember older = group.members().get(0);
            SimMember newer = group.members().get(1);
            group.members().subList(0, 2).forEach(SimMember::start);
            group.network().intruder((from, to, request, response) -> null);
            group.run(Duration.ofMillis(1));
            older.run(older.life(), () -> older.context().setTerm(5));
            newer.run(newer.life(), () -> {
                newer.context().setTerm(4);
                newer.core().log().append(4, EntryKind.FACTS, new byte[8]);
            });
            int[] polls = new int[1];
            group.network().intruder((from, to, request, response) -> {
                polls[0] += request instanceof PeerRequest.Poll ? 1 : 0;
                return null;
            });
            group.run(Duration.ofSeconds(1));

            assertThat(polls[0]).isBetween(10, 100);
        }
    }

    /** A timer of the leader's loss that stayed would make the member ask for votes while all is well. */
    @Test
    void shouldAskForNoVotesWhenANewLeaderWasFound() {
        try (SimGroup group = SimGroup.started(2)) {
            group.awaitLeader().crash(false, group.random());
            group.awaitLeader();
            int[] polls = new int[1];
            group.network().intruder((from, to, request, response) -> {
                polls[0] += request instanceof PeerRequest.Poll ? 1 : 0;
                return response;
            });
            group.run(Duration.ofSeconds(10));

            assertThat(polls[0]).isZero();
        }
    }

    /** Atomix counts its open requests anew in each term, and would count those of the last one below zero. */
    @Test
    void shouldReachAFollowerThatSleptWhileTheLeadWentAndCameBack() {
        try (SimGroup group = SimGroup.started(1)) {
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
            long term = term(group);
            group.propose(leader, 10);
            group.run(Duration.ofSeconds(2));

            assertThat(sleeper.toldIndex()).isEqualTo(group.ledger().acknowledgedIndex());
            assertThat(term(group)).as("nobody had to be elected for that").isEqualTo(term);
        }
    }

    /** Atomix's leader would wait longer and longer, until the follower stands for want of a sign of life. */
    @Test
    void shouldGoOnSendingToAFollowerWhoseAnswersDoNotArrive() {
        try (SimGroup group = SimGroup.started(1)) {
            SimMember leader = group.awaitLeader();
            SimMember mute = group.others(leader).get(0);
            group.run(Duration.ofSeconds(1));
            group.network().cut(mute.name(), leader.name());
            for (int i = 0; i < 600; i++) {
                group.run(Duration.ofMillis(100));
                assertThat(mute.context().knownLeader())
                        .as("after %d ms", i * 100)
                        .isNotNull();
            }
        }
    }

    @Test
    void shouldWaitAsOneOfThreeAndNeverElectItself() {
        try (SimGroup group = new SimGroup(3, 3, Rules.KEPT)) {
            SimMember alone = group.members().get(0);
            alone.start();
            group.run(Duration.ofMinutes(10));
            assertThat(group.leader()).isNull();
            assertThat(alone.context().getTerm())
                    .as("no term was begun for nothing")
                    .isZero();

            group.members().get(1).start();
            assertThat(msUntil(group, group::awaitLeader)).isLessThan(300);
        }
    }

    /** Whoever stands and hears nothing must not stand for ever; the other, which has voted, waits a little longer. */
    @Test
    void shouldFollowAgainWhenNobodyAnswersItsQuestionForVotes() {
        try (SimGroup group = new SimGroup(5, 3, Rules.KEPT)) {
            List<SimMember> two = group.members().subList(0, 2);
            two.forEach(SimMember::start);
            group.network()
                    .intruder((from, to, request, response) -> request instanceof PeerRequest.Vote ? null : response);
            group.await(
                    "a candidate",
                    () -> two.stream().anyMatch(member -> member.context().getRole() == Role.CANDIDATE));
            group.run(Duration.ofMillis(102));

            assertThat(two).allMatch(member -> member.context().getRole() == Role.FOLLOWER);
        }
    }
}
