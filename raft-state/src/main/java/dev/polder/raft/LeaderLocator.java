package dev.polder.raft;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the leader of a group from outside: asks its members whom they take for it. One daemon thread, however often it is
 * asked; a second one while names of hosts are looked up.
 */
public final class LeaderLocator implements AutoCloseable {
    /** How many searches may run at once; one beyond fails at once. */
    static final int SEARCHES_MAX = 64;
    /** For how many different lists of seeds the members are remembered; beyond, only the seeds are asked. */
    static final int KNOWN_MAX = 16;
    /** More members no group has. */
    static final int SEEDS_MAX = RaftPeers.MEMBERS_MAX;

    private static final Logger LOG = LoggerFactory.getLogger(LeaderLocator.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final RaftThread thread;
    private final Dialer dialer;
    private final WireCounters counters = new WireCounters();
    /** Bounded by {@link #SEARCHES_MAX}, give or take those that begin at the same moment. */
    private final Set<SeedQuestions> searches = ConcurrentHashMap.newKeySet();

    /** The members that were named last to who asked with these seeds. Bounded by {@link #KNOWN_MAX}. */
    private final Map<List<String>, List<String>> known = new ConcurrentHashMap<>();

    private volatile boolean closed;

    private LeaderLocator(String nodeName, RaftSecurity security) throws IOException {
        thread = new RaftThread(nodeName + "-locator", failure -> LOG.error("event=search_failed", failure));
        try {
            dialer = Dialer.open(thread, nodeName + "-locator", security);
        } catch (IOException | RuntimeException e) {
            thread.close();
            throw e;
        }
    }

    /**
     * Begins without asking anybody; for groups without {@link RaftSecurity}.
     *
     * @param nodeName goes into the names of threads
     */
    public static LeaderLocator start(String nodeName) {
        try {
            return start(nodeName, RaftSecurity.none());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Begins without asking anybody.
     *
     * @param nodeName goes into the names of threads
     * @throws IOException if something that the security needs cannot be read
     */
    public static LeaderLocator start(String nodeName, RaftSecurity security) throws IOException {
        return new LeaderLocator(nodeName, security);
    }

    /**
     * Asks all seeds at once, and the members that were named to who asked with the same seeds before: so the leader is
     * found when all seeds have been replaced one by one. Completed on the locator's own thread when a majority of the seeds,
     * or of the members, names the same leader, else when everybody has answered or failed, at the latest after the
     * time-out. Fails only if too many searches run
     * already, or the locator is closed. Any thread may call.
     *
     * @param seeds some members, as {@code host:port}, 1 to 7
     * @throws IllegalArgumentException if a seed is no such address, or the time-out is none
     */
    public CompletableFuture<LeaderSearch> find(List<String> seeds, Duration timeout) {
        if (seeds.isEmpty() || seeds.size() > SEEDS_MAX) {
            throw new IllegalArgumentException("seeds: " + seeds.size() + " of them, must be 1 to " + SEEDS_MAX);
        }
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("timeout " + timeout + " must be longer than nothing");
        }
        List<String> key = List.copyOf(seeds);
        SeedQuestions search = new SeedQuestions(
                thread,
                dialer,
                counters,
                key,
                known.getOrDefault(key, List.of()),
                timeout,
                members -> learn(key, members));
        if (searches.size() >= SEARCHES_MAX) {
            return CompletableFuture.failedFuture(new IllegalStateException(
                    "too many searches for the leader: " + searches.size() + ", searchesMax=" + SEARCHES_MAX));
        }
        searches.add(search);
        CompletableFuture<LeaderSearch> unused =
                search.result().whenComplete((result, failure) -> searches.remove(search));
        thread.execute(search::begin);
        if (closed) {
            cancelAll();
        }
        return search.result();
    }

    private void learn(List<String> seeds, List<String> members) {
        if (known.size() < KNOWN_MAX || known.containsKey(seeds)) {
            known.put(seeds, members);
        }
    }

    private void cancelAll() {
        searches.forEach(
                search -> search.result().completeExceptionally(new CancellationException("the locator is closed")));
    }

    /** Ends its thread and its connections; searches that run fail. Idempotent. */
    @Override
    public void close() {
        closed = true;
        dialer.close();
        thread.end(this::cancelAll);
        boolean interrupted = false;
        try {
            if (!thread.isCurrentContext() && !thread.awaitEnd(CLOSE_TIMEOUT)) {
                LOG.warn("event=close_late the locator's thread is busy with somebody's callback");
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        cancelAll();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
