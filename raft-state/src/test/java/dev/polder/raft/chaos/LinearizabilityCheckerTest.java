package dev.polder.raft.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.raft.chaos.RegisterCall.Seen;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class LinearizabilityCheckerTest {
    private static final long NEVER = RegisterCall.NEVER;

    private static RegisterCall read(long start, long end, String register, String value) {
        return new RegisterCall("c", start, end, Map.of(), Map.of(), true, Map.of(register, new Seen(value, 0)), 0);
    }

    private static RegisterCall write(long start, long end, String register, String value) {
        return new RegisterCall("c", start, end, Map.of(), Map.of(register, value), true, Map.of(), 0);
    }

    private static RegisterCall swap(long start, long end, String from, String to, boolean held) {
        return new RegisterCall("c", start, end, Map.of("a", from), Map.of("a", to), held, Map.of(), 0);
    }

    private static void assertFits(RegisterCall... calls) {
        assertThat(LinearizabilityChecker.problem(List.of(calls))).isEmpty();
    }

    private static void assertFindsOut(RegisterCall... calls) {
        assertThat(LinearizabilityChecker.problem(List.of(calls))).isPresent();
    }

    @Test
    void shouldAcceptWhatHappenedAtOnceInAnyOrder() {
        assertFits();
        assertFits(read(1, 2, "a", ""), write(3, 4, "a", "x"), read(5, 6, "a", "x"));
        assertFits(write(1, 9, "a", "x"), read(2, 3, "a", ""), read(4, 5, "a", "x"));
        assertFits(write(1, 9, "a", "x"), write(1, 9, "a", "y"), read(2, 3, "a", "y"), read(4, 5, "a", "x"));
        assertFits(write(1, 2, "a", "x"), write(3, 4, "a", ""), read(5, 6, "a", ""));
    }

    @Test
    void shouldFindAStaleRead() {
        assertFindsOut(write(1, 2, "a", "x"), read(3, 4, "a", ""));
        assertFindsOut(write(1, 2, "a", "x"), write(3, 4, "a", "y"), read(5, 6, "a", "x"));
    }

    /** Each alone fits the write; one after the other they do not. */
    @Test
    void shouldFindTwoReadsThatGoBack() {
        assertFindsOut(write(1, 9, "a", "x"), read(2, 3, "a", "x"), read(4, 5, "a", ""));
    }

    @Test
    void shouldFindAReadOfWhatIsWrittenLaterOrNever() {
        assertFindsOut(read(1, 2, "a", "x"), write(3, 4, "a", "x"));
        assertFindsOut(read(1, 2, "a", "x"));
    }

    @Test
    void shouldFindALostUpdate() {
        assertFits(write(1, 2, "a", "x"), swap(3, 6, "x", "y", true), swap(3, 6, "x", "z", false));
        assertFindsOut(write(1, 2, "a", "x"), swap(3, 6, "x", "y", true), swap(3, 6, "x", "z", true));
        assertFindsOut(write(1, 2, "a", "x"), swap(3, 6, "x", "y", false), read(7, 8, "a", "x"));
        assertFindsOut(write(1, 2, "a", "x"), swap(3, 4, "x", "y", true), read(5, 6, "a", "x"));
    }

    @Test
    void shouldFindATransactionThatWasDoneByHalf() {
        RegisterCall both = new RegisterCall("c", 1, 9, Map.of(), Map.of("a", "x", "b", "y"), true, Map.of(), 0);
        assertFits(both, read(2, 3, "a", "x"), read(4, 5, "b", "y"));
        assertFindsOut(both, read(2, 3, "a", "x"), read(4, 5, "b", ""));
        RegisterCall half = new RegisterCall(
                "c", 2, 3, Map.of(), Map.of(), true, Map.of("a", new Seen("x", 0), "b", new Seen("", 0)), 0);
        assertFindsOut(both, half);
    }

    @Test
    void shouldAcceptThatACallWithoutAnAnswerWasDoneAtAnyTimeOrNever() {
        assertFits(write(1, NEVER, "a", "x"), read(2, 3, "a", ""), read(40, 50, "a", "x"));
        assertFits(write(1, NEVER, "a", "x"), read(2, 3, "a", ""), read(40, 50, "a", ""));
        assertFits(write(1, 2, "a", "x"), swap(3, NEVER, "x", "y", false), read(4, 5, "a", "y"));
    }

    @Test
    void shouldFindACallWithoutAnAnswerThatWasDoneTwiceOrBeforeItWasAsked() {
        assertFindsOut(write(1, NEVER, "a", "x"), read(2, 3, "a", "x"), write(4, 5, "a", "y"), read(6, 7, "a", "x"));
        assertFindsOut(read(1, 2, "a", "x"), write(3, NEVER, "a", "x"));
        assertFindsOut(write(1, 2, "a", "x"), swap(3, NEVER, "z", "y", false), read(4, 5, "a", "y"));
    }

    /** Random runs of one true store, and the same with a read of an older value behind it. */
    @Test
    @Timeout(60)
    void shouldTellRightFromWrongInLongHistories() {
        for (int seed = 0; seed < 20; seed++) {
            assertThat(LinearizabilityChecker.problem(run(new Random(seed), 400, 99)))
                    .as("seed %d", seed)
                    .isEmpty();

            List<RegisterCall> wrong = run(new Random(seed), 400, 100);
            long afterwards = wrong.get(wrong.size() - 1).startNanos() + 1_000_000;
            RegisterCall first = wrong.stream()
                    .filter(call -> call.held() && call.writes().containsKey("a"))
                    .findFirst()
                    .orElseThrow();
            wrong.add(read(afterwards, afterwards + 1, "a", first.writes().getOrDefault("a", RegisterCall.NOTHING)));
            assertThat(LinearizabilityChecker.problem(wrong))
                    .as("seed %d", seed)
                    .isPresent();
        }
    }

    /** Calls of several clients that overlap, each done at a moment of its own; some have no answer. */
    private static List<RegisterCall> run(Random random, int count, int answeredPercent) {
        Map<String, String> state = new HashMap<>();
        List<RegisterCall> calls = new ArrayList<>();
        long moment = Duration.ofSeconds(1).toNanos();
        for (int i = 0; i < count; i++) {
            moment += 1 + random.nextInt(1_000);
            long start = moment - random.nextInt(3_000);
            boolean answered = random.nextInt(100) < answeredPercent;
            long end = answered ? moment + random.nextInt(3_000) : NEVER;
            String register = random.nextBoolean() ? "a" : "b";
            String before = state.getOrDefault(register, "");
            String value = "c-" + i;
            if (random.nextInt(3) == 0) {
                calls.add(read(start, end, register, before));
            } else if (random.nextBoolean()) {
                calls.add(write(start, end, register, value));
                boolean done = answered || random.nextBoolean();
                if (done) {
                    state.put(register, value);
                }
            } else {
                String expected = random.nextBoolean() ? before : "c-none";
                boolean held = before.equals(expected);
                Map<String, String> writes = Map.of(register, value);
                calls.add(new RegisterCall(
                        "c", start, end, Map.of(register, expected), writes, held && answered, Map.of(), 0));
                if (held && (answered || random.nextBoolean())) {
                    state.put(register, value);
                }
            }
        }
        return calls;
    }
}
