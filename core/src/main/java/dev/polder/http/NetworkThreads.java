package dev.polder.http;

/** The threads on which servers and clients do their work; several may share them. */
public final class NetworkThreads implements AutoCloseable {

    private final String threadName;
    private final int threads;

    private NetworkThreads(String threadName, int threads) {
        this.threadName = threadName;
        this.threads = threads;
    }

    /**
     * Starts daemon threads.
     *
     * @param threadName their names' beginning; a number is added
     * @param threads 1 to 64
     */
    public static NetworkThreads start(String threadName, int threads) {
        return new NetworkThreads(threadName, threads);
    }

    /** Ends the threads, and with them all connections that are left; bounded in time, idempotent. */
    @Override
    public void close() {
        throw new UnsupportedOperationException("NetworkThreads.close: " + threadName + threads);
    }

    @Override
    public String toString() {
        return "NetworkThreads[" + threadName + ", " + threads + "]";
    }
}
