package dev.polder.raft.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Holds what users saw against {@link NaiveRecipes}, which is told every command at the moment when all have agreed on
 * it. Since that order is known, results are linearizable if each is the model's and was agreed on between question and
 * answer.
 */
final class HistoryChecker {
    final NaiveRecipes model = new NaiveRecipes();
    private final NavigableMap<Long, NavigableMap<String, KeyEntry>> byRevision = new TreeMap<>();
    private final Map<List<Long>, Agreed> agreed = new HashMap<>();
    private final Map<Long, Runnable> onExpiry = new HashMap<>();

    private final List<Throwable> failures = new ArrayList<>();
    int answers;

    private record Agreed(Outcome outcome, long atMs) {}

    HistoryChecker() {
        byRevision.put(0L, new TreeMap<>());
    }

    /** Runs a check where whatever is thrown would be kept in a future that nobody asks. */
    void check(Runnable check) {
        try {
            check.run();
        } catch (RuntimeException | Error e) {
            failures.add(e);
        }
    }

    /** Runs a check of the result when there is one. */
    <T> void whenDone(CompletableFuture<T> future, Consumer<? super T> check) {
        Completion.of(future, (result, failure) -> {
            if (failure == null) {
                check(() -> check.accept(result));
            }
        });
    }

    /** Throws what went wrong up to now. */
    void throwFirst() {
        assertThat(failures).isEmpty();
    }

    /** Runs a check when the cluster ends a session because nobody kept it alive. */
    void onExpiry(LeaseId session, Runnable check) {
        onExpiry.put(session.number(), check);
    }

    void agreed(VirtualCluster.Agreed entry) {
        EntryFrame frame = EntryFrame.decode(entry.bytes().shared());
        for (byte[] bytes : frame.commands()) {
            Command command = CommandCodec.decode(bytes);
            List<Long> before = List.copyOf(model.leases.keySet());
            Outcome outcome = model.apply(entry.term(), frame.clusterTimeMs(), command);
            byRevision.putIfAbsent(model.revision, new TreeMap<>(model.keys));
            if (command instanceof Command.Call call) {
                remember(call, outcome, entry.atMs());
            } else if (command instanceof Command.Expire) {
                before.stream()
                        .filter(id -> !model.leases.containsKey(id) && onExpiry.containsKey(id))
                        .forEach(id -> onExpiry.get(id).run());
            }
        }
    }

    private void remember(Command.Call call, Outcome outcome, long atMs) {
        boolean counted = !(outcome instanceof Outcome.Refused refused)
                || (refused.refusal().rule() != Refusal.Rule.OUT_OF_ORDER
                        && refused.refusal().rule() != Refusal.Rule.SESSION_ENDED
                        && refused.refusal().rule() != Refusal.Rule.FORGOTTEN);
        if (counted) {
            agreed.putIfAbsent(List.of(call.session().number(), call.number()), new Agreed(outcome, atMs));
        }
    }

    /** A call was answered. */
    void answered(LeaseId session, long number, long askedMs, long answeredMs, Outcome outcome) {
        Agreed truth = agreed.get(List.of(session.number(), number));
        answers++;
        assertThat(truth).as("call %d of %s", number, session).isNotNull();
        assertThat(rule(outcome)).as("call %d of %s", number, session).isEqualTo(rule(truth.outcome));
        assertThat(truth.atMs).isBetween(askedMs, answeredMs);
    }

    private static Object rule(Outcome outcome) {
        return outcome instanceof Outcome.Refused refused ? refused.refusal().rule() : outcome;
    }

    /** Returns whether a call was carried out. */
    boolean isAgreed(LeaseId session, long number) {
        return agreed.containsKey(List.of(session.number(), number));
    }

    /** A read was answered: with what was there at one moment since it was asked, and not before. */
    void read(Op.Read what, long revisionAsked, Reading reading) {
        answers++;
        assertThat(reading.revision()).isBetween(revisionAsked, model.revision);
        NavigableMap<String, KeyEntry> keys = byRevision.get(reading.revision());
        List<KeyEntry> expected = new ArrayList<>();
        (what.descending() ? keys.descendingMap() : keys)
                .values().stream()
                        .filter(entry -> what.range().contains(entry.key()))
                        .limit(what.countMax())
                        .forEach(expected::add);
        assertThat(reading.entries()).isEqualTo(expected);
    }

    /** Returns what a watch is to have seen up to now. */
    List<Change> changes(KeyRange range, long fromRevision) {
        return changes(range, fromRevision, model.revision);
    }

    List<Change> changes(KeyRange range, long fromRevision, long toRevision) {
        List<Change> seen = new ArrayList<>();
        for (Change change : model.changes) {
            List<KeyEvent> events = change.events().stream()
                    .filter(event -> range.contains(event.key()))
                    .toList();
            if (change.revision() >= fromRevision && change.revision() <= toRevision && !events.isEmpty()) {
                seen.add(new Change(change.revision(), events));
            }
        }
        return seen;
    }
}
