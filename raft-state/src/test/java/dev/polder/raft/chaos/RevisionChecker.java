package dev.polder.raft.chaos;

import dev.polder.raft.chaos.RegisterCall.Seen;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Holds what clients saw of registers against the revisions that the answers carry: they give the order of all calls,
 * which must fit the clients' clock, and what each answer shows must be what was written last at its revision. Quick, and
 * sees what {@link LinearizabilityChecker} does not: revisions that lie.
 */
final class RevisionChecker {
    private final List<RegisterCall> calls;
    private final Map<String, RegisterCall> writers = new HashMap<>();
    /** What each register held from a revision on. */
    private final Map<String, NavigableMap<Long, String>> held = new HashMap<>();

    private final List<String> problems = new ArrayList<>();

    private RevisionChecker(List<RegisterCall> calls) {
        this.calls = calls;
    }

    /** Returns the first thing that is wrong, empty if nothing is. */
    static Optional<String> problem(List<RegisterCall> calls) {
        RevisionChecker checker = new RevisionChecker(calls);
        checker.checkTimes();
        checker.collectWrites();
        for (RegisterCall call : calls) {
            call.seen().forEach((register, seen) -> checker.learn(call, register, seen));
        }
        for (RegisterCall call : calls) {
            call.seen().forEach((register, seen) -> checker.checkSeen(call, register, seen));
        }
        return checker.problems.stream().findFirst();
    }

    /** What ended before something began has the lower revision. */
    private void checkTimes() {
        List<RegisterCall> answered = calls.stream()
                .filter(call -> call.isAnswered() && call.revision() != 0)
                .toList();
        List<RegisterCall> byEnd = answered.stream()
                .sorted(Comparator.comparingLong(RegisterCall::endNanos))
                .toList();
        long before = 0;
        int ended = 0;
        for (RegisterCall call : answered.stream()
                .sorted(Comparator.comparingLong(RegisterCall::startNanos))
                .toList()) {
            for (; byEnd.get(ended).endNanos() < call.startNanos(); ended++) {
                before = Math.max(before, byEnd.get(ended).revision());
            }
            if (call.hasWritten() ? call.revision() <= before : call.revision() < before) {
                problems.add("revision " + before + " was answered before this began: " + call);
            }
        }
    }

    private void collectWrites() {
        Map<Long, RegisterCall> byRevision = new HashMap<>();
        for (RegisterCall call : calls) {
            call.writes().values().forEach(value -> writers.put(value, call));
            if (call.hasWritten() && call.revision() != 0) {
                call.writes().forEach((register, value) -> write(register, call.revision(), value));
                RegisterCall other = byRevision.put(call.revision(), call);
                if (other != null) {
                    problems.add("two writes at revision " + call.revision() + ": " + other + ", " + call);
                }
            }
        }
    }

    private void write(String register, long revision, String value) {
        String other =
                held.computeIfAbsent(register, unknown -> new TreeMap<>()).putIfAbsent(revision, value);
        if (other != null && !other.equals(value)) {
            problems.add(
                    "register " + register + " has two values of revision " + revision + ": " + other + ", " + value);
        }
    }

    /** When a call that was not answered wrote, those who saw it tell. */
    private void learn(RegisterCall call, String register, Seen seen) {
        RegisterCall writer = writers.get(seen.value());
        if (seen.value().isEmpty()) {
            return;
        }
        if (writer == null || !seen.value().equals(writer.writes().get(register))) {
            problems.add("nobody wrote " + seen + " to " + register + ": " + call);
        } else if (writer.startNanos() > call.endNanos()) {
            problems.add("seen before its writing began, by " + call + ": " + writer);
        } else if (writer.isAnswered() && !writer.held()) {
            problems.add("seen although it was not done, by " + call + ": " + writer);
        } else if (writer.isAnswered() && writer.revision() != 0 && writer.revision() != seen.writtenAt()) {
            problems.add("written at revision " + writer.revision() + ", seen otherwise by " + call);
        } else {
            write(register, seen.writtenAt(), seen.value());
        }
    }

    private void checkSeen(RegisterCall call, String register, Seen seen) {
        Map.Entry<Long, String> last =
                held.getOrDefault(register, new TreeMap<>()).floorEntry(call.revision());
        String expected = last == null ? RegisterCall.NOTHING : last.getValue();
        if (!expected.equals(seen.value()) && !(seen.value().isEmpty() && mayBeDeleted(register))) {
            problems.add("register " + register + " held '" + expected + "' at revision " + call.revision()
                    + ", seen otherwise by " + call);
        }
    }

    private boolean mayBeDeleted(String register) {
        return calls.stream()
                .anyMatch(call -> !call.isAnswered()
                        && RegisterCall.NOTHING.equals(call.writes().get(register)));
    }
}
