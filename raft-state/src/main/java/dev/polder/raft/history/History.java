package dev.polder.raft.history;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Records under rising numbers: the newest of something long, for people to look at. A history is no place of truth. It
 * may lose a record at any time, but never shows a wrong one; its owner holds elsewhere what it is made from, and puts all
 * of it again after a start.
 *
 * <p>Bounded by its {@link HistoryLimits}: where a record finds no room, those with the lowest numbers go.
 *
 * <p>One thread at a time puts, removes and closes; any thread may ask.
 */
public interface History extends AutoCloseable {
    /**
     * Opens the history in a directory, or begins one, and logs one line that says where its records lie. They lie off the
     * heap, in a file of Chronicle Map, where this JVM has the flags for it, and in the heap otherwise; what is in the file
     * and of no use is thrown away. Takes some seconds at worst, and does not fail: no node depends on its history.
     *
     * @param directory a directory of the history's own, made if it is not there; one process uses it at a time
     * @param nodeName whose history it is, for the log
     */
    static History open(Path directory, HistoryLimits limits, String nodeName) {
        return HistoryOpening.open(directory, limits, nodeName);
    }

    /**
     * Begins a history in the heap, which ends when it is closed, and logs the same line.
     *
     * @param nodeName whose history it is, for the log
     * @param reason why it is in the heap, for the log
     */
    static History inHeap(HistoryLimits limits, String nodeName, String reason) {
        return HistoryOpening.inHeap(limits, nodeName, reason);
    }

    /**
     * Puts a record under a number, in place of another that may be there; to put the same again costs little.
     *
     * @return whether it is there now: not if it is larger than {@code recordBytesMax}, or if there is only room for higher
     *     numbers
     */
    boolean put(long number, byte[] record);

    /**
     * Returns the record under a number, empty if there is none.
     *
     * @throws IllegalStateException if the history is closed
     */
    Optional<byte[]> get(long number);

    /** Tells whether something is under a number; {@link #get} may find it lost. */
    boolean contains(long number);

    /** Removes the record under a number, if there is one. */
    void remove(long number);

    /** Returns the numbers that have a record, lowest first. */
    long[] numbers();

    /** Returns how many records there are. */
    int size();

    /** Closes it; a file is left as it can be opened again. Idempotent. */
    @Override
    void close();
}
