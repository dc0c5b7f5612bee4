package dev.polder.raft.recipe;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Keys with revisions. Every change that is committed has the next revision, across all keys; a read sees all that was
 * answered before it was asked, by any session.
 *
 * <p>Any thread may call. Calls of one thread are carried out in its order, a read after its calls before. Futures
 * complete on the recipes' thread: hand over what takes long. They fail with a {@link RecipeException}.
 */
public final class KeyValue {
    private final RecipeSession session;

    KeyValue(RecipeSession session) {
        this.session = session;
    }

    /** Carries out a transaction. */
    public CompletableFuture<TxnResult> transact(Txn txn) {
        return session.submit(new Request.Transact(txn)).thenApply(outcome -> ((Outcome.Done) outcome).result());
    }

    /** Writes a key that stays until it is deleted. Returns the revision. */
    public CompletableFuture<Long> put(String key, Value value) {
        return put(key, value, LeaseId.NONE);
    }

    /** Writes a key that ends with a lease; {@link Recipes#session()} for one that ends with this session. */
    public CompletableFuture<Long> put(String key, Value value, LeaseId lease) {
        return transact(Txn.of(new Op.Put(key, value, lease))).thenApply(TxnResult::revision);
    }

    /** Makes a key of a prefix and digits that rise with each. Returns the key. */
    public CompletableFuture<String> append(String prefix, Value value, LeaseId lease) {
        return transact(Txn.of(new Op.Append(prefix, value, lease)))
                .thenApply(result -> ((OpResult.Written) result.results().get(0)).key());
    }

    /**
     * Writes a key if nobody has since it was read. Its lease becomes none.
     *
     * @param modRevision what was read; 0 if the key is not to be there
     */
    public CompletableFuture<Boolean> compareAndSet(String key, long modRevision, Value value) {
        return transact(Txn.when(Compare.unchanged(key, modRevision)).then(Op.put(key, value)))
                .thenApply(TxnResult::held);
    }

    /** Deletes a key. Returns whether it was there. */
    public CompletableFuture<Boolean> delete(String key) {
        return delete(KeyRange.of(key)).thenApply(count -> count == 1);
    }

    /** Deletes the keys of a range, at most {@link Limit#DELETED_KEYS_MAX}. Returns how many. */
    public CompletableFuture<Integer> delete(KeyRange range) {
        return transact(Txn.of(new Op.Delete(range)))
                .thenApply(result -> ((OpResult.Deleted) result.results().get(0)).count());
    }

    /** Reads a key; empty if it is not there. */
    public CompletableFuture<Optional<KeyEntry>> get(String key) {
        return read(KeyRange.of(key), 1, false)
                .thenApply(reading -> reading.entries().stream().findFirst());
    }

    /** Reads a range at one moment, as far as it fits an answer. */
    public CompletableFuture<Reading> read(KeyRange range, int countMax, boolean descending) {
        return session.read(new Op.Read(range, countMax, descending));
    }

    /**
     * Reads a whole range, in ascending order. What does not fit one answer is read in several, and may change between
     * them.
     */
    public CompletableFuture<List<KeyEntry>> list(KeyRange range) {
        return listFrom(range, new ArrayList<>());
    }

    private CompletableFuture<List<KeyEntry>> listFrom(KeyRange range, List<KeyEntry> before) {
        return read(range, Integer.MAX_VALUE, false).thenCompose(reading -> {
            before.addAll(reading.entries());
            if (!reading.more()) {
                return CompletableFuture.completedFuture(List.copyOf(before));
            }
            String last = before.get(before.size() - 1).key();
            return listFrom(new KeyRange(last + '\0', range.to()), before);
        });
    }
}
