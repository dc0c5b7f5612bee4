package dev.polder.isolation.fetch;

/** Hears how a fetch gets on, on the thread that fetches; to be quick about it is in the fetch's own interest. */
@FunctionalInterface
public interface FetchProgress {
    /** Nobody listens. */
    FetchProgress NONE = (request, bytes) -> {};

    /**
     * Bytes have come. Of what is in the cache, or is just being put there for another, nothing is told.
     *
     * @param bytes how many are here, of the file as it comes
     */
    void onBytes(FetchRequest request, long bytes);
}
