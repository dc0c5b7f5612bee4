package dev.polder.raft.recipe;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The watches of a session, which it asks for again at each new leader. Owned by the session's thread. */
final class SessionWatches {
    private final RecipeSession session;
    private final Map<Long, Standing> standing = new LinkedHashMap<>();
    private long lastId;

    SessionWatches(RecipeSession session) {
        this.session = session;
    }

    /** One of them. */
    final class Standing {
        private final long id;
        private final KeyRange range;
        private final WatchListener listener;
        private final CompletableFuture<Watch> begun = new CompletableFuture<>();
        private final CompletableFuture<Void> ended = new CompletableFuture<>();
        private volatile long firstRevision;
        /** The next revision that was not told yet, 0 while it is for the leader to say. */
        private long nextRevision;

        private Standing(long id, KeyRange range, long fromRevision, WatchListener listener) {
            this.id = id;
            this.range = range;
            this.listener = listener;
            nextRevision = fromRevision;
        }

        CompletableFuture<Void> ended() {
            return ended;
        }

        long firstRevision() {
            return firstRevision;
        }

        /** Any thread. */
        void close() {
            session.loop().execute(() -> {
                if (standing.remove(id) != null) {
                    session.send(new RecipeCall.Unwatch(session.id(), id));
                    ended.complete(null);
                }
            });
        }

        private void tell(Change change) {
            if (nextRevision != 0 && change.revision() >= nextRevision) {
                nextRevision = change.revision() + 1;
                try {
                    listener.onChange(change);
                } catch (RuntimeException | Error e) {
                    session.send(new RecipeCall.Unwatch(session.id(), id));
                    fail(e);
                }
            }
        }

        private void fail(Throwable cause) {
            standing.remove(id);
            begun.completeExceptionally(cause);
            ended.completeExceptionally(cause);
        }
    }

    /** @param fromRevision 0 for the next change */
    CompletableFuture<Watch> add(KeyRange range, long fromRevision, WatchListener listener) {
        Standing watch = new Standing(++lastId, range, fromRevision, listener);
        standing.put(watch.id, watch);
        session.send(question(watch));
        return watch.begun;
    }

    private RecipeCall.Watch question(Standing watch) {
        return new RecipeCall.Watch(session.id(), watch.id, watch.range, watch.nextRevision);
    }

    /** Returns what is to be asked of whoever is asked first. */
    List<RecipeCall.Watch> questions() {
        return standing.values().stream().map(this::question).toList();
    }

    void began(RecipeAnswer.Watching answer) {
        Standing watch = standing.get(answer.watchId());
        if (watch != null && !watch.begun.isDone()) {
            if (watch.nextRevision == 0) {
                watch.nextRevision = answer.fromRevision();
            }
            watch.firstRevision = watch.nextRevision;
            watch.begun.complete(new Watch(watch));
        }
    }

    void changed(RecipeAnswer.Changed answer) {
        Standing watch = standing.get(answer.watchId());
        if (watch != null) {
            watch.tell(answer.change());
        }
    }

    void compacted(RecipeAnswer.Compacted answer) {
        Standing watch = standing.get(answer.watchId());
        if (watch != null) {
            watch.fail(RecipeException.compacted(watch.nextRevision, answer.oldestRevision()));
        }
    }

    void refused(RecipeAnswer.WatchRefused answer) {
        Standing watch = standing.get(answer.watchId());
        if (watch != null) {
            watch.fail(RecipeException.refused(answer.refusal()));
        }
    }

    void end(RecipeException cause) {
        Map<Long, Standing> ending = new LinkedHashMap<>(standing);
        standing.clear();
        ending.values().forEach(watch -> watch.fail(cause));
    }
}
