package dev.polder.benchmarks;

import dev.polder.raft.ReplicatedLog;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Proposes an entry whenever the one before is acknowledged and a millisecond has passed, while this member leads. Notes
 * when the last one was acknowledged, and says when the first one of a term was. One thread proposes; the log's thread
 * tells it.
 */
final class SteadyWrites implements MemberState.Writes, Runnable {
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int NO_TERM = 0;

    private final MemberState state;
    private final ReplicatedLog log;
    private final AckFile acks;
    private final Consumer<String> words;
    private final Thread thread = new Thread(this, "steady-writes");
    private long openTerm;
    private volatile long answeredTerm;
    private volatile long answeredNanos;

    SteadyWrites(MemberState state, ReplicatedLog log, AckFile acks, Consumer<String> words) {
        this.state = state;
        this.log = log;
        this.acks = acks;
        this.words = words;
    }

    void start() {
        state.tell(this);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void committed(long term) {
        answeredNanos = System.nanoTime();
        acks.set(answeredNanos);
        answeredTerm = term;
        LockSupport.unpark(thread);
    }

    @Override
    public void serving() {
        LockSupport.unpark(thread);
    }

    @Override
    public void lost() {
        LockSupport.unpark(thread);
    }

    @Override
    public void run() {
        long saidTerm = NO_TERM;
        while (true) {
            long term = state.servingTerm();
            if (term == NO_TERM) {
                LockSupport.park(this);
                continue;
            }
            if (openTerm != term) {
                answeredTerm = NO_TERM;
                if (propose(term)) {
                    openTerm = term;
                } else {
                    LockSupport.parkNanos(this, PAUSE_NANOS);
                }
            } else if (answeredTerm == term) {
                if (saidTerm != term) {
                    saidTerm = term;
                    words.accept("first " + term + " " + answeredNanos);
                }
                openTerm = NO_TERM;
                LockSupport.parkNanos(this, PAUSE_NANOS);
            } else {
                LockSupport.park(this);
            }
        }
    }

    private boolean propose(long term) {
        return log.propose(term, new byte[RaftMember.ENTRY_BYTES]) == ReplicatedLog.Proposed.ACCEPTED;
    }
}
