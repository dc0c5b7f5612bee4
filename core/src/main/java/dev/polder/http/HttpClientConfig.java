package dev.polder.http;

import java.time.Duration;

/**
 * What a client needs to know.
 *
 * @param threadName the beginning of the threads' names; unused where threads are given
 * @param threads how many network threads, 1 to 64; unused where threads are given
 * @param inFlightMax how many calls may be on the way to one address at once. They go in order over one connection in
 *     any case; more than 1 sends the next before the answer to the last has come (pipelining), which is right only
 *     for calls that may be repeated
 * @param waitingMax how many calls may wait for one address; a further one fails at once
 * @param bodyBytesMax the largest body of an answer; also the largest frame of an upgraded connection
 * @param outboxBytesMax what may wait on an upgraded connection before it is cut
 * @param connectTimeout for a new connection
 * @param requestTimeout from sending a call to the last byte of its answer; of a stream, to its first
 * @param idleTimeout how long an unused connection is kept; shorter than the servers', which would otherwise close it
 *     just when it is used again
 */
public record HttpClientConfig(
        String threadName,
        int threads,
        int inFlightMax,
        int waitingMax,
        int bodyBytesMax,
        int outboxBytesMax,
        Duration connectTimeout,
        Duration requestTimeout,
        Duration idleTimeout) {

    /** Checks the ranges and reports all mistakes together. */
    public HttpClientConfig {
        new Bounds("HttpClientConfig")
                .within("threads", threads, 1, 64)
                .within("inFlightMax", inFlightMax, 1, 10_000)
                .within("waitingMax", waitingMax, 1, 1_000_000)
                .within("bodyBytesMax", bodyBytesMax, 0, 1 << 30)
                .within("outboxBytesMax", outboxBytesMax, 1, Integer.MAX_VALUE)
                .positive("connectTimeout", connectTimeout)
                .positive("requestTimeout", requestTimeout)
                .positive("idleTimeout", idleTimeout)
                .check();
    }

    /**
     * One thread, one call on the way and 10,000 waiting, bodies of 64 MiB, outboxes of 8 MiB, 5 s to connect, 30 s
     * for a call, idle after 30 s.
     */
    public static HttpClientConfig defaults(String threadName) {
        return new HttpClientConfig(
                threadName,
                1,
                1,
                10_000,
                64 << 20,
                8 << 20,
                Duration.ofSeconds(5),
                Duration.ofSeconds(30),
                Duration.ofSeconds(30));
    }

    /** The same with another number of threads. */
    public HttpClientConfig withThreads(int threads) {
        return new HttpClientConfig(
                threadName,
                threads,
                inFlightMax,
                waitingMax,
                bodyBytesMax,
                outboxBytesMax,
                connectTimeout,
                requestTimeout,
                idleTimeout);
    }

    /** The same with another number of calls on the way at once. */
    public HttpClientConfig withInFlightMax(int inFlightMax) {
        return new HttpClientConfig(
                threadName,
                threads,
                inFlightMax,
                waitingMax,
                bodyBytesMax,
                outboxBytesMax,
                connectTimeout,
                requestTimeout,
                idleTimeout);
    }

    /** The same with another limit for answers and frames. */
    public HttpClientConfig withBodyBytesMax(int bodyBytesMax) {
        return new HttpClientConfig(
                threadName,
                threads,
                inFlightMax,
                waitingMax,
                bodyBytesMax,
                outboxBytesMax,
                connectTimeout,
                requestTimeout,
                idleTimeout);
    }

    /** The same with another time for an answer to come. */
    public HttpClientConfig withRequestTimeout(Duration requestTimeout) {
        return new HttpClientConfig(
                threadName,
                threads,
                inFlightMax,
                waitingMax,
                bodyBytesMax,
                outboxBytesMax,
                connectTimeout,
                requestTimeout,
                idleTimeout);
    }

    /** The same with another time for an unused connection to be kept. */
    public HttpClientConfig withIdleTimeout(Duration idleTimeout) {
        return new HttpClientConfig(
                threadName,
                threads,
                inFlightMax,
                waitingMax,
                bodyBytesMax,
                outboxBytesMax,
                connectTimeout,
                requestTimeout,
                idleTimeout);
    }
}
