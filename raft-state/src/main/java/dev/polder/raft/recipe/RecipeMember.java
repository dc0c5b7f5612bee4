package dev.polder.raft.recipe;

import dev.polder.raft.ClientService;
import dev.polder.raft.SnapshotSource;
import java.io.IOException;
import java.io.InputStream;

/**
 * A member's side of the recipes, for whoever has them share a log with something else: told what the log says, in its
 * order, it keeps the state and serves sessions while the member leads. Owned by the thread of its {@link RecipeLoop}, but
 * for {@link #clients()}.
 *
 * <pre>
 *   committed*, handed ─► restored ─► committed*, handed ─► serving ─► committed*, handed, tick ─► lost ─► …
 * </pre>
 */
public final class RecipeMember {
    private final RecipeLoop loop;
    private final RecipeServer server;
    private final RemoteCallers clients;

    /**
     * Begins with nothing.
     *
     * @param limits become those of the cluster when this member leads
     */
    public RecipeMember(RecipeLoop loop, RecipeLog log, RecipeLimits limits) {
        this.loop = loop;
        server = new RecipeServer(log, limits, new RecipeState());
        clients = new RemoteCallers(loop, server);
    }

    RecipeServer server() {
        return server;
    }

    /** Returns what serves the sessions of other processes. Any thread may ask, and hand it to the log. */
    public ClientService clients() {
        return clients;
    }

    /** Returns the way to this member for sessions in its process. */
    LocalLink.Member neighbour() {
        return new Neighbour();
    }

    private final class Neighbour implements LocalLink.Member {
        @Override
        public RecipeLoop loop() {
            return loop;
        }

        @Override
        public RecipeServer server() {
            return server;
        }

        /** There is no other to go to. */
        @Override
        public boolean isServing() {
            return true;
        }
    }

    /** Returns whether calls are taken. */
    public boolean isServing() {
        return server.isServing();
    }

    /** Returns the cluster time of the newest command, from which whoever leads counts on. */
    public long clusterTimeMs() {
        return server.state().clusterTimeMs();
    }

    /**
     * A command of the recipes is committed.
     *
     * @param index of its entry; several commands may share one
     * @param term of its entry
     * @param clusterTimeMs of its entry
     * @param command as it was proposed by {@link RecipeLog#propose}
     * @throws IllegalArgumentException if it is none that this version knows: this member must not go on
     */
    public void committed(long index, long term, long clusterTimeMs, byte[] command) {
        server.committed(index, term, clusterTimeMs, command, loop.nowMs());
    }

    /** All commands of all entries up to an index were handed to {@link #committed}. */
    public void handed(long index) {
        server.handed(index);
    }

    /** This member serves a term from here on; everything of earlier terms was handed over. */
    public void serving(long term) {
        server.serving(term, loop.nowMs());
    }

    /** The term is lost. */
    public void lost() {
        server.lost();
    }

    /** Time has passed. To be called every 100 ms or so: leases end by it. */
    public void tick() {
        server.tick(loop.nowMs());
    }

    /** Returns the index of the entry with the newest command, 0 for none. */
    public long index() {
        return server.state().index();
    }

    /** Returns the state as it is now, to be written by any thread at any time. Takes no longer if it is large. */
    public SnapshotSource snapshot() {
        RecipeView view = server.state().view();
        return out -> SnapshotCodec.write(view, out);
    }

    /**
     * Goes on with a state that {@link #snapshot()} wrote; what was handed over before is void.
     *
     * @param index of the last entry whose commands are in it
     * @param in read to the end of the state and not beyond; not closed
     * @throws IOException if it cannot be read, is damaged, or of a newer version; nothing has changed
     */
    public void restore(long index, InputStream in) throws IOException {
        server.restore(index, SnapshotCodec.read(in));
    }
}
