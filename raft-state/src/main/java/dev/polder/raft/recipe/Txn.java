package dev.polder.raft.recipe;

import java.util.List;

/**
 * A transaction: if all conditions hold {@code then} is done, else {@code otherwise}; all of it or nothing, as one
 * revision. No key may be changed twice.
 */
public record Txn(List<Compare> conditions, List<Op> then, List<Op> otherwise) {
    /** Copies the lists. */
    public Txn {
        conditions = List.copyOf(conditions);
        then = List.copyOf(then);
        otherwise = List.copyOf(otherwise);
    }

    /** Returns a transaction without conditions. */
    public static Txn of(Op... ops) {
        return new Txn(List.of(), List.of(ops), List.of());
    }

    /** Returns a transaction under conditions, of no steps yet. */
    public static Txn when(Compare... conditions) {
        return new Txn(List.of(conditions), List.of(), List.of());
    }

    /** Returns this transaction with these steps for the case that the conditions hold. */
    public Txn then(Op... ops) {
        return new Txn(conditions, List.of(ops), otherwise);
    }

    /** Returns this transaction with these steps for the case that a condition does not hold. */
    public Txn otherwise(Op... ops) {
        return new Txn(conditions, then, List.of(ops));
    }
}
