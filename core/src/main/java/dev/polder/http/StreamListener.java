package dev.polder.http;

/** Receives a response as it arrives, on a network thread: it must not block. */
public interface StreamListener {

    /** Learns status and headers. Called once, first. */
    void onResponse(int status, Headers headers);

    /** Takes the next bytes of the body, in pieces of any size. */
    void onBytes(byte[] bytes);

    /** Learns that no further bytes will come; {@link ClosedBy#PEER} if the peer ended the body. Called once, last. */
    void onClosed(ClosedBy by);
}
