package dev.polder.raft.chaos;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** What clients saw. Any thread may add; what was taken out is not looked at again. */
final class History {
    private final Map<String, List<RegisterCall>> answered = new HashMap<>();
    /** Of which group each call is that waits. */
    private final IdentityHashMap<RegisterCall, String> open = new IdentityHashMap<>();

    private final List<HoldChecker.Held> holds = new ArrayList<>();
    private final List<HoldChecker.Guarded> guarded = new ArrayList<>();
    private final List<LeaseChecker.Attached> attached = new ArrayList<>();
    private final List<LeaseChecker.Look> looks = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    /** Adds a call on a group of registers that begins. */
    synchronized void begin(String group, RegisterCall call) {
        open.put(call, group);
    }

    /** A call was answered so. */
    synchronized void end(RegisterCall begun, RegisterCall call) {
        String group = open.remove(begun);
        if (group != null) {
            answered.computeIfAbsent(group, unknown -> new ArrayList<>()).add(call);
        }
    }

    /** A call was not carried out. */
    synchronized void drop(RegisterCall begun) {
        open.remove(begun);
    }

    /** Takes out all calls on a group; those that wait are taken for unanswered, whatever comes. */
    synchronized List<RegisterCall> take(String group) {
        List<RegisterCall> taken = new ArrayList<>();
        List<RegisterCall> ended = answered.remove(group);
        if (ended != null) {
            taken.addAll(ended);
        }
        open.forEach((call, of) -> {
            if (of.equals(group)) {
                taken.add(call);
            }
        });
        open.values().removeIf(group::equals);
        return taken;
    }

    synchronized void add(HoldChecker.Held held) {
        holds.add(held);
    }

    synchronized void add(HoldChecker.Guarded write) {
        guarded.add(write);
    }

    synchronized void add(LeaseChecker.Attached key) {
        attached.add(key);
    }

    synchronized void add(LeaseChecker.Look look) {
        looks.add(look);
    }

    /** Adds something that a client found wrong itself. */
    synchronized void add(String problem) {
        problems.add(problem);
    }

    synchronized List<HoldChecker.Held> holds() {
        return List.copyOf(holds);
    }

    synchronized List<HoldChecker.Guarded> guarded() {
        return List.copyOf(guarded);
    }

    synchronized List<LeaseChecker.Attached> attached() {
        return List.copyOf(attached);
    }

    synchronized List<LeaseChecker.Look> looks() {
        return List.copyOf(looks);
    }

    synchronized List<String> problems() {
        return List.copyOf(problems);
    }
}
