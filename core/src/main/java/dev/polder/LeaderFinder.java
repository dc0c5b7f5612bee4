package dev.polder;

import dev.polder.raft.LeaderLocator;
import dev.polder.raft.LeaderSearch;
import dev.polder.raft.LocatedLeader;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
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
    private final List<String> seeds;
    private final Consumer<String> clusterIds;
    private final LeaderLocator locator;
    private final AtomicBoolean asking = new AtomicBoolean();
    private volatile long nextAskNanos = System.nanoTime();
    /** Changed by whoever tells of an answer, one after the other. */
    private long pauseNanos = PAUSE_NANOS_MIN;

    private volatile @Nullable InetSocketAddress found;
    private volatile String obstacle = "";

    /**
     * Asks nobody yet.
     *
     * @param clusterIds told which cluster the members belong to; refuses another one than before by throwing
     */
    LeaderFinder(String nodeName, List<String> seeds, Consumer<String> clusterIds) {
        this.nodeName = nodeName;
        this.seeds = seeds;
        this.clusterIds = clusterIds;
        locator = LeaderLocator.start(nodeName);
    }

    @Override
    public Optional<InetSocketAddress> get() {
        if (System.nanoTime() - nextAskNanos >= 0 && asking.compareAndSet(false, true)) {
            CompletableFuture<LeaderSearch> unused = locator.find(seeds, PATIENCE)
                    .whenComplete((search, failure) -> {
                        try {
                            if (search != null) {
                                heard(search);
                            }
                        } finally {
                            nextAskNanos = System.nanoTime() + pauseNanos;
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

    private void heard(LeaderSearch search) {
        InetSocketAddress address = null;
        String problem = search.leader().isPresent() ? "" : search.toString();
        try {
            address = search.leader().flatMap(this::addressOf).orElse(null);
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
        locator.close();
    }
}
