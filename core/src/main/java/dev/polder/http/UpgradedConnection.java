package dev.polder.http;

/** A connection of length-prefixed frames both ways. Any thread may call; frames keep the order of the calls. */
public interface UpgradedConnection {

    /**
     * Sends one frame.
     *
     * @param frame may be empty; not to be changed afterwards
     * @return whether it was taken; false once the connection has ended, also when this frame would not fit into the
     *     outbox: then the connection is cut with {@link ClosedBy#OUTBOX_FULL}
     */
    boolean send(byte[] frame);

    /** Turns reading from the peer off or on. A few frames that were already read may still come after turning it off. */
    void setReading(boolean on);

    /** Closes the connection, after what was sent before. Does nothing on an ended connection. */
    void close();
}
