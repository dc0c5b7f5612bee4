package dev.polder.raft.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.raft.chaos.RegisterCall.Seen;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RevisionCheckerTest {
    private static final long NEVER = RegisterCall.NEVER;

    private static RegisterCall read(long start, long end, long revision, String value, long writtenAt) {
        Map<String, Seen> seen = Map.of("a", new Seen(value, writtenAt));
        return new RegisterCall("c", start, end, Map.of(), Map.of(), true, seen, revision);
    }

    private static RegisterCall write(long start, long end, long revision, String value) {
        return new RegisterCall("c", start, end, Map.of(), Map.of("a", value), true, Map.of(), revision);
    }

    private static void assertFits(RegisterCall... calls) {
        assertThat(RevisionChecker.problem(List.of(calls))).isEmpty();
    }

    private static void assertFindsOut(String words, RegisterCall... calls) {
        assertThat(RevisionChecker.problem(List.of(calls)))
                .hasValueSatisfying(problem -> assertThat(problem).contains(words));
    }

    @Test
    void shouldAcceptWhatRevisionsOrder() {
        assertFits(
                write(1, 9, 5, "x"),
                write(1, 9, 6, "y"),
                read(2, 3, 5, "x", 5),
                read(10, 11, 6, "y", 6),
                read(12, 13, 8, "y", 6));
        assertFits(write(1, NEVER, 0, "x"), read(2, 3, 4, "", 0), read(4, 5, 6, "x", 5));
    }

    @Test
    void shouldFindRevisionsThatFallAgainstTheClock() {
        assertFindsOut("was answered before", write(1, 2, 6, "x"), write(3, 4, 5, "y"));
        assertFindsOut("was answered before", write(1, 2, 6, "x"), read(3, 4, 5, "", 0));
        assertFindsOut("was answered before", read(1, 2, 6, "", 0), write(3, 4, 6, "x"));
    }

    @Test
    void shouldFindTwoWritesOfOneRevision() {
        assertFindsOut("two values of revision 5", write(1, 9, 5, "x"), write(1, 9, 5, "y"));
        RegisterCall other = new RegisterCall("c", 1, 9, Map.of(), Map.of("b", "y"), true, Map.of(), 5);
        assertFindsOut("two writes at revision 5", write(1, 9, 5, "x"), other);
        assertFindsOut("two values of revision 5", write(1, NEVER, 0, "x"), write(1, 9, 5, "y"), read(2, 9, 5, "x", 5));
    }

    @Test
    void shouldFindAReadThatMissesAWriteOfALowerRevision() {
        assertFindsOut("held 'x' at revision 6", write(1, 9, 5, "x"), read(1, 9, 6, "", 0));
        assertFindsOut("held 'y' at revision 7", write(1, 9, 5, "x"), write(1, 9, 6, "y"), read(1, 9, 7, "x", 5));
    }

    @Test
    void shouldFindAReadFromTheFuture() {
        assertFindsOut("seen before its writing began", read(1, 2, 5, "x", 5), write(3, 4, 6, "x"));
        assertFindsOut("held '' at revision 4", write(1, 9, 5, "x"), read(1, 9, 4, "x", 5));
    }

    @Test
    void shouldFindWhatNobodyWroteAndWhatWasNotDone() {
        assertFindsOut("nobody wrote", read(1, 2, 5, "x", 5));
        RegisterCall refused = new RegisterCall("c", 1, 2, Map.of("a", "v"), Map.of("a", "x"), false, Map.of(), 5);
        assertFindsOut("although it was not done", refused, read(3, 4, 6, "x", 5));
        assertFindsOut("written at revision 5, seen otherwise", write(1, 2, 5, "x"), read(3, 4, 7, "x", 6));
    }

    /** A delete of what is not there is no change. */
    @Test
    void shouldAcceptThatADeleteOfNothingHasNoRevisionOfItsOwn() {
        RegisterCall delete = new RegisterCall("c", 3, 4, Map.of("a", ""), Map.of("a", ""), true, Map.of(), 5);
        assertFits(read(1, 2, 5, "", 0), delete);
        RegisterCall deletes = new RegisterCall("c", 3, 4, Map.of("a", "x"), Map.of("a", ""), true, Map.of(), 5);
        assertFindsOut("was answered before", write(1, 2, 5, "x"), deletes);
    }
}
