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
        int connectionsMax,
        Duration requestTimeout,
        Duration idleTimeout) {

    /** Checks the ranges and reports all mistakes together. */
    public HttpServerConfig {
        // ranges are checked here
    }

    /** One thread, bodies of 8 MiB, outboxes of 8 MiB, 10,000 connections, 10 s for a request, idle after 120 s. */
    public static HttpServerConfig defaults(String bindAddress, int port, String threadName) {
        return new HttpServerConfig(
                bindAddress,
                port,
                threadName,
                1,
                8 << 20,
                8 << 20,
                10_000,
                Duration.ofSeconds(10),
                Duration.ofSeconds(120));
    }
}
