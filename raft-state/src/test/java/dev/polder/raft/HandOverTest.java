package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HandOverTest {
    private static final int SEEDS = 200;

    @TempDir
    Path directory;

    private static CompletableFuture<HandOverOutcome> handOver(SimMember from, Optional<String> to) {
        CompletableFuture<HandOverOutcome> told = new CompletableFuture<>();
        from.run(from.life(), () -> {
            CompletableFuture<Void> unused =
                    from.context().handOver().begin(to, HandOver.LIMIT).thenAccept(told::complete);
        });
        return told;
    }

    /** The question whether it stands is under way. */
    private static CompletableFuture<HandOverOutcome> asked(SimGroup group, SimMember from, SimMember to) {
        CompletableFuture<HandOverOutcome> outcome = handOver(from, Optional.of(to.name()));
        group.await("the question", () -> from.context().handOver().asked() != null);
        return outcome;
    }

    private static void awaitAgreement(SimGroup group) {
        SimMember leader = group.awaitLeader();
        long before = group.ledger().acknowledgedIndex();
        group.propose(leader, 10);
        group.await("a commit", () -> group.ledger().acknowledgedIndex() > before);
        group.await(
                "agreement",
                () -> group.members().stream()
                        .allMatch(member -> !member.isUp()
                                || member.toldIndex() >= group.ledger().acknowledgedIndex()));
    }

    @Test
    void shouldHaveTheOneLeadThatWasChosen() {
        double[] ms = new double[SEEDS];
        for (int seed = 0; seed < SEEDS; seed++) {
            try (SimGroup group = SimGroup.started(seed)) {
                SimMember from = group.awaitLeader();
                group.run(Duration.ofMillis(500));
                SimMember to = group.others(from).get(seed % 2);
                long term = from.servingTerm();
                for (int i = 0; i < 10; i++) {
                    group.propose(from, 100);
                }
                long before = group.time().nanos();
                CompletableFuture<HandOverOutcome> outcome = handOver(from, Optional.of(to.name()));
                group.await("another leader", () -> to.servingTerm() > term);
                ms[seed] = (group.time().nanos() - before) / 1e6;
                group.run(Duration.ofMillis(5));

                assertThat(outcome).isCompletedWithValue(new HandOverOutcome.HandedOver(to.name()));
                assertThat(to.servingTerm()).as("seed %d: one election", seed).isEqualTo(term + 1);
                assertThat(group.ledger().acknowledged())
                        .as("seed %d: what was proposed before is committed, and its proposer knows", seed)
                        .isEqualTo(10);
            }
        }
        Arrays.sort(ms);
        assertThat(ms[SEEDS / 2]).as("median").isLessThan(7);
        assertThat(ms[SEEDS - 1]).as("worst").isLessThan(15);
    }

    @Test
    void shouldChooseTheOneThatHasMost() {
        for (int seed = 0; seed < 20; seed++) {
            try (SimGroup group = SimGroup.started(seed)) {
                SimMember from = group.awaitLeader();
                SimMember behind = group.others(from).get(seed % 2);
                SimMember fit = group.others(from).get(1 - seed % 2);
                group.run(Duration.ofMillis(500));
                behind.pause(Duration.ofMillis(300));
                group.propose(from, 100);
                group.run(Duration.ofMillis(10));

                CompletableFuture<HandOverOutcome> outcome = handOver(from, Optional.empty());
                group.await("an outcome", outcome::isDone);

                assertThat(outcome).isCompletedWithValue(new HandOverOutcome.HandedOver(fit.name()));
            }
        }
    }

    @Test
    void shouldTakeNoProposalsMeanwhileAndGoOnWhenTheOtherIsDead() {
        try (SimGroup group = SimGroup.started(1)) {
            SimMember from = group.awaitLeader();
            group.run(Duration.ofMillis(500));
            long term = from.servingTerm();
            SimMember dead = group.others(from).get(0);
            dead.crash(false, group.random());

            CompletableFuture<HandOverOutcome> outcome = handOver(from, Optional.of(dead.name()));
            group.run(Duration.ofMillis(900));
            assertThat(outcome).isNotDone();
            assertThat(from.context().proposer().propose(term, new byte[] {1})).isEqualTo(ReplicatedLog.Proposed.FULL);
            group.run(Duration.ofMillis(101));

            assertThat(outcome)
                    .isCompletedWithValue(new HandOverOutcome.Kept(
                            dead.name() + " after 1000 ms: it was asked to, and does not lead"));
            assertThat(from.servingTerm()).isEqualTo(term);
            assertThat(from.context().isFollowed())
                    .as("nobody has yet the entry that bars the other")
                    .isFalse();
            group.run(Duration.ofMillis(100));
            assertThat(from.context().isFollowed()).isTrue();
            awaitAgreement(group);
        }
    }

    /** Whom it has asked is elected by others without waiting until this one is silent. */
    @Test
    void shouldNotBeFollowedAnyMoreWhileAnotherMayLeadThatItHasAsked() {
        for (int seed = 0; seed < SEEDS; seed++) {
            try (SimGroup group = SimGroup.started(seed)) {
                SimMember from = group.awaitLeader();
                group.run(Duration.ofMillis(500));
                SimMember to = group.others(from).get(seed % 2);
                long term = from.servingTerm();
                assertThat(from.context().isFollowed()).isTrue();
                CompletableFuture<HandOverOutcome> unused = asked(group, from, to);
                group.run(Duration.ofNanos(1_000)); // it is on its way
                from.pause(Duration.ofSeconds(5));
                group.await("another leader", () -> to.servingTerm() > term);

                assertThat(from.context().isFollowed()).as("seed %d", seed).isFalse();
            }
        }
    }

    @Test
    void shouldNotBeFollowedWhileItIsToldThatAnotherLeads() {
        for (int seed = 0; seed < 20; seed++) {
            try (SimGroup group = SimGroup.started(seed)) {
                SimMember from = group.awaitLeader();
                group.run(Duration.ofMillis(500));
                SimMember to = group.others(from).get(seed % 2);
                long term = from.servingTerm();
                List<String> told = new ArrayList<>();
                from.whenLost(() -> told.add("another serves " + (to.servingTerm() > term) + ", followed "
                        + from.context().isFollowed()));
                CompletableFuture<HandOverOutcome> unused = asked(group, from, to);
                group.run(Duration.ofNanos(1_000)); // it is on its way
                from.pause(Duration.ofMillis(40));
                group.run(Duration.ofMillis(200));

                assertThat(told).as("seed %d", seed).containsExactly("another serves true, followed false");
            }
        }
    }

    /** It stood still when it was asked, and has not heard since that this was given up. */
    @Test
    void shouldNotBeFollowedWhileOneLeadsThatTakesUpWhatWasGivenUp() {
        for (int seed = 0; seed < SEEDS; seed++) {
            try (SimGroup group = SimGroup.started(seed)) {
                SimMember from = group.awaitLeader();
                group.run(Duration.ofMillis(500));
                SimMember to = group.others(from).get(seed % 2);
                long term = from.servingTerm();
                CompletableFuture<HandOverOutcome> outcome = asked(group, from, to);
                to.pause(Duration.ofMillis(1_500));
                group.run(Duration.ofMillis(1)); // it is there, and nothing that was sent later
                group.network().cut(from.name(), to.name());
                group.run(Duration.ofMillis(1_498));
                assertThat(outcome.join()).isInstanceOf(HandOverOutcome.Kept.class);
                assertThat(from.servingTerm()).isEqualTo(term);
                assertThat(from.context().isFollowed()).isTrue();
                from.pause(Duration.ofSeconds(5));
                for (int i = 0; i < 1_000; i++) {
                    group.run(Duration.ofMillis(1));
                    if (to.servingTerm() > term) {
                        assertThat(from.context().isFollowed())
                                .as("seed %d, after %d ms", seed, i)
                                .isFalse();
                    }
                }
            }
        }
    }

    @Test
    void shouldAgreeWhicheverOfTheTwoDiesAtWhateverStep() {
        for (int step = 0; step < 120; step++) {
            try (SimGroup group = SimGroup.started(step)) {
                SimMember from = group.awaitLeader();
                group.run(Duration.ofMillis(500));
                SimMember to = group.others(from).get(0);
                group.propose(from, 100);
                CompletableFuture<HandOverOutcome> unused = handOver(from, Optional.of(to.name()));
                group.run(Duration.ofNanos(100_000L * (step / 2)));
                SimMember dead = step % 2 == 0 ? from : to;
                dead.crash(true, group.random());
                group.run(Duration.ofSeconds(2));

                awaitAgreement(group);
                dead.start();
                group.run(Duration.ofSeconds(1));
                awaitAgreement(group);
            }
        }
    }

    /** The other one would not believe what it is told about a term that is over. */
    @Test
    void shouldGiveUpWhenItHasLostTheLeadAndLeadsAgain() {
        int again = 0;
        for (int seed = 0; seed < 40; seed++) {
            try (SimGroup group = SimGroup.started(seed)) {
                SimMember from = group.awaitLeader();
                group.run(Duration.ofMillis(500));
                SimMember to = group.others(from).get(0);
                group.network().cut(from.name(), to.name());
                group.network().cut(to.name(), from.name());
                group.propose(from, 10);
                group.run(Duration.ofMillis(20));
                long term = from.servingTerm();
                CompletableFuture<HandOverOutcome> outcome = handOver(from, Optional.of(to.name()));
                from.run(from.life(), () -> from.context().stepDown(term, "the test says so"));
                group.run(HandOver.LIMIT.minusMillis(100));
                if (from.servingTerm() > term) {
                    again++;
                    group.network().heal();
                    group.await("an outcome", outcome::isDone);
                    assertThat(outcome)
                            .isCompletedWithValue(
                                    new HandOverOutcome.Kept("this member has lost the lead and leads again"));
                    awaitAgreement(group);
                }
            }
        }
        assertThat(again).isGreaterThan(5);
    }

    @Test
    void shouldNameTheReasonWhyNot() {
        try (SimGroup group = SimGroup.started(1)) {
            SimMember from = group.awaitLeader();
            SimMember to = group.others(from).get(0);
            SimMember other = group.others(from).get(1);
            group.network().cut(from.name(), to.name());
            group.run(Duration.ofMillis(800));

            assertThat(handOver(to, Optional.empty())).isCompletedWithValue(kept("this member does not serve"));
            assertThat(handOver(from, Optional.of("m9:1"))).isCompletedWithValue(kept("m9:1 is no other member"));
            assertThat(handOver(from, Optional.of(from.name())))
                    .isCompletedWithValue(kept(from.name() + " is no other member"));
            assertThat(handOver(from, Optional.of(to.name())))
                    .isCompletedWithValue(kept(to.name() + " does not follow"));
            other.core().standing().add(new Standing.Obstacle() {
                @Override
                public @Nullable String toStanding() {
                    return "planted";
                }

                @Override
                public @Nullable String toVoting() {
                    return null;
                }
            });
            CompletableFuture<HandOverOutcome> asked = handOver(from, Optional.empty());
            assertThat(handOver(from, Optional.empty()))
                    .isCompletedWithValue(kept("the lead is being handed over to " + other.name()));
            group.run(Duration.ofMillis(10));
            assertThat(asked).isCompletedWithValue(kept(other.name() + " does not want to lead now"));
            group.network().heal();
            awaitAgreement(group);
        }
    }

    private static HandOverOutcome kept(String reason) {
        return new HandOverOutcome.Kept(reason);
    }

    @Test
    void shouldLetAForcedVoteDoNothingButLiftTheRefusalToDepose() throws Exception {
        try (ManualMember member = ManualMember.first(
                        new LossyDisk(), directory, List.of("m1:1", "m2:1", "m3:1"), new ManualTime())
                .begin()) {
            member.core.answers().answer(new PeerRequest.Append(5, "m2:1", 0, 0, 0, List.of(entry(5))));

            assertThat(forced(member, 5, 9)).as("a term that has a leader").isFalse();
            assertThat(forced(member, 6, 0)).as("an older log").isFalse();
            assertThat(forced(member, 7, 1)).isTrue();
            assertThat(member.terms.vote()).isEqualTo("m3:1");
            assertThat(((PeerResponse.Vote) member.core.answers().answer(new PeerRequest.ForcedVote(7, "m2:1", 9, 5)))
                            .granted())
                    .as("the vote is given")
                    .isFalse();
        }
    }

    private static boolean forced(ManualMember member, long term, long lastIndex) {
        return ((PeerResponse.Vote)
                        member.core.answers().answer(new PeerRequest.ForcedVote(term, "m3:1", lastIndex, 5)))
                .granted();
    }

    private static LogEntry entry(long term) {
        return new LogEntry(1, term, EntryKind.FACTS, new byte[] {1});
    }

    @Test
    void shouldStandOnlyForTheLeaderItFollows() throws Exception {
        try (ManualMember member = ManualMember.first(
                        new LossyDisk(), directory, List.of("m1:1", "m2:1", "m3:1"), new ManualTime())
                .begin()) {
            assertThat(stands(member, "m2:1", 0, 1)).as("no leader is known").isFalse();
            member.core.answers().answer(new PeerRequest.Append(5, "m2:1", 0, 0, 0, List.of(entry(5))));

            assertThat(stands(member, "m2:1", 4, 1)).as("another term").isFalse();
            assertThat(stands(member, "m3:1", 5, 1)).as("another member").isFalse();
            assertThat(stands(member, "m2:1", 5, 2)).as("another log").isFalse();
            assertThat(stands(member, "m2:1", 5, 1)).isTrue();
            member.thread.run();
            assertThat(member.terms.term()).isEqualTo(6);
            assertThat(member.terms.vote()).isEqualTo("m1:1");
        }
    }

    private static boolean stands(ManualMember member, String leader, long term, long lastIndex) {
        return ((PeerResponse.Done) member.core.answers().answer(new PeerRequest.TimeoutNow(term, leader, lastIndex)))
                .done();
    }
}
