package dev.polder.http;

import java.time.Duration;

/**
 * What a server needs to know.
 *
 * @param bindAddress the address or name of the interface to listen on
 * @param port 0 for any free one
 * @param threadName the beginning of the threads' names; unused where threads are given
 * @param threads how many network threads, 1 to 64; unused where threads are given
 * @param bodyBytesMax the largest request body, after decompression; a larger one is answered 413. Also the largest
 *     frame of an upgraded connection
 * @param outboxBytesMax what may wait for one slow reader of a stream before it is cut
 * @param answerBytesMax what complete answers may wait for slow readers on all connections together; a further one is
 *     answered 503. One alone may be larger; small answers are always given
 * @param connectionsMax a further connection is answered 503 and closed
 * @param requestTimeout from the first byte of a request to its last; a slower one is answered 408
 * @param idleTimeout how long a connection may stay open without a request, and how long a reader may take nothing of
 *     a complete answer
 */
public record HttpServerConfig(
        String bindAddress,
        int port,
        String threadName,
        int threads,
        int bodyBytesMax,
        int outboxBytesMax,
        long answerBytesMax,
        int connectionsMax,
        Duration requestTimeout,
        Duration idleTimeout) {

    /** Checks the ranges and reports all mistakes together. */
    public HttpServerConfig {
        new Bounds("HttpServerConfig")
                .within("port", port, 0, 65_535)
                .within("threads", threads, 1, 64)
                .within("bodyBytesMax", bodyBytesMax, 0, 1 << 30)
                .within("outboxBytesMax", outboxBytesMax, 1, Integer.MAX_VALUE)
                .within("answerBytesMax", answerBytesMax, 1, Long.MAX_VALUE)
                .within("connectionsMax", connectionsMax, 1, 1_000_000)
                .positive("requestTimeout", requestTimeout)
                .positive("idleTimeout", idleTimeout)
                .check();
    }

    /**
     * One thread, bodies of 8 MiB, outboxes of 8 MiB, 256 MiB of answers, 10,000 connections, 10 s for a request, idle
     * after 120 s.
     */
    public static HttpServerConfig defaults(String bindAddress, int port, String threadName) {
        return new HttpServerConfig(
                bindAddress,
                port,
                threadName,
                1,
                8 << 20,
                8 << 20,
                256 << 20,
                10_000,
                Duration.ofSeconds(10),
                Duration.ofSeconds(120));
    }

    /** The same with another number of threads. */
    public HttpServerConfig withThreads(int threads) {
        return new HttpServerConfig(
                bindAddress,
                port,
                threadName,
                threads,
                bodyBytesMax,
                outboxBytesMax,
                answerBytesMax,
                connectionsMax,
                requestTimeout,
                idleTimeout);
    }

    /** The same with another limit for bodies and frames. */
    public HttpServerConfig withBodyBytesMax(int bodyBytesMax) {
        return new HttpServerConfig(
                bindAddress,
                port,
                threadName,
                threads,
                bodyBytesMax,
                outboxBytesMax,
                answerBytesMax,
                connectionsMax,
                requestTimeout,
                idleTimeout);
    }

    /** The same with another limit for what may wait for a slow reader. */
    public HttpServerConfig withOutboxBytesMax(int outboxBytesMax) {
        return new HttpServerConfig(
                bindAddress,
                port,
                threadName,
                threads,
                bodyBytesMax,
                outboxBytesMax,
                answerBytesMax,
                connectionsMax,
                requestTimeout,
                idleTimeout);
    }

    /** The same with another limit for complete answers that wait. */
    public HttpServerConfig withAnswerBytesMax(long answerBytesMax) {
        return new HttpServerConfig(
                bindAddress,
                port,
                threadName,
                threads,
                bodyBytesMax,
                outboxBytesMax,
                answerBytesMax,
                connectionsMax,
                requestTimeout,
                idleTimeout);
    }

    /** The same with another limit for connections. */
    public HttpServerConfig withConnectionsMax(int connectionsMax) {
        return new HttpServerConfig(
                bindAddress,
                port,
                threadName,
                threads,
                bodyBytesMax,
                outboxBytesMax,
                answerBytesMax,
                connectionsMax,
                requestTimeout,
                idleTimeout);
    }

    /** The same with another time for a request to arrive. */
    public HttpServerConfig withRequestTimeout(Duration requestTimeout) {
        return new HttpServerConfig(
                bindAddress,
                port,
                threadName,
                threads,
                bodyBytesMax,
                outboxBytesMax,
                answerBytesMax,
                connectionsMax,
                requestTimeout,
                idleTimeout);
    }

    /** The same with another time for a connection to be idle. */
    public HttpServerConfig withIdleTimeout(Duration idleTimeout) {
        return new HttpServerConfig(
                bindAddress,
                port,
                threadName,
                threads,
                bodyBytesMax,
                outboxBytesMax,
                answerBytesMax,
                connectionsMax,
                requestTimeout,
                idleTimeout);
    }
}
