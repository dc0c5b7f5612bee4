package dev.polder.raft.recipe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One transaction on its way through an edit. */
final class TxnRun {
    private final KeyEdit edit;
    private final RecipeLimits limits;
    private final List<OpResult> results = new ArrayList<>();
    private long resultBytes;

    TxnRun(KeyEdit edit, RecipeLimits limits) {
        this.edit = edit;
        this.limits = limits;
    }

    /** Carries it out in the edit. Returns what came of it, or why the edit is to be given up. */
    Outcome run(Txn txn) {
        Refusal refusal = formOf(txn);
        if (refusal != null) {
            return new Outcome.Refused(refusal);
        }
        int keysBefore = edit.keys().size();
        long bytesBefore = edit.bytes();
        boolean held = txn.conditions().stream().allMatch(this::holds);
        for (Op op : held ? txn.then() : txn.otherwise()) {
            refusal = perform(op);
            if (refusal != null) {
                return new Outcome.Refused(refusal);
            }
        }
        refusal = edit.excess(keysBefore, bytesBefore);
        if (refusal != null) {
            return new Outcome.Refused(refusal);
        }
        long revision = edit.changesNothing() ? edit.revision() - 1 : edit.revision();
        return new Outcome.Done(new TxnResult(held, revision, results));
    }

    // ---- form: whatever branch is taken

    private @Nullable Refusal formOf(Txn txn) {
        for (List<?> steps : List.of(txn.conditions(), txn.then(), txn.otherwise())) {
            if (steps.size() > limits.of(Limit.STEPS_MAX)) {
                return Refusal.above("steps of a transaction", steps.size(), Limit.STEPS_MAX, limits);
            }
        }
        for (List<Op> ops : List.of(txn.then(), txn.otherwise())) {
            for (Op op : ops) {
                Refusal refusal = formOf(op);
                if (refusal != null) {
                    return refusal;
                }
            }
        }
        return null;
    }

    private @Nullable Refusal formOf(Op op) {
        if (op instanceof Op.Put put) {
            return formOf(put.key(), 0, put.value());
        }
        if (op instanceof Op.Append append) {
            return formOf(append.prefix(), Op.Append.DIGITS, append.value());
        }
        return op instanceof Op.Add add ? formOf(add.key(), 0, Value.EMPTY) : null;
    }

    private @Nullable Refusal formOf(String key, int more, Value value) {
        int keyBytes = Keys.bytes(key) + more;
        if (keyBytes == 0) {
            return Refusal.of(Refusal.Rule.EMPTY_KEY, key);
        }
        if (keyBytes > limits.of(Limit.KEY_BYTES_MAX)) {
            return Refusal.above("key of bytes", keyBytes, Limit.KEY_BYTES_MAX, limits);
        }
        if (value.size() > limits.of(Limit.VALUE_BYTES_MAX)) {
            return Refusal.above("value of '" + key + "' of bytes", value.size(), Limit.VALUE_BYTES_MAX, limits);
        }
        return null;
    }

    // ---- conditions

    private boolean holds(Compare condition) {
        KeyEntry entry = edit.keys().get(condition.key());
        if (condition.target() == Compare.Target.VALUE) {
            return entry != null
                    && condition
                            .relation()
                            .holds(Arrays.compareUnsigned(
                                    entry.value().shared(), condition.value().shared()));
        }
        return condition.relation().holds(Long.compare(number(condition.target(), entry), condition.number()));
    }

    private static long number(Compare.Target target, @Nullable KeyEntry entry) {
        if (entry == null) {
            return 0;
        }
        return switch (target) {
            case CREATE_REVISION -> entry.createRevision();
            case MOD_REVISION -> entry.modRevision();
            case VERSION -> entry.version();
            case LEASE -> entry.lease().number();
            case VALUE -> throw new IllegalArgumentException("a value is no number");
        };
    }

    // ---- steps

    private @Nullable Refusal perform(Op op) {
        if (op instanceof Op.Put put) {
            return write(put.key(), put.value(), put.lease());
        }
        if (op instanceof Op.Append append) {
            String key = append.prefix() + digits(edit.revision());
            return write(key, append.value(), append.lease());
        }
        if (op instanceof Op.Add add) {
            return add(add);
        }
        if (op instanceof Op.Delete delete) {
            return delete(delete.range());
        }
        results.add(read((Op.Read) op));
        return null;
    }

    private static String digits(long revision) {
        String digits = Long.toString(revision);
        return "0".repeat(Op.Append.DIGITS - digits.length()) + digits;
    }

    private @Nullable Refusal write(String key, Value value, LeaseId lease) {
        Refusal refusal = edit.put(key, value, lease);
        KeyEntry written = edit.keys().get(key);
        if (refusal == null && written != null) {
            results.add(new OpResult.Written(key, written.version()));
        }
        return refusal;
    }

    private @Nullable Refusal add(Op.Add add) {
        KeyEntry before = edit.keys().get(add.key());
        long number = 0;
        if (before != null) {
            try {
                number = Long.parseLong(before.value().text());
            } catch (NumberFormatException e) {
                return Refusal.of(Refusal.Rule.NOT_A_NUMBER, add.key());
            }
        }
        long sum = number + add.delta();
        if (((number ^ sum) & (add.delta() ^ sum)) < 0) {
            return Refusal.of(Refusal.Rule.OVERFLOW, add.key(), add.delta(), number);
        }
        Refusal refusal = edit.put(add.key(), Value.of(sum), before == null ? LeaseId.NONE : before.lease());
        results.add(new OpResult.Sum(sum));
        return refusal;
    }

    private @Nullable Refusal delete(KeyRange range) {
        // one more than may be is enough to refuse
        long enough = limits.of(Limit.DELETED_KEYS_MAX) + 1;
        List<KeyEntry> entries = new ArrayList<>();
        RangeRead.walk(edit.keys(), range, false, entry -> {
            entries.add(entry);
            return entries.size() < enough;
        });
        for (KeyEntry entry : entries) {
            Refusal refusal = edit.delete(entry);
            if (refusal != null) {
                return refusal;
            }
        }
        results.add(new OpResult.Deleted(entries.size()));
        return null;
    }

    private OpResult.Found read(Op.Read read) {
        long left = Math.max(1, limits.of(Limit.RESULT_BYTES_MAX) - resultBytes);
        OpResult.Found found = RangeRead.read(edit.keys(), read, left);
        for (KeyEntry entry : found.entries()) {
            resultBytes += entry.bytes();
        }
        return found;
    }
}
