package dev.polder.raft.recipe;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The sessions that were opened at one place, and those that wait to be. Any thread may call. */
final class Sessions {
    private final RecipeLoop loop;
    private final String place;
    private final SecureRandom nonces = new SecureRandom();
    /** Those that are not open yet, by their nonces. */
    private final Map<Long, CompletableFuture<Recipes>> opening = new ConcurrentHashMap<>();
    /** Those that are open, and whether they are served here only. */
    private final Map<RecipeSession, Boolean> open = new ConcurrentHashMap<>();

    private volatile @Nullable String stopped;

    /** @param place what has opened them, for people */
    Sessions(RecipeLoop loop, String place) {
        this.loop = loop;
        this.place = place;
    }

    /** Opens a session. To cancel the future gives it up. */
    CompletableFuture<Recipes> open(RecipeLink.Connector connector, Duration ttl, boolean isServedHereOnly) {
        CompletableFuture<Recipes> opened = new CompletableFuture<>();
        long nonce = nonces.nextLong();
        CompletableFuture<RecipeSession> session = RecipeSession.open(loop, connector, nonce, ttl.toMillis());
        Completion.of(session, (begun, failure) -> {
            if (failure != null) {
                opened.completeExceptionally(failure);
                return;
            }
            open.put(begun, isServedHereOnly);
            Completion.of(begun.ended(), (done, none) -> open.remove(begun));
            if (!opened.complete(new Recipes(begun))) {
                begun.drop();
            }
        });
        opening.put(nonce, opened);
        Completion.of(opened, (recipes, failure) -> {
            opening.remove(nonce);
            if (failure != null) {
                session.completeExceptionally(failure);
            }
        });
        if (stopped != null) {
            refuse();
        }
        return opened;
    }

    /** Ends those here that nobody else serves. */
    void dropLonely() {
        open.forEach((session, isServedHereOnly) -> {
            if (isServedHereOnly) {
                session.drop();
            }
        });
    }

    void dropAll() {
        open.keySet().forEach(RecipeSession::drop);
    }

    /** Opens no more; those that wait to be opened fail. */
    void stop(String why) {
        stopped = why;
        refuse();
    }

    private void refuse() {
        RecipeException refusal = RecipeException.of(RecipeException.Reason.SESSION_ENDED, place + " " + stopped);
        opening.values().forEach(waiting -> waiting.completeExceptionally(refusal));
    }
}
