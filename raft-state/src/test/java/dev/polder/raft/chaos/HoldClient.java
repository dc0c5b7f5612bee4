package dev.polder.raft.chaos;

import dev.polder.raft.recipe.Compare;
import dev.polder.raft.recipe.Hold;
import dev.polder.raft.recipe.Op;
import dev.polder.raft.recipe.Recipes;
import dev.polder.raft.recipe.Txn;
import dev.polder.raft.recipe.TxnResult;
import dev.polder.raft.recipe.Value;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** Takes a lock, or stands in an election, writes while it holds, and gives up, or loses its session. */
final class HoldClient extends ChaosClient {
    /** Shorter than it takes some sessions to find a new leader: who holds loses it then. */
    private static final int TTL_MS_MIN = 300;

    private static final int TTL_MS_MAX = 1_000;
    private static final int PAUSE_MS_MAX = 20;
    private static final int WRITES = 3;
    private static final int END_ONE_OF = 8;
    private static final int KEEP_ONE_OF = 3;
    private static final int KEEP_MS = 1_500;

    private final String what;
    private final Function<Recipes, CompletableFuture<Hold>> take;

    private HoldClient(
            String name,
            List<String> seeds,
            History history,
            String what,
            Function<Recipes, CompletableFuture<Hold>> take,
            long seed) {
        super(name, seeds, history, ttl(seed), PAUSE_MS_MAX, LOSE_ONE_OF, seed);
        this.what = what;
        this.take = take;
    }

    private static Duration ttl(long seed) {
        return Duration.ofMillis(TTL_MS_MIN + new Random(seed).nextInt(TTL_MS_MAX - TTL_MS_MIN));
    }

    static HoldClient ofLock(String name, List<String> seeds, History history, long seed) {
        return new HoldClient(
                name, seeds, history, "lock", session -> session.lock("chaos").acquire(), seed);
    }

    static HoldClient ofElection(String name, List<String> seeds, History history, long seed) {
        return new HoldClient(
                name,
                seeds,
                history,
                "election",
                session -> session.election("chaos").stand(Value.of(name)),
                seed);
    }

    @Override
    void turn(Recipes session) throws InterruptedException, ExecutionException, TimeoutException {
        AtomicLong from = new AtomicLong();
        CompletableFuture<Hold> taken = take.apply(session).thenApply(hold -> {
            from.set(System.nanoTime());
            return hold;
        });
        Hold hold;
        try {
            hold = get(taken);
        } catch (TimeoutException e) {
            // what is given to this session later is nobody's: it ends here
            lose();
            return;
        }
        AtomicLong until = new AtomicLong(RegisterCall.NEVER);
        CompletableFuture<Void> lost = hold.lost().thenRun(() -> until.accumulateAndGet(System.nanoTime(), Math::min));
        try {
            use(session, hold, lost);
        } finally {
            until.accumulateAndGet(System.nanoTime(), Math::min);
            history.add(new HoldChecker.Held(what, name(), hold.token(), from.get(), until.get()));
        }
        if (random.nextInt(END_ONE_OF) == 0) {
            lose();
        } else {
            get(hold.release());
        }
    }

    private void use(Recipes session, Hold hold, CompletableFuture<Void> lost)
            throws InterruptedException, ExecutionException, TimeoutException {
        for (int i = 0; i < WRITES && !lost.isDone(); i++) {
            TxnResult done = get(session.keys()
                    .transact(Txn.when(Compare.present(hold.key()))
                            .then(Op.put("guarded/" + what, Value.of(hold.token())))));
            if (done.held()) {
                history.add(new HoldChecker.Guarded(what, done.revision(), hold.token()));
            }
        }
        if (random.nextInt(KEEP_ONE_OF) == 0) {
            try {
                lost.get(KEEP_MS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                // it is held all the while
            }
        }
    }
}
