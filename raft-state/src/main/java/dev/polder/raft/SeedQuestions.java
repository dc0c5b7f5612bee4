package dev.polder.raft;

import io.atomix.utils.concurrent.Scheduled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One search for the leader: a question to each seed. Owned by the locator's thread, but for the result. */
final class SeedQuestions {
    private final RaftThread thread;
    private final Dialer dialer;
    private final Duration timeout;
    private final List<SeedConnection> seeds = new ArrayList<>();
    private final CompletableFuture<LeaderSearch> result = new CompletableFuture<>();
    private @Nullable Scheduled limit;

    SeedQuestions(RaftThread thread, Dialer dialer, WireCounters counters, List<String> seeds, Duration timeout) {
        this.thread = thread;
        this.dialer = dialer;
        this.timeout = timeout;
        for (String seed : seeds) {
            this.seeds.add(new SeedConnection(thread, counters, this, seed, MemberAddress.of(seed)));
        }
    }

    CompletableFuture<LeaderSearch> result() {
        return result;
    }

    void begin() {
        limit = thread.schedule(timeout, this::late);
        for (SeedConnection seed : seeds) {
            dialer.dial(seed.address(), seed, failure -> seed.fail(Dialer.words(failure)));
        }
    }

    private void late() {
        seeds.forEach(seed -> seed.fail("no answer within " + timeout.toMillis() + " ms"));
    }

    /** A seed has answered or failed. */
    void told() {
        Optional<LocatedLeader> newest = newest();
        boolean all = seeds.stream().allMatch(SeedConnection::hasTold);
        if (!result.isDone() && (all || newest.filter(this::isMajority).isPresent())) {
            Scheduled set = limit;
            if (set != null) {
                set.cancel();
            }
            LeaderSearch found = new LeaderSearch(
                    newest,
                    seeds.stream().flatMap(seed -> seed.problem().stream()).toList());
            seeds.forEach(SeedConnection::close);
            result.complete(found);
        }
    }

    private Optional<LocatedLeader> newest() {
        return seeds.stream()
                .flatMap(seed -> seed.leader().stream())
                .max((one, other) -> Long.compare(one.term(), other.term()));
    }

    private boolean isMajority(LocatedLeader leader) {
        long agreeing = seeds.stream()
                .filter(seed -> seed.leader()
                        .filter(named -> named.term() == leader.term())
                        .isPresent())
                .count();
        return agreeing > seeds.size() / 2;
    }
}
