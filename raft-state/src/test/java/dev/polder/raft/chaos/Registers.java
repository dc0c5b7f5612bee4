package dev.polder.raft.chaos;

import dev.polder.raft.chaos.RegisterCall.Seen;
import dev.polder.raft.recipe.Compare;
import dev.polder.raft.recipe.KeyEntry;
import dev.polder.raft.recipe.KeyRange;
import dev.polder.raft.recipe.KeyValue;
import dev.polder.raft.recipe.Op;
import dev.polder.raft.recipe.OpResult;
import dev.polder.raft.recipe.RecipeException;
import dev.polder.raft.recipe.RecipeException.Reason;
import dev.polder.raft.recipe.Txn;
import dev.polder.raft.recipe.TxnResult;
import dev.polder.raft.recipe.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** The registers of one group, {@code GROUP/a} and {@code GROUP/b}, as one session uses them; writes down every call. */
final class Registers {
    private final String client;
    private final String group;
    private final KeyValue keys;
    private final History history;

    /** What an answer says. */
    private record Answer(boolean held, Map<String, Seen> seen, long revision) {}

    Registers(String client, String group, KeyValue keys, History history) {
        this.client = client;
        this.group = group;
        this.keys = keys;
        this.history = history;
    }

    String a() {
        return group + "/a";
    }

    String b() {
        return group + "/b";
    }

    /** Reads both at one moment. */
    CompletableFuture<RegisterCall> readBoth() {
        RegisterCall call = begin(Map.of(), Map.of());
        return written(
                call,
                keys.read(KeyRange.prefix(group + "/"), 3, false)
                        .thenApply(found -> new Answer(true, seen(found.entries()), found.revision())));
    }

    CompletableFuture<RegisterCall> read(String register) {
        RegisterCall call = begin(Map.of(), Map.of());
        return written(call, keys.read(KeyRange.of(register), 1, false).thenApply(found -> {
            Map<String, Seen> seen = seen(found.entries());
            seen.keySet().removeIf(other -> !other.equals(register));
            return new Answer(true, seen, found.revision());
        }));
    }

    CompletableFuture<RegisterCall> write(Map<String, String> values) {
        RegisterCall call = begin(Map.of(), values);
        return written(
                call,
                keys.transact(Txn.of(ops(values))).thenApply(done -> new Answer(true, Map.of(), done.revision())));
    }

    /** Writes if a register holds what it was seen to hold, by its value; tells what is there if not. */
    CompletableFuture<RegisterCall> writeIfHolds(String register, String value, Map<String, String> values) {
        RegisterCall call = begin(Map.of(register, value), values);
        Compare condition = value.isEmpty() ? Compare.absent(register) : Compare.holds(register, Value.of(value));
        Txn txn = Txn.when(condition).then(ops(values)).otherwise(new Op.Read(KeyRange.prefix(group + "/"), 3, false));
        return written(call, keys.transact(txn).thenApply(this::answer));
    }

    private Answer answer(TxnResult done) {
        if (done.held()) {
            return new Answer(true, Map.of(), done.revision());
        }
        OpResult.Found found = (OpResult.Found) done.results().get(0);
        return new Answer(false, seen(found.entries()), done.revision());
    }

    /** Writes if nobody wrote since a register was seen. */
    CompletableFuture<RegisterCall> compareAndSet(String register, Seen before, String value) {
        RegisterCall call = begin(Map.of(register, before.value()), Map.of(register, value));
        return written(
                call,
                keys.compareAndSet(register, before.writtenAt(), Value.of(value))
                        .thenApply(held -> new Answer(held, Map.of(), 0)));
    }

    private static Op[] ops(Map<String, String> values) {
        return values.entrySet().stream()
                .map(entry -> entry.getValue().isEmpty()
                        ? Op.delete(entry.getKey())
                        : Op.put(entry.getKey(), Value.of(entry.getValue())))
                .toArray(Op[]::new);
    }

    private Map<String, Seen> seen(List<KeyEntry> entries) {
        Map<String, Seen> seen = new HashMap<>();
        seen.put(a(), new Seen(RegisterCall.NOTHING, 0));
        seen.put(b(), new Seen(RegisterCall.NOTHING, 0));
        entries.forEach(entry -> seen.put(entry.key(), new Seen(entry.value().text(), entry.modRevision())));
        return seen;
    }

    private RegisterCall begin(Map<String, String> conditions, Map<String, String> writes) {
        RegisterCall call =
                new RegisterCall(client, System.nanoTime(), RegisterCall.NEVER, conditions, writes, false, Map.of(), 0);
        history.begin(group, call);
        return call;
    }

    private CompletableFuture<RegisterCall> written(RegisterCall begun, CompletableFuture<Answer> answered) {
        return answered.handle((answer, failure) -> {
            if (answer != null) {
                RegisterCall call = new RegisterCall(
                        client,
                        begun.startNanos(),
                        System.nanoTime(),
                        begun.conditions(),
                        begun.writes(),
                        answer.held,
                        answer.seen,
                        answer.revision);
                history.end(begun, call);
                return call;
            }
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            if (!(cause instanceof RecipeException known) || known.reason() != Reason.OUTCOME_UNKNOWN) {
                history.drop(begun);
            }
            throw new CompletionException(cause);
        });
    }
}
