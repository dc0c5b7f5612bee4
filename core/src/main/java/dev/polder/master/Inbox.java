package dev.polder.master;

import java.util.Collection;
import java.util.concurrent.atomic.AtomicInteger;
import org.jctools.queues.varhandle.MpscUnboundedVarHandleArrayQueue;

/**
 * Commands on their way to the master, in the order in which they came: what closes a connection stays behind what came
 * over it, or the master would wait for ever for a connection that was closed before it was opened. Any thread puts, one
 * takes.
 *
 * <p>Bounded: more than {@code commandsMax} waiting commands are refused. One that closes a connection is always taken;
 * of those there is at most one for each connection.
 */
public final class Inbox {
    private static final int CHUNK_SIZE = 1024;

    private final int commandsMax;
    private final MpscUnboundedVarHandleArrayQueue<Command> queue = new MpscUnboundedVarHandleArrayQueue<>(CHUNK_SIZE);
    /** Those that may be refused. */
    private final AtomicInteger waiting = new AtomicInteger();

    /** Makes an empty inbox. */
    public Inbox(int commandsMax) {
        this.commandsMax = commandsMax;
    }

    /** Puts a command in; false if there is no room for it. */
    public boolean offer(Command command) {
        if (!closes(command) && waiting.incrementAndGet() > commandsMax) {
            waiting.decrementAndGet();
            return false;
        }
        return queue.offer(command);
    }

    /** Takes the oldest commands, at most so many; returns how many. */
    public int drainTo(Collection<? super Command> taken, int max) {
        return queue.drain(
                command -> {
                    if (!closes(command)) {
                        waiting.decrementAndGet();
                    }
                    taken.add(command);
                },
                max);
    }

    /** Tells whether nothing waits. */
    public boolean isEmpty() {
        return queue.isEmpty();
    }

    /** Returns how many wait; any thread, soon out of date. */
    public int size() {
        return queue.size();
    }

    private static boolean closes(Command command) {
        return command instanceof Command.FrameworkClosed || command instanceof Command.AgentClosed;
    }
}
