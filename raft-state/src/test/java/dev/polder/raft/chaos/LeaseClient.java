package dev.polder.raft.chaos;

import dev.polder.raft.recipe.Hold;
import dev.polder.raft.recipe.KeptLease;
import dev.polder.raft.recipe.LeaseId;
import dev.polder.raft.recipe.Recipes;
import dev.polder.raft.recipe.RemoteRecipes;
import dev.polder.raft.recipe.Value;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Attaches keys to leases, and looks at them from another session: while they live, and until they are gone. */
final class LeaseClient extends ChaosClient {
    private static final Duration TTL = Duration.ofSeconds(30);
    private static final int PAUSE_MS_MAX = 20;
    private static final int LOOKS = 60;
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    /** What a key may outlive a lease that nobody keeps alive: each new leader gives it its whole time again. */
    private static final long GONE_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);

    private final List<String> seeds;
    private int keys;

    LeaseClient(String name, List<String> seeds, History history, long seed) {
        super(name, seeds, history, TTL, PAUSE_MS_MAX, LOSE_ONE_OF, seed);
        this.seeds = seeds;
    }

    /** A key that is there. */
    private record Alive(String key, long askedNanos, long attachedNanos, AtomicLong sureUntil) {
        void ends() {
            sureUntil.accumulateAndGet(System.nanoTime(), Math::min);
        }

        LeaseChecker.Attached goneAt(long goneNanos) {
            return new LeaseChecker.Attached(key, askedNanos, attachedNanos, sureUntil.get(), goneNanos);
        }
    }

    @Override
    void turn(Recipes looking) throws InterruptedException, ExecutionException, TimeoutException {
        if (random.nextBoolean()) {
            withSession(looking);
        } else {
            try (RemoteRecipes remote = RemoteRecipes.start(name() + "-keeps", seeds)) {
                withLease(get(remote.open(ttl())), looking);
            }
        }
    }

    private Duration ttl() {
        return Duration.ofMillis(300 + random.nextInt(1_200));
    }

    private void withSession(Recipes looking) throws InterruptedException, ExecutionException, TimeoutException {
        Duration ttl = ttl();
        Alive alive;
        try (RemoteRecipes remote = RemoteRecipes.start(name() + "-keeps", seeds)) {
            Recipes session = get(remote.open(ttl));
            // a session tells when it may be over through what is held in it
            Hold hold = get(session.lock(name() + "/" + keys).acquire());
            alive = attach(session, session.session(), hold.lost());
            look(looking, alive.key, LOOKS, alive.sureUntil);
            alive.ends();
        }
        untilGone(looking, alive, ttl);
    }

    private void withLease(Recipes session, Recipes looking)
            throws InterruptedException, ExecutionException, TimeoutException {
        Duration ttl = ttl();
        KeptLease lease = get(session.leases().grant(ttl));
        Alive alive = attach(session, lease.id(), lease.lost());
        look(looking, alive.key, LOOKS, alive.sureUntil);
        alive.ends();
        if (random.nextBoolean()) {
            lease.abandon();
            untilGone(looking, alive, ttl);
        } else {
            long goneNanos = RegisterCall.NEVER;
            try {
                get(lease.end());
                goneNanos = System.nanoTime();
            } finally {
                history.add(alive.goneAt(goneNanos));
            }
            look(looking, alive.key, 1, new AtomicLong(RegisterCall.NEVER));
        }
    }

    private Alive attach(Recipes session, LeaseId lease, CompletableFuture<Void> over)
            throws InterruptedException, ExecutionException, TimeoutException {
        AtomicLong sureUntil = new AtomicLong(RegisterCall.NEVER);
        String key = name() + "/" + ++keys;
        long askedNanos = System.nanoTime();
        // before it is there, or what is told meanwhile would count as told later
        CompletableFuture<Void> unused = over.thenRun(() -> sureUntil.accumulateAndGet(System.nanoTime(), Math::min));
        get(session.keys().put(key, Value.EMPTY, lease));
        return new Alive(key, askedNanos, System.nanoTime(), sureUntil);
    }

    /** Looks for a while. Returns whether it is gone. */
    private boolean look(Recipes looking, String key, int times, AtomicLong until)
            throws InterruptedException, ExecutionException, TimeoutException {
        boolean there = true;
        for (int i = 0; i < times && there && until.get() == RegisterCall.NEVER; i++) {
            long startNanos = System.nanoTime();
            there = get(looking.keys().get(key)).isPresent();
            history.add(new LeaseChecker.Look(key, startNanos, System.nanoTime(), there));
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return !there;
    }

    private void untilGone(Recipes looking, Alive alive, Duration ttl)
            throws InterruptedException, ExecutionException, TimeoutException {
        long goneNanos = alive.sureUntil.get() + ttl.toNanos() + GONE_NANOS_MAX;
        history.add(alive.goneAt(goneNanos));
        AtomicLong never = new AtomicLong(RegisterCall.NEVER);
        boolean gone = false;
        while (!gone && System.nanoTime() <= goneNanos) {
            gone = look(looking, alive.key, 1, never);
        }
    }
}
