package dev.polder.raft.chaos;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Tells whether what clients saw of some registers, which begin empty, fits an order of their calls in which each took
 * effect at one moment between its start and its end. Believes nothing but values and the clients' clock.
 *
 * <p>The search of Wing and Gong with the memory of Lowe: a call may come next if none that is left ended before it
 * began; an order that leads nowhere is given up, and no two orders of the same calls with the same outcome are followed.
 * What keeps it short: a call that fits and changes nothing is taken at once, since where it is possible it never
 * disturbs; a call without an answer is taken only when nothing else fits; and no value is overwritten while a call is left
 * that must find it, since it does not come back.
 */
final class LinearizabilityChecker {
    /**
     * More beginnings than any correct history of a test needs by far. A wrong one can have more by far: each call without
     * an answer may double them.
     */
    private static final int ORDERS_MAX = 50_000;

    private final List<RegisterCall> calls;
    private final BitSet taken = new BitSet();
    private final Set<Visited> visited = new HashSet<>();
    /** How many calls with answers are left that must find a value in a register. */
    private final Map<Found, Integer> needed = new HashMap<>();

    private Map<String, String> state = Map.of();
    private int answersLeft;
    private int fewestLeft = Integer.MAX_VALUE;
    private String furthest = "";

    private record Found(String register, String value) {}

    private record Visited(BitSet taken, Map<String, String> state) {}

    /** A call that was taken, what was before it, and what else may be taken instead. */
    private record Step(int call, Map<String, String> before, List<Integer> instead) {}

    private LinearizabilityChecker(List<RegisterCall> calls) {
        this.calls = calls.stream()
                .sorted(Comparator.comparingLong(RegisterCall::startNanos))
                .toList();
        answersLeft = (int) calls.stream().filter(RegisterCall::isAnswered).count();
        calls.forEach(call -> count(call, 1));
    }

    /** Returns what fits no order; empty if there is one. */
    static Optional<String> problem(List<RegisterCall> calls) {
        return new LinearizabilityChecker(calls).search();
    }

    private Optional<String> search() {
        List<Step> steps = new ArrayList<>();
        List<Integer> next = next();
        while (answersLeft > 0) {
            if (visited.size() > ORDERS_MAX) {
                return Optional.of("none of the first " + ORDERS_MAX + " orders fits: " + furthest);
            }
            if (!next.isEmpty()) {
                int call = next.remove(0);
                steps.add(new Step(call, state, next));
                take(call);
                next = visited.add(new Visited((BitSet) taken.clone(), state)) ? next() : new ArrayList<>();
            } else if (steps.isEmpty()) {
                return Optional.of(furthest);
            } else {
                Step last = steps.remove(steps.size() - 1);
                giveBack(last);
                next = last.instead;
            }
        }
        return Optional.empty();
    }

    private void take(int index) {
        RegisterCall call = calls.get(index);
        taken.set(index);
        count(call, -1);
        answersLeft -= call.isAnswered() ? 1 : 0;
        state = after(call);
    }

    private void giveBack(Step step) {
        taken.clear(step.call);
        count(calls.get(step.call), 1);
        answersLeft += calls.get(step.call).isAnswered() ? 1 : 0;
        state = step.before;
    }

    private void count(RegisterCall call, int more) {
        needs(call).forEach(found -> needed.merge(found, more, Integer::sum));
    }

    /** Returns what a call must find, but that there is nothing: this may come back. */
    private static Set<Found> needs(RegisterCall call) {
        Set<Found> needs = new HashSet<>();
        if (call.isAnswered()) {
            if (call.held()) {
                call.conditions().forEach((register, value) -> needs.add(new Found(register, value)));
            }
            call.seen().forEach((register, seen) -> {
                if (!call.held() || !call.writes().containsKey(register)) {
                    needs.add(new Found(register, seen.value()));
                }
            });
            needs.removeIf(found -> found.value.isEmpty());
        }
        return needs;
    }

    /** Returns whether a call would overwrite what another one must find. */
    private boolean disturbs(RegisterCall call) {
        Map<String, String> after = after(call);
        return call.writes().keySet().stream()
                .map(register -> new Found(register, read(state, register)))
                .filter(found -> !found.value.equals(read(after, found.register)))
                .anyMatch(found -> needed.getOrDefault(found, 0) > (needs(call).contains(found) ? 1 : 0));
    }

    /** Returns the calls that may be taken now and fit, best first. */
    private List<Integer> next() {
        List<Integer> fitting = new ArrayList<>();
        List<Integer> unanswered = new ArrayList<>();
        List<RegisterCall> misfits = new ArrayList<>();
        long firstEnd = RegisterCall.NEVER;
        for (int i = taken.nextClearBit(0); i < calls.size(); i = taken.nextClearBit(i + 1)) {
            RegisterCall call = calls.get(i);
            if (call.startNanos() > firstEnd) {
                break;
            }
            firstEnd = Math.min(firstEnd, call.endNanos());
            if (!call.isAnswered()) {
                // one that would change nothing can as well be left out
                if (!after(call).equals(state) && !disturbs(call)) {
                    unanswered.add(i);
                }
            } else if (!fits(call) || disturbs(call)) {
                misfits.add(call);
            } else if (after(call).equals(state)) {
                return new ArrayList<>(List.of(i));
            } else {
                fitting.add(i);
            }
        }
        if (answersLeft < fewestLeft) {
            fewestLeft = answersLeft;
            furthest = "registers are " + state + ", and none of these fits: "
                    + misfits.stream().map(String::valueOf).collect(Collectors.joining("\n  ", "\n  ", ""));
        }
        fitting.addAll(unanswered);
        return fitting;
    }

    private boolean holds(RegisterCall call) {
        return call.conditions().entrySet().stream()
                .allMatch(condition -> read(state, condition.getKey()).equals(condition.getValue()));
    }

    private Map<String, String> after(RegisterCall call) {
        if (call.writes().isEmpty() || !holds(call)) {
            return state;
        }
        Map<String, String> changed = new HashMap<>(state);
        changed.putAll(call.writes());
        changed.values().removeIf(String::isEmpty);
        return changed;
    }

    private boolean fits(RegisterCall call) {
        if (call.held() != holds(call)) {
            return false;
        }
        Map<String, String> after = after(call);
        return call.seen().entrySet().stream()
                .allMatch(seen ->
                        read(after, seen.getKey()).equals(seen.getValue().value()));
    }

    private static String read(Map<String, String> state, String register) {
        return state.getOrDefault(register, RegisterCall.NOTHING);
    }
}
