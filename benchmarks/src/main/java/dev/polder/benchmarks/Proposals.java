package dev.polder.benchmarks;

import dev.polder.raft.ReplicatedLog;
import java.io.IOException;

/** Entries proposed to a log as the calls of a load: they are committed in the order in which they were proposed. */
final class Proposals implements MemberState.Writes, OpenCalls.Call {
    private final ReplicatedLog log;
    private final long term;
    private final int bytes;
    private final OpenCalls calls;
    /** When each open one was proposed. */
    private final long[] atNanos;

    private int nextProposed;
    private int nextCommitted;

    Proposals(ReplicatedLog log, long term, int bytes, int outstandingMax, OpenCalls calls) {
        this.log = log;
        this.term = term;
        this.bytes = bytes;
        this.calls = calls;
        atNanos = new long[outstandingMax];
    }

    @Override
    public boolean start(long now) throws IOException {
        atNanos[nextProposed] = now;
        ReplicatedLog.Proposed proposed = log.propose(term, new byte[bytes]);
        if (proposed == ReplicatedLog.Proposed.NOT_LEADER) {
            throw new IOException("this member does not serve term " + term);
        }
        if (proposed == ReplicatedLog.Proposed.FULL) {
            return false;
        }
        nextProposed = (nextProposed + 1) % atNanos.length;
        return true;
    }

    @Override
    public void committed(long committedTerm) {
        if (committedTerm == term) {
            calls.answered(atNanos[nextCommitted]);
            nextCommitted = (nextCommitted + 1) % atNanos.length;
        }
    }

    @Override
    public void lost() {
        calls.fail("the lead of term " + term + " was lost");
    }
}
