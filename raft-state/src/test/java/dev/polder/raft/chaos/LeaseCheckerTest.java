package dev.polder.raft.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.raft.chaos.LeaseChecker.Attached;
import dev.polder.raft.chaos.LeaseChecker.Look;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LeaseCheckerTest {
    /** Asked for at 10, attached at 20, sure until 50, gone at 90. */
    private static final Attached KEY = new Attached("k", 10, 20, 50, 90);

    private static Look look(long start, long end, boolean there) {
        return new Look("k", start, end, there);
    }

    private static Optional<String> problem(Look... looks) {
        return LeaseChecker.problem(List.of(KEY), List.of(looks), Pauses.of());
    }

    private static void assertFindsOut(String words, Look... looks) {
        assertThat(problem(looks))
                .hasValueSatisfying(problem -> assertThat(problem).startsWith(words));
    }

    @Test
    void shouldAcceptAKeyThatEndsWithItsLease() {
        assertThat(problem(
                        look(1, 5, false),
                        look(12, 15, false),
                        look(16, 19, true),
                        look(21, 22, true),
                        look(45, 51, false),
                        look(89, 95, false)))
                .isEmpty();
        assertThat(problem(look(21, 22, true), look(60, 61, true), look(70, 75, false)))
                .isEmpty();
    }

    @Test
    void shouldFindAKeyThatEndsEarly() {
        assertFindsOut("a key ended before its lease", look(21, 49, false));
        assertThat(LeaseChecker.problem(List.of(KEY), List.of(look(21, 49, false)), Pauses.of(30, 50)))
                .isEmpty();
    }

    @Test
    void shouldFindAKeyThatOutlivesItsLease() {
        assertFindsOut("a key outlived its lease", look(91, 92, true));
    }

    @Test
    void shouldFindAKeyThatComesBack() {
        assertFindsOut("a key came back", look(55, 60, false), look(61, 62, true));
    }

    @Test
    void shouldFindAKeyThatIsThereBeforeItIsWritten() {
        assertFindsOut("a key was there before it was written", look(1, 9, true));
    }
}
