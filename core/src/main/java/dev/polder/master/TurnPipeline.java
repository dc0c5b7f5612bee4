package dev.polder.master;

import static dev.polder.model.InvariantBrokenException.check;
import static java.util.Objects.requireNonNull;

import dev.polder.wire.Entry;
import dev.polder.wire.proto.Facts.Fact;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * Holds effects back until every entry before them is committed. Turns go on while entries are in flight. Pure; owned by
 * the master thread; the same in the simulation.
 *
 * <pre>
 *  turn 1: entries e1 e2, effects A     e1 e2 | A
 *  turn 2: no facts,      effects B           |   B        released right behind A
 *  turn 3: entry e3,      effects C           |      e3 | C
 * </pre>
 */
public final class TurnPipeline {
    /** Facts of one turn are cut into entries of about this many bytes. */
    static final int ENTRY_BYTES_TARGET = 256 * 1024;

    private final Deque<InFlight> inFlight = new ArrayDeque<>();
    private final Consumer<byte[]> propose;
    private final Consumer<Effect> release;

    /** One turn with entries, and all that waits for its last one. */
    private static final class InFlight {
        int entriesLeft;
        final List<Effect> effects;
        final List<Consumer<Long>> listeners = new ArrayList<>(0);

        InFlight(int entriesLeft, List<Effect> effects) {
            this.entriesLeft = entriesLeft;
            this.effects = effects;
        }
    }

    /**
     * Makes an empty pipeline.
     *
     * @param propose takes entries in order; each is later reported by {@link #committed} or lost with the term
     * @param release performs an effect
     */
    public TurnPipeline(Consumer<byte[]> propose, Consumer<Effect> release) {
        this.propose = propose;
        this.release = release;
    }

    /** Proposes a turn's facts and queues its effects behind them. */
    public void submit(Turn turn) {
        List<byte[]> entries = cut(turn);
        if (!entries.isEmpty()) {
            inFlight.add(new InFlight(entries.size(), new ArrayList<>(turn.effects())));
            entries.forEach(propose);
        } else if (inFlight.isEmpty()) {
            turn.effects().forEach(release);
        } else {
            inFlight.getLast().effects.addAll(turn.effects());
        }
    }

    /** Proposes commands of the recipes as one entry, with a turn that says when. */
    public void submit(Turn turn, List<byte[]> commands) {
        inFlight.add(new InFlight(1, new ArrayList<>(turn.effects())));
        propose.accept(new Entry(turn.clusterTimeMs(), turn.facts(), commands).encode());
    }

    /** The oldest entry in flight is committed at this index. */
    public void committed(long index) {
        InFlight oldest = inFlight.peek();
        check(oldest != null, "entry %d is committed, but none is in flight", index);
        InFlight turn = requireNonNull(oldest);
        if (--turn.entriesLeft > 0) {
            return;
        }
        inFlight.remove();
        turn.listeners.forEach(listener -> listener.accept(index));
        turn.effects.forEach(release);
    }

    /**
     * Calls the listener with an index at which all that was submitted so far is committed: at once, with {@code
     * lastIndex}, if nothing is in flight.
     */
    public void whenCommitted(long lastIndex, Consumer<Long> listener) {
        if (inFlight.isEmpty()) {
            listener.accept(lastIndex);
        } else {
            inFlight.getLast().listeners.add(listener);
        }
    }

    /** The term is lost: returns the effects that must not happen any more, and forgets everything. */
    public List<Effect> lost() {
        List<Effect> dropped = new ArrayList<>();
        inFlight.forEach(turn -> dropped.addAll(turn.effects));
        inFlight.clear();
        return dropped;
    }

    /** Tells whether no entry is in flight. */
    public boolean isEmpty() {
        return inFlight.isEmpty();
    }

    private static List<byte[]> cut(Turn turn) {
        List<byte[]> entries = new ArrayList<>(1);
        List<Fact> facts = new ArrayList<>();
        int bytes = 0;
        for (Fact fact : turn.facts()) {
            int factBytes = Entry.bytesOf(fact);
            if (!facts.isEmpty() && bytes + factBytes > ENTRY_BYTES_TARGET) {
                entries.add(new Entry(turn.clusterTimeMs(), facts).encode());
                facts = new ArrayList<>();
                bytes = 0;
            }
            facts.add(fact);
            bytes += factBytes;
        }
        if (!facts.isEmpty() || (turn.needsEntry() && entries.isEmpty())) {
            entries.add(new Entry(turn.clusterTimeMs(), facts).encode());
        }
        return entries;
    }
}
