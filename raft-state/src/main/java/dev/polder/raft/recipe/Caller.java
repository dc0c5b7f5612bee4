package dev.polder.raft.recipe;

import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** One session's connection to a {@link RecipeServer}. Owned by the server's thread. */
final class Caller {
    private final RecipeServer server;
    private final Consumer<RecipeAnswer> sink;
    private final BooleanSupplier room;
    private final Map<Long, WatchIndex.Watcher> watches = new HashMap<>();
    private LeaseId session = LeaseId.NONE;
    private long connection;
    /** The number of the next call; 0 while none came. */
    private long nextCall;

    private boolean closed;

    Caller(RecipeServer server, Consumer<RecipeAnswer> sink, BooleanSupplier room) {
        this.server = server;
        this.sink = sink;
        this.room = room;
    }

    /** Takes what the session says; its answers come by the sink, perhaps before this returns. */
    void call(RecipeCall call, long nowMs) {
        if (!closed) {
            server.call(this, call, nowMs);
        }
    }

    /** The connection is over. */
    void close() {
        if (!closed) {
            closed = true;
            server.gone(this);
        }
    }

    void answer(RecipeAnswer answer) {
        if (!closed) {
            sink.accept(answer);
        }
    }

    /** Returns whether what can wait should not wait: the other end reads. */
    boolean hasRoom() {
        return room.getAsBoolean();
    }

    LeaseId session() {
        return session;
    }

    /** Returns the session's number of this connection. */
    long connection() {
        return connection;
    }

    void attach(RecipeCall.Resume resume) {
        session = resume.session();
        connection = resume.connection();
    }

    Map<Long, WatchIndex.Watcher> watches() {
        return watches;
    }

    /** Returns whether a call is the next, or one that is repeated; what comes after a gap waits for the repetition. */
    boolean takes(long number) {
        return nextCall == 0 || number <= nextCall;
    }

    void took(long number) {
        nextCall = number + 1;
    }

    /** What is under way may never come; any call may be the next. */
    void forget() {
        nextCall = 0;
        watches.clear();
    }
}
