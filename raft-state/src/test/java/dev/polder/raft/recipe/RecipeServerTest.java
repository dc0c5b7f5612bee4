package dev.polder.raft.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.raft.ReplicatedLog.Proposed;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A member's side alone, with a log by hand. */
class RecipeServerTest {
    private static final long TERM = 2;
    private static final long NONCE = 7;
    private static final long TTL_MS = 1_000;

    private final List<byte[]> proposed = new ArrayList<>();
    private final List<LongConsumer> reads = new ArrayList<>();
    private final List<RecipeAnswer> answers = new ArrayList<>();
    private Proposed door = Proposed.ACCEPTED;
    private boolean followed = true;
    private long nowMs = 1_000;
    private long clusterTimeMs = 50;
    private long index;
    private LeaseId session = LeaseId.NONE;

    private final RecipeServer server = new RecipeServer(
            new RecipeLog() {
                @Override
                public Proposed propose(long term, byte[] command) {
                    if (door == Proposed.ACCEPTED) {
                        proposed.add(command);
                    }
                    return door;
                }

                @Override
                public void readIndex(long term, LongConsumer answer) {
                    reads.add(answer);
                }

                @Override
                public boolean isFollowed() {
                    return followed;
                }
            },
            RecipeLimits.DEFAULT,
            new RecipeState());

    private Caller caller = server.connect(answers::add);

    @BeforeEach
    void serve() {
        server.serving(TERM, nowMs);
        commit();
        say(new RecipeCall.Open(NONCE, TTL_MS));
        commit();
        session = server.state().view().sessions().get(NONCE);
        say(new RecipeCall.Resume(session, NONCE, 1, List.of()));
        answers.clear();
    }

    private void say(RecipeCall call) {
        caller.call(call, nowMs);
    }

    /** Commits everything that was proposed. */
    private void commit() {
        List<byte[]> commands = List.copyOf(proposed);
        proposed.clear();
        index++;
        commands.forEach(command -> server.committed(index, TERM, clusterTimeMs, command, nowMs));
        server.handed(index);
    }

    private void pass(long ms) {
        for (long left = ms; left > 0; left -= 100) {
            nowMs += 100;
            clusterTimeMs += 100;
            server.tick(nowMs);
        }
    }

    private RecipeCall add(long number) {
        Request add = new Request.Transact(Txn.of(new Op.Add("n", 1)));
        return new RecipeCall.Submit(session, number, 0, Value.wrap(CommandCodec.encode(add)));
    }

    private RecipeCall read(long readId, long afterCall) {
        return new RecipeCall.Read(session, readId, afterCall, new Op.Read(KeyRange.ALL, 1, false));
    }

    private RecipeCall beat(long beat) {
        return new RecipeCall.KeepAlive(session, beat, List.of(session, new LeaseId(99)));
    }

    @Test
    void shouldTakeNothingAfterACallThatFoundTheLogFullUntilThatIsRepeated() {
        say(add(1));
        door = Proposed.FULL;
        say(add(2));
        door = Proposed.ACCEPTED;
        say(add(3));
        assertThat(answers).containsExactly(new RecipeAnswer.Busy(2));
        assertThat(proposed).hasSize(1);

        say(add(2));
        say(add(3));
        assertThat(proposed).hasSize(3);
        commit();
        assertThat(answers).hasSize(4).last().isInstanceOf(RecipeAnswer.Result.class);
        assertThat(server.state().session(session).last()).isEqualTo(3);
    }

    @Test
    void shouldAnswerAReadOnlyWhenEverythingIsHereThatWasCommittedBefore() {
        say(read(1, 0));
        say(read(2, 0));
        assertThat(reads).as("one question for all that come while it is open").hasSize(1);
        reads.get(0).accept(index + 1);
        assertThat(answers).isEmpty();
        commit();
        assertThat(answers).hasSize(1);
        assertThat(reads)
                .as("the second came when the question was asked already")
                .hasSize(2);
        reads.get(1).accept(index);
        assertThat(answers)
                .extracting(answer -> ((RecipeAnswer.Found) answer).readId())
                .containsExactly(1L, 2L);
    }

    @Test
    void shouldAnswerAReadAfterTheSessionsEarlierCalls() {
        say(read(1, 1));
        reads.get(0).accept(index);
        commit();
        assertThat(answers).isEmpty();
        say(add(1));
        commit();
        say(add(2));
        assertThat(answers).hasSize(2).last().isInstanceOf(RecipeAnswer.Found.class);
    }

    @Test
    void shouldNotKeepLeasesAliveWhileNobodyFollows() {
        say(beat(5));
        assertThat(answers).containsExactly(new RecipeAnswer.Kept(5, List.of(session), List.of(new LeaseId(99))));
        answers.clear();
        followed = false;
        say(beat(6));
        assertThat(answers).containsExactly(new RecipeAnswer.Repeat("this leader is not followed"));
    }

    /** Numbers can be guessed. To a stranger there is no such session, and its owner is not disturbed. */
    @Test
    void shouldGiveNoSessionToWhoDoesNotKnowItsNonce() {
        Caller stranger = server.connect(answers::add);
        stranger.call(new RecipeCall.Resume(session, NONCE + 1, 2, List.of()), nowMs);
        assertThat(answers).containsExactly(new RecipeAnswer.Ended(session));
        stranger.call(add(1), nowMs);
        assertThat(proposed).isEmpty();

        say(add(1));
        assertThat(proposed).hasSize(1);
    }

    /** What a client sent before it came by another connection may arrive later than that. */
    @Test
    void shouldNotTakeWhatComesByAnOldConnection() {
        Caller old = caller;
        caller = server.connect(answers::add);
        say(new RecipeCall.Resume(session, NONCE, 2, List.of(new RecipeCall.Watch(session, 1, KeyRange.ALL, 0))));
        old.call(new RecipeCall.Resume(session, NONCE, 1, List.of()), nowMs);
        old.call(add(1), nowMs);
        assertThat(proposed).isEmpty();
        old.close();

        say(add(1));
        commit();
        assertThat(answers)
                .extracting(Object::getClass)
                .containsSubsequence(
                        RecipeAnswer.Watching.class, RecipeAnswer.Changed.class, RecipeAnswer.Result.class);
    }

    @Test
    void shouldEndALeaseThatNobodyKeepsAliveAndSaySo() {
        pass(TTL_MS);
        assertThat(proposed).hasSize(1);
        say(beat(5));
        assertThat(answers).containsExactly(new RecipeAnswer.Kept(5, List.of(), List.of(new LeaseId(99))));
        commit();
        assertThat(answers).last().isEqualTo(new RecipeAnswer.Ended(session));
        answers.clear();
        say(add(1));
        assertThat(answers).containsExactly(new RecipeAnswer.Ended(session));
    }

    /** The log's time may be behind: then the lease lives, and its end comes up again. */
    @Test
    void shouldProposeTheEndOfALeaseAgainThatTheLogFoundTooEarly() {
        pass(TTL_MS);
        clusterTimeMs -= TTL_MS;
        commit();
        assertThat(server.state().hasLease(session)).isTrue();
        clusterTimeMs += TTL_MS;
        pass(100);
        commit();
        assertThat(server.state().hasLease(session)).isFalse();
    }

    @Test
    void shouldTakeNoCallsBeforeItsTermHasBegun() {
        server.lost();
        assertThat(answers).containsExactly(new RecipeAnswer.Repeat("the lead is lost"));
        answers.clear();
        server.serving(TERM, nowMs);
        say(add(1));
        assertThat(answers).containsExactly(new RecipeAnswer.Repeat("this member does not lead"));
        assertThat(server.isServing()).isFalse();
        commit();
        assertThat(server.isServing()).isTrue();
    }

    @Test
    void shouldAskForReadsAnewInANewTerm() {
        say(read(1, 0));
        server.serving(TERM, nowMs);
        commit();
        say(new RecipeCall.Resume(session, NONCE, 2, List.of()));
        say(read(2, 0));
        assertThat(reads).hasSize(2);
        answers.clear();
        reads.get(0).accept(index);
        assertThat(answers).isEmpty();
        reads.get(1).accept(index);
        assertThat(answers)
                .extracting(answer -> ((RecipeAnswer.Found) answer).readId())
                .containsExactly(2L);
    }

    @Test
    void shouldBeginItsTermLaterWhenTheLogIsFull() {
        server.lost();
        door = Proposed.FULL;
        server.serving(TERM, nowMs);
        door = Proposed.ACCEPTED;
        pass(100);
        commit();
        assertThat(server.isServing()).isTrue();
    }
}
