package dev.polder.simulation;

import static dev.polder.simulation.Violation.check;

import dev.polder.master.Master;
import dev.polder.master.MasterConfig;
import dev.polder.master.MasterView;
import dev.polder.wire.Entry;
import dev.polder.wire.proto.Facts.Fact;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** The state that the committed entries make, whoever lives: what every master must hold when it has come as far. */
final class Truth implements ModelLog.Witness {
    /** The copies are compared at every so-manieth entry. */
    private static final int ENTRIES_A_COMPARISON = 100;

    private final Ledger ledger;
    private final Master reader;
    private final Map<Long, MasterView> atIndex = new HashMap<>();
    private final Map<Long, MasterView> atOpening = new HashMap<>();
    private long entries;
    private long index;
    private long electedTerm;

    Truth(Ledger ledger, MasterConfig config) {
        this.ledger = ledger;
        reader = new Master(config, new EveryCompletedTask());
    }

    @Override
    public void committed(long at, long term, Entry entry) {
        for (Fact fact : entry.facts()) {
            if (fact.hasMasterElected()) {
                long elected = fact.getMasterElected().getTerm();
                check(
                        elected == term && term > electedTerm,
                        () -> "a master is elected in term " + elected + ", but the log is in term " + term
                                + " and had a master of term " + electedTerm);
                electedTerm = term;
            }
        }
        check(term == electedTerm, () -> "entry " + at + " of term " + term + " is not its master's: " + electedTerm);
        ledger.committed(entry);
        reader.apply(entry);
        index = at;
        if (++entries % ENTRIES_A_COMPARISON == 0) {
            atIndex.put(at, reader.committedView(at));
        }
    }

    @Override
    public void opened(long term) {
        MasterView view = reader.committedView(index);
        ledger.requireKnown(view);
        atOpening.put(term, view);
    }

    /** Tells whether a later leader than that of a term is known to the log. */
    boolean isOver(long term) {
        return electedTerm > term;
    }

    /** Returns the index of the last entry. */
    long index() {
        return index;
    }

    /** A master has applied the entry at an index. */
    void applied(int master, long at, Supplier<MasterView> copy) {
        MasterView view = atIndex.get(at);
        if (view != null) {
            Views.requireSame("log and master " + master + " at " + at, view, copy.get());
        }
    }

    /** A master takes up a term: it knows all that is committed. */
    void serves(int master, long term, MasterView copy) {
        MasterView view = atOpening.get(term);
        if (view == null) {
            throw new Violation("master " + master + " serves term " + term + ", whose first entry is not committed");
        }
        Views.requireSame("log and master " + master + " as it takes up term " + term, view, copy);
    }
}
