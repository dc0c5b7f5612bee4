package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadIndexTest {
    private static final int SEEDS = 50;

    @TempDir
    Path directory;

    /** Asks in the term that the member believes to serve. */
    private static CompletableFuture<ReadOutcome> ask(SimMember member) {
        return member.context().reads().ask(member.servingTerm());
    }

    private static double msUntilConfirmed(SimGroup group, SimMember leader) {
        long before = group.time().nanos();
        CompletableFuture<ReadOutcome> read = ask(leader);
        group.await("an answer", read::isDone);
        assertThat(read.join()).isInstanceOf(ReadOutcome.ReadAt.class);
        return (group.time().nanos() - before) / 1e6;
    }

    /** A hundredth of the delays in either direction is chance, so a round trip is told from two. */
    private double[] confirmed(boolean underLoad, int delayUs) {
        double[] ms = new double[SEEDS];
        for (int seed = 0; seed < SEEDS; seed++) {
            try (SimGroup group = SimGroup.started(seed)) {
                group.network().weather(SimNetwork.Weather.steady(delayUs, delayUs + delayUs / 100 + 1));
                SimMember leader = group.awaitLeader();
                group.run(Duration.ofMillis(500 + seed));
                if (underLoad) {
                    for (int i = 0; i < 200; i++) {
                        group.time().after(i * 100_000L, () -> group.propose(leader, 100));
                    }
                    group.run(Duration.ofMillis(10));
                }
                ms[seed] = msUntilConfirmed(group, leader);
            }
        }
        Arrays.sort(ms);
        return ms;
    }

    @Test
    void shouldConfirmAfterOneRoundTrip() {
        double[] ms = confirmed(false, 600);

        assertThat(ms[SEEDS / 2]).as("median").isBetween(1.2, 1.3);
        assertThat(ms[SEEDS - 1]).as("worst: a heartbeat is under way").isLessThan(2.5);
    }

    /** Nothing is sent behind an append that is open; so it must be sent when that is answered, not at the next heartbeat. */
    @Test
    void shouldConfirmSoonAlsoUnderLoad() {
        double[] ms = confirmed(true, 600);

        assertThat(ms[SEEDS - 1]).as("worst: behind what is under way").isLessThan(4);
    }

    /** Who answers what was sent before may have followed another since. */
    @Test
    void shouldCountNoAnswerToWhatWasSentBefore() {
        try (SimGroup group = SimGroup.started(1)) {
            SimMember leader = group.awaitLeader();
            group.network().weather(SimNetwork.Weather.steady(10_000, 10_001));
            group.run(Duration.ofMillis(500));
            List<CompletableFuture<ReadOutcome>> reads = new ArrayList<>();
            group.network().intruder((from, to, request, response) -> {
                if (reads.isEmpty()) {
                    // the answers to this heartbeat are on their way
                    reads.add(ask(leader));
                }
                return response;
            });
            group.await("a heartbeat", () -> !reads.isEmpty());
            long before = group.time().nanos();
            group.await("an answer", () -> reads.get(0).isDone());

            assertThat(reads.get(0).join()).isInstanceOf(ReadOutcome.ReadAt.class);
            assertThat((group.time().nanos() - before) / 1e6)
                    .as("the rest of one round trip, and another")
                    .isBetween(29.0, 31.0);
        }
    }

    @Test
    void shouldSeeWhatWasAcknowledgedBeforeItsTerm() {
        for (int seed = 0; seed < SEEDS; seed++) {
            try (SimGroup group = SimGroup.started(seed)) {
                SimMember first = group.awaitLeader();
                for (int i = 0; i < 20; i++) {
                    group.propose(first, 100);
                }
                group.run(Duration.ofNanos(1_500_000));
                first.crash(false, group.random());
                long acknowledged = group.ledger().acknowledgedIndex();

                CompletableFuture<ReadOutcome> read = ask(group.awaitLeader());
                group.await("an answer", read::isDone);

                assertThat(((ReadOutcome.ReadAt) read.join()).index())
                        .as("seed %d", seed)
                        .isGreaterThanOrEqualTo(acknowledged);
            }
        }
    }

    @Test
    void shouldConfirmNothingWithoutAMajority() {
        try (SimGroup group = SimGroup.started(1)) {
            SimMember leader = group.awaitLeader();
            group.run(Duration.ofMillis(500));
            group.isolate(leader);
            CompletableFuture<ReadOutcome> read = ask(leader);
            group.run(Duration.ofMillis(501));

            assertThat(read)
                    .isCompletedWithValue(new ReadOutcome.NotConfirmed("no majority has answered within 500 ms"));
        }
    }

    /** Atomix's future is completed by any answer, also by one that says that it could not be done. */
    @Test
    void shouldTakeAFailureForNoAnswer() {
        try (SimGroup group = SimGroup.started(1)) {
            SimMember leader = group.awaitLeader();
            group.run(Duration.ofMillis(500));
            group.network().intruder((from, to, request, response) -> new PeerResponse.Failure("planted: not today"));
            CompletableFuture<ReadOutcome> read = ask(leader);
            group.run(Duration.ofMillis(501));

            assertThat(read.join()).isInstanceOf(ReadOutcome.NotConfirmed.class);
        }
    }

    /** The answers to what it had sent before it stood still are there when it goes on: they say nothing of now. */
    @Test
    void shouldConfirmNothingOldAsALeaderThatStoodStill() {
        for (int seed = 0; seed < SEEDS; seed++) {
            try (SimGroup group = SimGroup.started(seed)) {
                SimMember stale = group.awaitLeader();
                group.propose(stale, 10);
                group.run(Duration.ofNanos(50_000L * (seed % 40)));
                stale.pause(Duration.ofSeconds(5));
                group.run(Duration.ofSeconds(4));
                SimMember next = group.awaitLeader();
                assertThat(next).isNotSameAs(stale);
                for (int i = 0; i < 5; i++) {
                    group.propose(next, 10);
                }
                group.run(Duration.ofMillis(50));
                long acknowledged = group.ledger().acknowledgedIndex();
                CompletableFuture<ReadOutcome> read = ask(stale);
                group.run(Duration.ofSeconds(2));

                assertThat(read).as("seed %d", seed).isDone();
                assertThat(read.join())
                        .as("seed %d", seed)
                        .matches(outcome -> !(outcome instanceof ReadOutcome.ReadAt at) || at.index() >= acknowledged)
                        .isInstanceOf(ReadOutcome.NotConfirmed.class);
            }
        }
    }

    /** On an appender that was closed Atomix's future is never completed. */
    @Test
    void shouldAnswerAllWhenTheLeadIsLost() {
        try (SimGroup group = SimGroup.started(1)) {
            SimMember leader = group.awaitLeader();
            group.run(Duration.ofMillis(500));
            group.isolate(leader);
            CompletableFuture<ReadOutcome> inRound = ask(leader);
            group.run(Duration.ofMillis(1));
            CompletableFuture<ReadOutcome> queued = ask(leader);
            leader.run(leader.life(), () -> leader.context().stepDown(leader.servingTerm(), "planted"));

            assertThat(inRound).isCompletedWithValue(new ReadOutcome.NotConfirmed("the lead was lost"));
            assertThat(queued).isDone();
            assertThat(queued.join()).isInstanceOf(ReadOutcome.NotConfirmed.class);
        }
    }

    @Test
    void shouldMakeNoStormOfManyReads() {
        try (SimGroup group = SimGroup.started(1)) {
            SimMember leader = group.awaitLeader();
            group.run(Duration.ofMillis(500));
            int[] appends = new int[1];
            group.network().intruder((from, to, request, response) -> {
                appends[0] += request instanceof PeerRequest.Append ? 1 : 0;
                return response;
            });
            List<CompletableFuture<ReadOutcome>> reads = new ArrayList<>();
            for (int i = 0; i < 10_000; i++) {
                group.time().after(i * 100_000L, () -> reads.add(ask(leader)));
            }
            group.run(Duration.ofMillis(1_010));

            assertThat(reads).hasSize(10_000).allMatch(read -> read.join() instanceof ReadOutcome.ReadAt);
            assertThat(appends[0]).as("one a round trip and peer").isLessThan(2_500);
        }
    }

    @Test
    void shouldConfirmAtOnceWhereThereIsNobodyElse() throws IOException {
        try (SimGroup group = new SimGroup(1, 1, Rules.KEPT)) {
            SimMember alone = group.members().get(0);
            alone.start();
            group.awaitLeader();

            assertThat(msUntilConfirmed(group, alone)).isZero();
        }
    }

    @Test
    void shouldSayThatItDoesNotServe() throws Exception {
        try (ManualMember member = ManualMember.first(
                        new LossyDisk(), directory, List.of("m1:1", "m2:1"), new ManualTime())
                .begin()) {
            assertThat(member.context.reads().ask(0))
                    .isCompletedWithValue(new ReadOutcome.NotConfirmed("this member does not serve term 0"));
            assertThat(member.context.reads().ask(3))
                    .isCompletedWithValue(new ReadOutcome.NotConfirmed("this member does not serve term 3"));
        }
    }

    @Test
    void shouldRefuseMoreReadsThanItIsWorthToWaitFor() {
        try (SimGroup group = SimGroup.started(1)) {
            SimMember leader = group.awaitLeader();
            for (int i = 0; i < ReadIndex.READS_MAX; i++) {
                assertThat(ask(leader).isDone()).isFalse();
            }
            assertThat(ask(leader))
                    .isCompletedWithValue(new ReadOutcome.NotConfirmed("more than 65536 reads wait for a majority"));
            group.run(Duration.ofMillis(100));

            assertThat(msUntilConfirmed(group, leader))
                    .as("there is room again")
                    .isLessThan(10);
        }
    }
}
