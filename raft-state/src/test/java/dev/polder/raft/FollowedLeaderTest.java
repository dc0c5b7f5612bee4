package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** At any time one leader at most takes itself for followed; {@link SimGroup} looks after each step. */
class FollowedLeaderTest {
    private static final int SEEDS = 40;
    private static final Duration LONG = Duration.ofSeconds(1);
    private static final Duration SHORT = Duration.ofMillis(150);

    private static SimGroup group(long seed, int size) {
        return new SimGroup(seed, size, Rules.KEPT);
    }

    private static void lead(SimGroup group, SimMember wanted) {
        group.await(wanted.name() + " to lead", () -> {
            if (wanted.servingTerm() != 0 && wanted.context().isFollowed()) {
                return true;
            }
            group.handOver(wanted);
            return false;
        });
    }

    private static void awaitAnother(SimGroup group, SimMember than) {
        group.await(
                "another leader than " + than.name(),
                () -> group.others(than).stream()
                        .anyMatch(other -> other.isUp() && other.context().isFollowed()));
    }

    /** Those who would depose it wait for a shorter time than it does. */
    @ParameterizedTest
    @ValueSource(ints = {3, 5})
    void shouldCountFollowersByTheirOwnElectionTimeout(int size) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            try (SimGroup group = group(seed, size)) {
                SimMember patient = group.members().get(0);
                group.others(patient).forEach(other -> other.electionTimeout(SHORT));
                patient.electionTimeout(LONG);
                group.members().forEach(SimMember::start);
                lead(group, patient);
                group.run(Duration.ofMillis(group.random().nextInt(200)));
                group.isolate(patient);
                awaitAnother(group, patient);
                group.run(LONG);
            }
        }
    }

    /** It has forgotten that it heard the leader, which does not know that. */
    @ParameterizedTest
    @ValueSource(ints = {3, 5})
    void shouldNotCountFollowersThatStartedAgain(int size) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            try (SimGroup group = group(seed, size)) {
                group.members().forEach(SimMember::start);
                SimMember leader = group.awaitLeader();
                group.run(Duration.ofMillis(group.random().nextInt(200)));
                for (SimMember other : group.others(leader)) {
                    other.crash(false, group.random());
                    other.start();
                }
                // they have called it by then, or have not
                group.run(Duration.ofMillis(group.random().nextInt(6)));
                group.isolate(leader);
                awaitAnother(group, leader);
                group.run(LONG);
            }
        }
    }

    /** The one that started again would be enough to elect the one that has not heard the leader for long. */
    @Test
    void shouldNotBeDeposedByOneThatCannotTellWhomItHeardBeforeItsStart() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            try (SimGroup group = group(seed, 3)) {
                group.members().forEach(SimMember::start);
                SimMember leader = group.awaitLeader();
                SimMember deaf = group.others(leader).get(0);
                SimMember restarted = group.others(leader).get(1);
                cutBoth(group, leader, deaf);
                group.run(Duration.ofMillis(600));
                restarted.crash(false, group.random());
                group.isolate(leader);
                restarted.start();
                awaitAnother(group, leader);
                group.run(LONG);
            }
        }
    }

    /** It answers the leader's appends, yet has not got the entry that lists this one: after a start it would not know it. */
    @Test
    void shouldNotCountAFollowerThatDoesNotKnowItForAMember() {
        int led = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            try (SimGroup group = group(seed, 2)) {
                SimMember first = group.members().get(0);
                SimMember behind = group.members().get(1);
                group.members().forEach(SimMember::start);
                SimMember added = group.newcomer("m3:1");
                added.start();
                lead(group, first);
                group.run(Duration.ofMillis(300));
                cutBoth(group, first, behind);
                cutBoth(group, behind, added);
                CompletableFuture<ChangeOutcome> change =
                        group.change(first, new MemberChange.Add(added.name(), added.incarnation()));
                group.await("the change", change::isDone);
                lead(group, added);
                group.run(Duration.ofMillis(200));
                cutBoth(group, first, added);
                group.run(Duration.ofMillis(650));

                group.network().heal();
                cutBoth(group, first, added);
                cutBoth(group, first, behind);
                group.await("an answer", () -> added.servingTerm() == 0 || isAnswered(added, behind));
                led += added.servingTerm() == 0 ? 0 : 1;
                behind.crash(false, group.random());
                group.network().heal();
                group.isolate(added);
                behind.start();
                group.run(LONG);
            }
        }
        assertThat(led).as("some had not given up by then").isGreaterThan(5);
    }

    private static boolean isAnswered(SimMember leader, SimMember follower) {
        return leader.core().appends().contact().hasFollowed(follower.name(), Duration.ofMillis(100));
    }

    /** The list without it is not committed, so that it may vote. */
    @Test
    void shouldNotCountAFollowerThatWasRemovedAndStartedAgain() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            try (SimGroup group = SimGroup.started(seed)) {
                SimMember leader = group.members().get(0);
                SimMember removed = group.members().get(1);
                SimMember deaf = group.members().get(2);
                lead(group, leader);
                group.run(Duration.ofMillis(300));
                cutBoth(group, leader, deaf);
                group.run(Duration.ofMillis(400));
                CompletableFuture<ChangeOutcome> unused = group.change(leader, new MemberChange.Remove(removed.name()));
                removed.crash(false, group.random());
                removed.start();
                group.run(LONG);
            }
        }
    }

    private static void cutBoth(SimGroup group, SimMember one, SimMember other) {
        group.network().cut(one.name(), other.name());
        group.network().cut(other.name(), one.name());
    }

    /** Planted: the others do not keep what they have promised. */
    @Test
    void shouldSeeTwoThatTakeThemselvesForFollowed() {
        try (SimGroup group = group(1, 3)) {
            group.members().forEach(SimMember::start);
            SimMember leader = group.awaitLeader();
            group.await("followers", () -> leader.context().isFollowed());
            group.isolate(leader);
            assertThatThrownBy(() -> {
                        for (int ms = 0; ms < 400; ms++) {
                            group.others(leader)
                                    .forEach(other -> other.context().peerDied(leader.name()));
                            group.run(Duration.ofMillis(1));
                        }
                    })
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("follow");
        }
    }

    /** Who has voted has promised nothing: it may vote for another as soon as it likes. */
    @ParameterizedTest
    @ValueSource(ints = {3, 5})
    void shouldNotCountVoters(int size) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            try (SimGroup group = group(seed, size)) {
                group.members().forEach(SimMember::start);
                group.await(
                        "an election",
                        () -> group.members().stream()
                                .anyMatch(one -> one.isUp() && one.context().isLeader()));
                SimMember elected = group.members().stream()
                        .filter(one -> one.context().isLeader())
                        .findFirst()
                        .orElseThrow();
                group.isolate(elected);
                awaitAnother(group, elected);
                group.run(LONG);
            }
        }
    }

    /** As after a new version was installed: nobody has to wait for a leader that is none. */
    @ParameterizedTest
    @CsvSource({"2, 0", "3, 0", "5, 0", "3, 1", "5, 2"})
    void shouldElectAtOnceWhenAllHaveStartedAgain(int size, int away) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            try (SimGroup group = group(seed, size)) {
                group.members().forEach(SimMember::start);
                group.awaitLeader();
                group.members().forEach(member -> member.crash(false, group.random()));
                // what was on its way is gone with the connections
                group.run(Duration.ofMillis(5));
                long startedNanos = group.time().nanos();
                group.members().stream().skip(away).forEach(SimMember::start);
                group.awaitLeader();
                assertThat(Duration.ofNanos(group.time().nanos() - startedNanos))
                        .as("seed " + seed)
                        .isLessThan(SimMember.ELECTION_TIMEOUT);
            }
        }
    }
}
