package dev.polder;

import dev.polder.raft.LeaderLocator;
import dev.polder.raft.LeaderSearch;
import dev.polder.raft.LocatedLeader;
import dev.polder.raft.RaftSecurity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the leading master is, for a node that is no member: it asks the members when it is asked itself, and answers
 * with what it heard last. While nobody leads it pauses longer and longer between two questions, up to 1 s. An answer of
 * another cluster is none. Thread-safe; who asks never waits.
 */
final class LeaderFinder implements Supplier<Optional<InetSocketAddress>>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderFinder.class);
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private static final long PAUSE_NANOS_MIN = 20_000_000;
    private static final long PAUSE_NANOS_MAX = 1_000_000_000;

    private final String nodeName;
    private final Consumer<String> clusterIds;
    private final Supplier<CompletableFuture<LeaderSearch>> search;
    private final LongSupplier nanoTime;
    private final Runnable closing;
    private final AtomicBoolean asking = new AtomicBoolean();
    private volatile long nextAskNanos;
    /** Changed by whoever tells of an answer, one after the other. */
    private long pauseNanos = PAUSE_NANOS_MIN;

    private volatile @Nullable InetSocketAddress found;
    private volatile String obstacle = "";

    /** With the questions and the time of a test. */
    LeaderFinder(
            String nodeName,
            Consumer<String> clusterIds,
            Supplier<CompletableFuture<LeaderSearch>> search,
            LongSupplier nanoTime,
            Runnable closing) {
        this.nodeName = nodeName;
        this.clusterIds = clusterIds;
        this.search = search;
        this.nanoTime = nanoTime;
        this.closing = closing;
        nextAskNanos = nanoTime.getAsLong();
    }

    /**
     * Asks nobody yet.
     *
     * @param security as the members have it
     * @param clusterIds told which cluster the members belong to; refuses another one than before by throwing
     */
    static LeaderFinder start(String nodeName, List<String> seeds, RaftSecurity security, Consumer<String> clusterIds)
            throws IOException {
        LeaderLocator locator = LeaderLocator.start(nodeName, security);
        return new LeaderFinder(
                nodeName, clusterIds, () -> locator.find(seeds, PATIENCE), System::nanoTime, locator::close);
    }

    @Override
    public Optional<InetSocketAddress> get() {
        if (nanoTime.getAsLong() - nextAskNanos >= 0 && asking.compareAndSet(false, true)) {
            CompletableFuture<LeaderSearch> unused = search.get().whenComplete((result, failure) -> {
                try {
                    if (result != null) {
                        heard(result);
                    }
                } finally {
                    nextAskNanos = nanoTime.getAsLong() + pauseNanos;
                    asking.set(false);
                }
            });
        }
        return Optional.ofNullable(found);
    }

    /** Returns what keeps this node from its leader, in words; empty if nothing does. */
    String obstacle() {
        return obstacle;
    }

    private void heard(LeaderSearch result) {
        InetSocketAddress address = null;
        String problem = result.leader().isPresent() ? "" : result.toString();
        try {
            address = result.leader().flatMap(this::addressOf).orElse(null);
        } catch (IllegalStateException | UncheckedIOException notOurs) {
            problem = String.valueOf(notOurs.getMessage());
        }
        if (!problem.equals(obstacle) && !problem.isEmpty()) {
            LOG.warn("node={} event=no_leader_found {}", nodeName, problem);
        }
        pauseNanos = address == null ? Math.min(2 * pauseNanos, PAUSE_NANOS_MAX) : PAUSE_NANOS_MIN;
        found = address;
        obstacle = problem;
    }

    private Optional<InetSocketAddress> addressOf(LocatedLeader leader) {
        if (!leader.clusterId().isEmpty()) {
            clusterIds.accept(leader.clusterId());
        }
        return MasterAddress.parse(leader.metadata());
    }

    @Override
    public void close() {
        closing.run();
    }
}
