package dev.polder.raft;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where connections to a cluster begin that are no member's: one thread, and the {@link LeaderLink}s on it, each a
 * connection of its own to whoever leads. A second thread exists while names of hosts are looked up. Who the members are it
 * learns from whoever leads, so it finds them when none of the seeds is one any more.
 */
public final class LogClient implements AutoCloseable {
    /** How many links there may be at once. */
    public static final int LINKS_MAX = 1_024;

    private static final Logger LOG = LoggerFactory.getLogger(LogClient.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final List<MemberAddress> seeds;
    /** Of the client's thread. */
    private List<MemberAddress> addresses;

    private final RaftThread thread;
    private final Dialer dialer;
    private final WireCounters counters = new WireCounters();
    private final SplittableRandom random = new SplittableRandom();
    private final Set<LeaderLink> links = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closes = new AtomicBoolean();
    /** No task begins any more, but for those that are in the queue. */
    private volatile boolean over;

    private LogClient(String name, List<MemberAddress> seeds, RaftSecurity security, Consumer<Throwable> onFailure)
            throws IOException {
        this.seeds = seeds;
        addresses = seeds;
        thread = new RaftThread(name, failure -> {
            LOG.error("event=client_failed name={}", name, failure);
            onFailure.accept(failure);
        });
        try {
            dialer = Dialer.open(thread, name, security);
        } catch (IOException | RuntimeException e) {
            thread.close();
            throw e;
        }
    }

    /**
     * Begins without asking anybody.
     *
     * @param name of the thread
     * @param seeds some members, as {@code host:port}, 1 to 7
     * @param security as the members have it
     * @param onFailure told on the thread what a task threw
     * @throws IllegalArgumentException if a seed is no such address, or there are none or too many
     * @throws IOException if something that the security needs cannot be read
     */
    public static LogClient start(String name, List<String> seeds, RaftSecurity security, Consumer<Throwable> onFailure)
            throws IOException {
        if (seeds.isEmpty() || seeds.size() > RaftPeers.MEMBERS_MAX) {
            throw new IllegalArgumentException(
                    "seeds: " + seeds.size() + " of them, must be 1 to " + RaftPeers.MEMBERS_MAX);
        }
        List<MemberAddress> addresses = new ArrayList<>();
        seeds.forEach(seed -> addresses.add(MemberAddress.of(seed)));
        return new LogClient(name, List.copyOf(addresses), security, onFailure);
    }

    /**
     * Makes a way to the leader, and begins to look for it. The listener is told nothing before this returns on the
     * thread itself; any thread may call.
     *
     * @throws IllegalStateException if there are {@link #LINKS_MAX} already
     */
    public LeaderLink open(LeaderListener listener) {
        if (links.size() >= LINKS_MAX) {
            throw new IllegalStateException("too many links: " + links.size() + ", linksMax=" + LINKS_MAX);
        }
        LeaderLink link = new LeaderLink(this, listener);
        links.add(link);
        thread.execute(link::begin);
        return link;
    }

    // ---- the thread

    /** Runs a task after those that were handed over before. Returns false, and drops it, when the thread has ended. */
    public boolean execute(Runnable task) {
        AtomicBoolean begun = new AtomicBoolean();
        thread.execute(() -> {
            if (begun.compareAndSet(false, true)) {
                task.run();
            }
        });
        return !over || !begun.compareAndSet(false, true);
    }

    /** Runs a task later. Dropped when the thread has ended. */
    public void schedule(Duration delay, Runnable task) {
        Object unused = thread.schedule(delay, task);
    }

    /** Returns whether the calling thread is this one. */
    public boolean isCurrent() {
        return thread.isCurrentContext();
    }

    // ---- for the links

    /** Returns whom to ask: the members that were told last, then the seeds that are none of them; 1 to 14. */
    List<MemberAddress> addresses() {
        return addresses;
    }

    /** A member has said who the members are. */
    void learn(List<String> members) {
        Set<MemberAddress> all = new LinkedHashSet<>();
        members.stream()
                .filter(member -> MemberAddress.problem(member) == null)
                .map(MemberAddress::of)
                .forEach(all::add);
        all.addAll(seeds);
        addresses = List.copyOf(all);
    }

    RaftThread thread() {
        return thread;
    }

    WireCounters counters() {
        return counters;
    }

    SplittableRandom random() {
        return random;
    }

    Dialer dialer() {
        return dialer;
    }

    void ended(LeaderLink link) {
        links.remove(link);
    }

    /** Closes all links and ends the thread, after what was handed over before. Idempotent; takes at most 2 s. */
    @Override
    public void close() {
        if (!closes.getAndSet(true)) {
            thread.execute(this::end);
        }
        boolean interrupted = false;
        try {
            if (!thread.isCurrentContext() && !thread.awaitEnd(CLOSE_TIMEOUT)) {
                LOG.warn("event=close_late the client's thread is busy with somebody's callback");
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void end() {
        links.forEach(LeaderLink::close);
        dialer.close();
        over = true;
        // what came into the queue before over could be seen runs before this
        thread.execute(() -> thread.end(() -> {}));
    }
}
