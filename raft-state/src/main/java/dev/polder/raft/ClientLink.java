package dev.polder.raft;

/** A client's connection to this member, for {@link ClientService}. Any thread may call; nothing blocks. */
public interface ClientLink {
    /**
     * Says something; what one thread says arrives in its order, or the connection ends. A client that does not read is
     * cut off when too much waits for it; one message alone is never too much.
     *
     * @param message is not to be changed any more
     */
    void send(byte[] message);

    /** Tells whether so little waits to be sent that more is welcome. */
    boolean hasRoom();

    /**
     * The service needs a message no longer; to be called once for each. A client is not heard while too much of what it
     * said is not handled.
     *
     * @param bytes of the message
     */
    void handled(int bytes);

    /** Sends the client away. */
    void close(String reason);
}
