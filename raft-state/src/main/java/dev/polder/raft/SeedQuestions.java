package dev.polder.raft;

import io.atomix.utils.concurrent.Scheduled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One search for the leader: a question to each seed, and to each other member that is known. Owned by the locator's
 * thread, but for the result.
 */
final class SeedQuestions {
    private final RaftThread thread;
    private final Dialer dialer;
    private final List<String> seeds;
    private final Duration timeout;
    private final Consumer<List<String>> onMembers;
    private final List<SeedConnection> asked = new ArrayList<>();
    private final CompletableFuture<LeaderSearch> result = new CompletableFuture<>();
    private @Nullable Scheduled limit;

    /** @param onMembers told the members when somebody has named them, before the result */
    SeedQuestions(
            RaftThread thread,
            Dialer dialer,
            WireCounters counters,
            List<String> seeds,
            List<String> known,
            Duration timeout,
            Consumer<List<String>> onMembers) {
        this.thread = thread;
        this.dialer = dialer;
        this.seeds = List.copyOf(seeds);
        this.timeout = timeout;
        this.onMembers = onMembers;
        Set<String> all = new LinkedHashSet<>(seeds);
        all.addAll(known);
        for (String one : all) {
            asked.add(new SeedConnection(thread, counters, this, one, MemberAddress.of(one)));
        }
    }

    CompletableFuture<LeaderSearch> result() {
        return result;
    }

    void begin() {
        limit = thread.schedule(timeout, this::late);
        for (SeedConnection one : asked) {
            dialer.dial(one.address(), one, failure -> one.fail(Dialer.words(failure)));
        }
    }

    private void late() {
        asked.forEach(one -> one.fail("no answer within " + timeout.toMillis() + " ms"));
    }

    /** Somebody has answered or failed. */
    void told() {
        Optional<SeedConnection> newest = newest();
        boolean all = asked.stream().allMatch(SeedConnection::hasTold);
        if (!result.isDone() && (all || newest.filter(this::isSettled).isPresent())) {
            Scheduled set = limit;
            if (set != null) {
                set.cancel();
            }
            LeaderSearch found = new LeaderSearch(
                    newest.flatMap(SeedConnection::leader),
                    asked.stream().flatMap(one -> one.problem().stream()).toList());
            named(newest).ifPresent(onMembers);
            asked.forEach(SeedConnection::close);
            result.complete(found);
        }
    }

    private Optional<SeedConnection> newest() {
        return asked.stream()
                .filter(one -> one.leader().isPresent())
                .max(Comparator.comparingLong(SeedQuestions::term));
    }

    private static long term(SeedConnection told) {
        return told.leader().map(LocatedLeader::term).orElse(0L);
    }

    /** Returns the members that whoever knows the newest leader has named, else whoever has named some. */
    private Optional<List<String>> named(Optional<SeedConnection> newest) {
        return newest.or(() ->
                        asked.stream().filter(one -> !one.members().isEmpty()).findFirst())
                .map(SeedConnection::members)
                .map(members -> members.stream()
                        .filter(member -> MemberAddress.problem(member) == null)
                        .toList());
    }

    /** Most of the seeds name that leader, or most of the members that it has by now. */
    private boolean isSettled(SeedConnection newest) {
        return isMajority(newest, seeds) || isMajority(newest, newest.members());
    }

    private boolean isMajority(SeedConnection newest, Collection<String> of) {
        long agreeing = asked.stream()
                .filter(one -> one.leader().isPresent() && term(one) == term(newest) && of.contains(one.toString()))
                .count();
        return agreeing > of.size() / 2;
    }
}
