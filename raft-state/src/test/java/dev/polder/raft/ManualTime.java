package dev.polder.raft;

import java.time.Duration;

/** Time that passes when the test says so. */
final class ManualTime implements RaftTime {
    private long nanos;

    void advance(Duration by) {
        nanos += by.toNanos();
    }

    @Override
    public long nanos() {
        return nanos;
    }
}
