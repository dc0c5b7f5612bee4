package dev.polder.raft;

import java.util.concurrent.atomic.LongAdder;

/** Counts what the network does. Any thread may read. */
final class WireCounters {
    final LongAdder connections = new LongAdder();
    final LongAdder handshakesRefused = new LongAdder();
    final LongAdder handshakesLate = new LongAdder();
    final LongAdder connectionsRefused = new LongAdder();
    final LongAdder framesRefused = new LongAdder();
    final LongAdder requestsSent = new LongAdder();
    final LongAdder requestsFailed = new LongAdder();
    final LongAdder bytesSent = new LongAdder();
    final LongAdder bytesReceived = new LongAdder();

    LogNetwork read() {
        return new LogNetwork(
                connections.sum(),
                handshakesRefused.sum(),
                handshakesLate.sum(),
                connectionsRefused.sum(),
                framesRefused.sum(),
                requestsSent.sum(),
                requestsFailed.sum(),
                bytesSent.sum(),
                bytesReceived.sum());
    }

    /** Tells whether a thing that strangers can make happen is worth a line: the first time, and each time it doubled. */
    static boolean isWorthALine(LongAdder counter) {
        return Long.bitCount(counter.sum()) == 1;
    }
}
