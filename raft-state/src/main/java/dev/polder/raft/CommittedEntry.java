package dev.polder.raft;

import java.nio.ByteBuffer;

/** An entry that is committed and durable. Lent to the listener for the call that tells it. */
public final class CommittedEntry {
    private final long index;
    private final long term;
    private final long leaderTimeMs;
    private final ByteBuffer view;
    private final int start;
    private final int length;

    /** An entry whose bytes lie in an array's buffer, from position to limit, until the listener has returned. */
    CommittedEntry(long index, long term, long leaderTimeMs, ByteBuffer view) {
        this.index = index;
        this.term = term;
        this.leaderTimeMs = leaderTimeMs;
        this.view = view;
        start = view.position();
        length = view.remaining();
    }

    /** An entry whose bytes nobody changes; it may be kept. */
    public CommittedEntry(long index, long term, long leaderTimeMs, byte[] bytes) {
        this(index, term, leaderTimeMs, ByteBuffer.wrap(bytes));
    }

    /** Returns its place in the log, unique and ascending, with gaps. */
    public long index() {
        return index;
    }

    /** Returns the term in which it was proposed. */
    public long term() {
        return term;
    }

    /**
     * Returns for how long the group had had a leader when it was proposed, in milliseconds: never falls along the log, is
     * the same on every member, and stands still while nobody leads.
     */
    public long leaderTimeMs() {
        return leaderTimeMs;
    }

    /** Returns how many bytes were proposed. */
    public int length() {
        return length;
    }

    /**
     * Returns what was proposed where it lies, from position to limit: not to be changed, and something else when the
     * listener has returned. Each call returns the same buffer, so what was read from it stays read.
     */
    public ByteBuffer view() {
        return view;
    }

    /**
     * Returns what was proposed, to be kept and not to be changed: the array that was proposed, or a copy if the entry was
     * read from the disk. To be called before the listener returns.
     */
    public byte[] bytes() {
        byte[] array = view.array();
        int offset = view.arrayOffset() + start;
        if (offset == 0 && length == array.length) {
            return array;
        }
        byte[] copy = new byte[length];
        System.arraycopy(array, offset, copy, 0, length);
        return copy;
    }

    /** Returns the same, to be kept. To be called before the listener returns. */
    public CommittedEntry kept() {
        return new CommittedEntry(index, term, leaderTimeMs, bytes());
    }

    @Override
    public String toString() {
        return "entry " + index + " of term " + term + ", " + length + " bytes";
    }
}
