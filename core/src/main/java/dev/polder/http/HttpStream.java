package dev.polder.http;

import java.util.function.Consumer;

/** A response body in chunks, sent while the connection lasts. Any thread may call; chunks keep the order of the calls. */
public interface HttpStream {

    /**
     * Sends one record as exactly one chunk.
     *
     * @param record at least one byte; not to be changed afterwards
     * @return whether it was taken; false once the stream has ended, also when this record would not fit: then the
     *     connection is cut with {@link ClosedBy#OUTBOX_FULL}
     */
    boolean send(byte[] record);

    /** Ends the stream in good order, after what was sent before. Does nothing on an ended stream. */
    void close();

    /** Calls the listener once when the stream has ended, on a network thread; at once if it has. */
    void onClosed(Consumer<ClosedBy> listener);

    /** The bytes that wait to be taken by the network. */
    long outboxBytes();
}
