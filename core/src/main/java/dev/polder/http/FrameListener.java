package dev.polder.http;

/** Receives the frames of one upgraded connection, on its network thread: it must not block. */
public interface FrameListener {

    /** Takes one frame. */
    void onFrame(byte[] frame);

    /** Learns that no further frame will come. Called once, last. */
    void onClosed(ClosedBy by);
}
