package dev.polder.raft.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A session alone, its link by hand. */
class RecipeSessionTest {
    private static final long TTL_MS = 3_000;
    private static final LeaseId ID = new LeaseId(5);

    private final VirtualTime time = new VirtualTime();
    private final List<RecipeCall> calls = new ArrayList<>();
    private Consumer<RecipeAnswer> answers = answer -> {};
    private int reconnected;

    private final class Link implements RecipeLink {
        @Override
        public void send(RecipeCall call) {
            calls.add(call);
        }

        @Override
        public void reconnect() {
            reconnected++;
        }

        @Override
        public void close() {}
    }

    private RecipeSession session;
    private long openedMs;

    @BeforeEach
    void open() {
        openedMs = time.nowMs();
        CompletableFuture<RecipeSession> opened = RecipeSession.open(time.loop(), this::connect, 7, TTL_MS);
        time.run(1);
        assertThat(calls).containsExactly(new RecipeCall.Open(7, TTL_MS));
        time.run(500);
        answers.accept(new RecipeAnswer.Opened(7, new Outcome.Opened(ID, TTL_MS)));
        session = opened.join();
    }

    private RecipeLink connect(Consumer<RecipeAnswer> sink) {
        answers = sink;
        return new Link();
    }

    private <T extends RecipeCall> List<T> sent(Class<T> kind) {
        return calls.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    private void silence(long untilMs) {
        time.runUntil(untilMs);
    }

    @Test
    void shouldBeSureOfItselfFromWhenItAskedNotFromWhenItWasAnswered() {
        silence(openedMs + TTL_MS - 1);
        assertThat(session.isSure()).as("its beats were not answered").isFalse();
        List<RecipeCall.KeepAlive> beats = sent(RecipeCall.KeepAlive.class);
        long beatMs = beats.get(beats.size() - 1).beat();

        silence(beatMs + 900);
        answers.accept(new RecipeAnswer.Kept(beatMs, List.of(ID), List.of()));
        assertThat(session.isSure()).isTrue();
        boolean[] doubted = new boolean[1];
        session.onDoubt(() -> doubted[0] = true);
        silence(beatMs + TTL_MS - 2 * RecipeSession.TICK_MS);
        assertThat(doubted[0]).isFalse();
        silence(beatMs + TTL_MS);
        assertThat(doubted[0]).isTrue();
        assertThat(session.isSure()).isFalse();
        assertThat(session.hasEnded()).as("the cluster decides that").isFalse();
    }

    @Test
    void shouldBringItsWatchesAndWhatWaitsOverANewConnectionInOrder() {
        CompletableFuture<Watch> watch = session.watch(KeyRange.ALL, 3, change -> {});
        CompletableFuture<Outcome> first = session.submit(new Request.Grant(1_000));
        CompletableFuture<Outcome> second = session.submit(new Request.Close());
        CompletableFuture<Reading> read = session.read(new Op.Read(KeyRange.ALL, 1, false));
        time.run(1);
        calls.clear();

        answers.accept(new RecipeAnswer.Repeat("for a test"));
        time.run(RecipeSession.REPEAT_DELAY_MS_MIN);
        assertThat(reconnected).isEqualTo(1);
        assertThat(calls)
                .extracting(Object::getClass)
                .containsExactly(
                        RecipeCall.Resume.class,
                        RecipeCall.KeepAlive.class,
                        RecipeCall.Submit.class,
                        RecipeCall.Submit.class,
                        RecipeCall.Read.class);
        assertThat(sent(RecipeCall.Resume.class).get(0).watches()).hasSize(1);
        assertThat(sent(RecipeCall.Resume.class).get(0).connection()).isEqualTo(2);
        assertThat(sent(RecipeCall.Submit.class))
                .extracting(RecipeCall.Submit::number)
                .containsExactly(1L, 2L);
        assertThat(sent(RecipeCall.Submit.class))
                .extracting(RecipeCall.Submit::acknowledged)
                .containsOnly(0L);
        assertThat(sent(RecipeCall.Read.class).get(0).afterCall()).isEqualTo(2);
        assertThat(List.of(watch, first, second, read)).noneMatch(CompletableFuture::isDone);
    }

    @Test
    void shouldAcknowledgeUpToTheFirstCallThatIsNotAnswered() {
        List<CompletableFuture<Outcome>> waiting = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            waiting.add(session.submit(new Request.Grant(1_000)));
        }
        time.run(1);
        answers.accept(new RecipeAnswer.Result(1, new Outcome.Noted()));
        answers.accept(new RecipeAnswer.Result(3, new Outcome.Noted()));
        waiting.add(session.submit(new Request.Grant(1_000)));
        time.run(1);
        assertThat(waiting).extracting(CompletableFuture::isDone).containsExactly(true, false, true, false);
        List<RecipeCall.Submit> sent = sent(RecipeCall.Submit.class);
        assertThat(sent.get(3)).satisfies(last -> {
            assertThat(last.number()).isEqualTo(4);
            assertThat(last.acknowledged()).isEqualTo(1);
        });
    }

    @Test
    void shouldReconnectWhenNothingIsAnsweredAndWaitLongerEachTime() {
        CompletableFuture<Outcome> call = session.submit(new Request.Grant(1_000));
        time.run(RecipeSession.ANSWER_TIMEOUT_MS + 100);
        assertThat(reconnected).isEqualTo(1);
        time.run(60_000);
        // a second of silence, and a second before it tries again
        assertThat(reconnected).isBetween(25, 35);
        assertThat(call).isNotDone();
    }

    @Test
    void shouldSendAgainOnlyWhatFoundTheLogFull() {
        List<CompletableFuture<Outcome>> waiting = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            waiting.add(session.submit(new Request.Grant(1_000)));
        }
        time.run(1);
        calls.clear();
        answers.accept(new RecipeAnswer.Busy(2));
        answers.accept(new RecipeAnswer.Busy(2));
        time.run(RecipeSession.REPEAT_DELAY_MS_MIN);
        assertThat(sent(RecipeCall.Submit.class))
                .extracting(RecipeCall.Submit::number)
                .containsExactly(2L, 3L);
        assertThat(reconnected).isZero();
        assertThat(waiting).noneMatch(CompletableFuture::isDone);
    }

    @Test
    void shouldIgnoreAnswersThatItHasOrDoesNotWaitFor() {
        answers.accept(new RecipeAnswer.Opened(7, new Outcome.Opened(new LeaseId(6), TTL_MS)));
        answers.accept(new RecipeAnswer.Opened(8, new Outcome.Opened(new LeaseId(6), TTL_MS)));
        answers.accept(new RecipeAnswer.Result(99, new Outcome.Noted()));
        answers.accept(new RecipeAnswer.Ended(new LeaseId(6)));
        assertThat(session.id()).isEqualTo(ID);
        assertThat(session.hasEnded()).isFalse();
        answers.accept(new RecipeAnswer.Ended(ID));
        assertThat(session.hasEnded()).isTrue();
    }
}
