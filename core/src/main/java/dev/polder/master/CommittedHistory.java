package dev.polder.master;

import dev.polder.wire.Entry;
import java.util.ArrayList;
import java.util.List;

/**
 * Enough of what is committed to begin again from it: a view, and the entries since. A leader decides ahead of the log;
 * when it loses its term it goes back to this. Owned by the master thread.
 */
public final class CommittedHistory {
    /** After so many entries a newer view is worth its while. */
    static final int ENTRIES_MAX = 4096;

    private record Indexed(long index, Entry entry) {}

    private MasterView base;
    private List<Indexed> since = new ArrayList<>();
    private boolean expectsBase;

    public CommittedHistory(MasterView base) {
        this.base = base;
    }

    /** An entry is committed. */
    public void add(long index, Entry entry) {
        since.add(new Indexed(index, entry));
    }

    /** Tells whether a newer base is wanted, and none is on its way. */
    public boolean isLong() {
        return !expectsBase && since.size() >= ENTRIES_MAX;
    }

    /** A newer base is on its way. */
    public void expectBase() {
        expectsBase = true;
    }

    /** Takes a committed view as the new base. */
    public void rebase(MasterView view) {
        expectsBase = false;
        base = view;
        since = new ArrayList<>(
                since.stream().filter(one -> one.index() > view.index()).toList());
    }

    /**
     * Returns a master that knows what is committed and does not lead.
     *
     * @param completed where the records of completed tasks are; those of the base are still there
     */
    public Master rebuild(MasterConfig config, CompletedTasks completed) {
        Master master = Master.of(config, base, completed);
        since.forEach(one -> master.apply(one.entry()));
        return master;
    }
}
