package dev.polder.http;

/** A response that is being received by a {@link StreamListener}. Any thread may call. */
public interface ClientStream {

    /** Turns reading from the peer off or on. What was already read may still come after turning it off. */
    void setReading(boolean on);

    /** Closes the connection. Does nothing on an ended stream. */
    void close();
}
