package dev.polder.raft.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.raft.chaos.HoldChecker.Guarded;
import dev.polder.raft.chaos.HoldChecker.Held;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HoldCheckerTest {
    private static Held held(long token, long fromMs, long untilMs) {
        return new Held("lock", "c" + token, token, nanos(fromMs), nanos(untilMs));
    }

    private static long nanos(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private static Optional<String> problem(Pauses pauses, Held... holds) {
        return HoldChecker.problem(List.of(holds), pauses);
    }

    @Test
    void shouldAcceptOneAfterTheOther() {
        assertThat(problem(Pauses.of(), held(2, 1_000, 2_000), held(5, 2_000, 3_000)))
                .isEmpty();
        Held other = new Held("election", "c", 1, nanos(1_500), nanos(1_600));
        assertThat(problem(Pauses.of(), held(2, 1_000, 2_000), other)).isEmpty();
    }

    @Test
    void shouldFindTwoAtATime() {
        assertThat(problem(Pauses.of(), held(2, 1_000, 2_001), held(5, 2_000, 3_000)))
                .hasValueSatisfying(words -> assertThat(words).startsWith("held twice for 1000 us"));
        assertThat(problem(Pauses.of(), held(2, 1_000, 9_000), held(5, 9_000, 9_001), held(6, 8_000, 8_001)))
                .isPresent();
    }

    /** What a pause explains of one that held for long explains nothing of those that came after the next. */
    @Test
    void shouldFindOneThatHeldBeyondSeveral() {
        assertThat(problem(
                        Pauses.of(nanos(1_400), nanos(1_990)),
                        held(2, 1_000, 9_000),
                        held(5, 1_500, 1_600),
                        held(6, 3_000, 3_100)))
                .isPresent();
    }

    @Test
    void shouldFindATokenThatFalls() {
        assertThat(problem(Pauses.of(), held(5, 1_000, 2_000), held(2, 3_000, 4_000)))
                .hasValueSatisfying(words -> assertThat(words).startsWith("the token does not rise"));
        assertThat(problem(Pauses.of(), held(5, 1_000, 2_000), held(5, 3_000, 4_000)))
                .isPresent();
    }

    /** A client that was not told in time since its process stood still is no fault of the cluster. */
    @Test
    void shouldExcuseWhatAPauseExplainsAndNothingElse() {
        Held first = held(2, 1_000, 2_500);
        Held second = held(5, 2_000, 3_000);
        assertThat(problem(Pauses.of(nanos(1_900), nanos(2_490)), first, second))
                .isEmpty();
        assertThat(problem(Pauses.of(nanos(1_900), nanos(2_100)), first, second))
                .isPresent();
        assertThat(problem(Pauses.of(nanos(2_010), nanos(2_490)), first, second))
                .isPresent();
        assertThat(problem(Pauses.of(nanos(1_000), nanos(1_700)), first, second))
                .isPresent();
    }

    @Test
    void shouldFindAWriteOfAHolderThatHoldsNoMore() {
        assertThat(HoldChecker.guardedProblem(List.of(
                        new Guarded("lock", 12, 7), new Guarded("lock", 10, 3), new Guarded("election", 11, 9))))
                .isEmpty();
        assertThat(HoldChecker.guardedProblem(List.of(new Guarded("lock", 12, 3), new Guarded("lock", 10, 7))))
                .hasValueSatisfying(words -> assertThat(words).startsWith("an older holder wrote after a later one"));
    }
}
