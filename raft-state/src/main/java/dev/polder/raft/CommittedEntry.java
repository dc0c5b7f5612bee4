package dev.polder.raft;

import java.nio.ByteBuffer;

/**
 * An entry that is committed and durable.
 *
 * @param index its place in the log, unique and ascending, with gaps
 * @param term in which it was proposed
 * @param leaderTimeMs for how long the group had had a leader when it was proposed, in milliseconds; never falls along
 *     the log, is the same on every member, and stands still while nobody leads
 * @param view what was proposed, from position to limit of an array's buffer. It is lent: not to be changed, and other
 *     bytes may be there when the listener has returned. {@link #bytes()} and {@link #kept()} may be kept
 */
public record CommittedEntry(long index, long term, long leaderTimeMs, ByteBuffer view) {
    /** An entry whose bytes nobody changes. */
    public CommittedEntry(long index, long term, long leaderTimeMs, byte[] bytes) {
        this(index, term, leaderTimeMs, ByteBuffer.wrap(bytes));
    }

    /**
     * Returns what was proposed, to be kept and not to be changed: the array that was proposed, or a copy if the entry was
     * read from the disk. To be called before the listener returns.
     */
    public byte[] bytes() {
        if (view.arrayOffset() == 0 && view.position() == 0 && view.limit() == view.array().length) {
            return view.array();
        }
        byte[] copy = new byte[view.remaining()];
        view.get(view.position(), copy);
        return copy;
    }

    /** Returns the same, to be kept. To be called before the listener returns. */
    public CommittedEntry kept() {
        return new CommittedEntry(index, term, leaderTimeMs, bytes());
    }
}
