package dev.polder.isolation.image;

/** Hears how a pull gets on, on the thread that pulls; to be quick about it is in the pull's own interest. */
@FunctionalInterface
public interface PullProgress {
    /** Nobody listens. */
    PullProgress NONE = (layer, bytes, size) -> {};

    /**
     * Bytes of a layer have come. The count may go back when a registry begins again.
     *
     * @param layer the compressed layer
     * @param bytes how many are here
     * @param size how many it has
     */
    void onBytes(Digest layer, long bytes, long size);
}
