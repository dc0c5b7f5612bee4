package dev.polder.raft;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.PriorityQueue;
import java.util.zip.CRC32C;

/**
 * Virtual time: what happens next, and a trace of what has happened. One thread.
 *
 * <p>What happens takes no time, unless it says so: then it is later for it, and for nobody else. See {@link #takeTurn}.
 */
final class SimTime implements RaftTime {
    private static final int NOTES_KEPT = 100;

    /** Something that happens at a time, unless it is called off before. */
    static final class Event implements Comparable<Event> {
        private final long atNanos;
        private final long number;
        private final Runnable deed;
        private boolean off;

        private Event(long atNanos, long number, Runnable deed) {
            this.atNanos = atNanos;
            this.number = number;
            this.deed = deed;
        }

        void callOff() {
            off = true;
        }

        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final Deque<String> notes = new ArrayDeque<>();
    private final CRC32C trace = new CRC32C();
    private long nowNanos;
    /** How long the present turn has taken so far. */
    private long spentNanos;

    private long clockStepMs;
    private long number;

    @Override
    public long nanos() {
        return nowNanos + spentNanos;
    }

    /** Lets somebody do something, from now on; returns when he is done with it. The others' time stands still. */
    long takeTurn(Runnable deed) {
        long outer = spentNanos;
        spentNanos = 0;
        try {
            deed.run();
            return nanos();
        } finally {
            spentNanos = outer;
        }
    }

    /** The present turn takes so much longer. */
    void spend(long nanos) {
        spentNanos += nanos;
    }

    /** Tells whether it is later for the present turn than for the others. */
    boolean isAhead() {
        return spentNanos > 0;
    }

    /** Returns by how much the wall clock was set wrong, or right again. */
    long clockStepMs() {
        return clockStepMs;
    }

    /** Sets the wall clock, and nothing that this time is measured by. */
    void setClock(long stepMs) {
        clockStepMs = stepMs;
    }

    Event at(long nanos, Runnable deed) {
        Event event = new Event(Math.max(nanos, nowNanos), number++, deed);
        events.add(event);
        return event;
    }

    Event after(long nanos, Runnable deed) {
        return at(nanos() + nanos, deed);
    }

    void note(String text) {
        String note = String.format("%.3f %s", nanos() / 1e6, text);
        trace.update(note.getBytes(StandardCharsets.UTF_8));
        notes.add(note);
        if (notes.size() > NOTES_KEPT) {
            notes.remove();
        }
    }

    String lastNotes() {
        return String.join("\n", notes);
    }

    /** Returns what is the same only if all notes were. */
    long trace() {
        return trace.getValue();
    }

    /** Goes to the next event and lets it happen; false if there is none up to a time, which it is then. */
    boolean step(long untilNanos) {
        Event next = events.peek();
        while (next != null && next.off) {
            events.remove();
            next = events.peek();
        }
        if (next == null || next.atNanos > untilNanos) {
            nowNanos = Math.max(nowNanos, untilNanos);
            return false;
        }
        events.remove();
        nowNanos = next.atNanos;
        next.deed.run();
        return true;
    }
}
