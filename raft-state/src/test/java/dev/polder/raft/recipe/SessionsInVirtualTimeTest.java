package dev.polder.raft.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.raft.recipe.RecipeException.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Calls, sessions, leases and watches in virtual time. */
class SessionsInVirtualTimeTest extends OnVirtualCluster {
    // ---- calls

    @Test
    void shouldCarryOutCallsOfOneThreadInTheirOrder() {
        Recipes recipes = open();
        List<CompletableFuture<Long>> revisions = new ArrayList<>();
        repeat(100, () -> revisions.add(recipes.keys().put("k", Value.of(revisions.size()))));
        CompletableFuture<Optional<KeyEntry>> read = recipes.keys().get("k");

        assertThat(get(read)).get().extracting(KeyEntry::value).isEqualTo(Value.of(99));
        assertThat(revisions).extracting(CompletableFuture::join).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void shouldPutManyCallsIntoOneEntry() {
        Recipes recipes = open();
        int before = cluster.log.size();
        List<CompletableFuture<Long>> revisions = new ArrayList<>();
        repeat(500, () -> revisions.add(recipes.keys().put("k", Value.EMPTY)));
        get(CompletableFuture.allOf(revisions.toArray(CompletableFuture[]::new)));
        assertThat(cluster.log.size() - before).isLessThan(50);
    }

    @Test
    void shouldRefuseMoreCallsThanMayWait() {
        Recipes recipes = open();
        List<CompletableFuture<Long>> calls = new ArrayList<>();
        repeat(SessionCalls.CALLS_MAX + 1, () -> calls.add(recipes.keys().put("k", Value.EMPTY)));
        CompletableFuture<Long> last = calls.remove(calls.size() - 1);
        assertThatThrownBy(last::join).hasMessageContaining("calls that wait for answers: 1001, at most 1000");
        assertThat(reason(last)).isEqualTo(Reason.TOO_MANY_CALLS);
        get(CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)));
        assertThat(get(recipes.keys().put("k", Value.EMPTY))).isEqualTo(1_001);
    }

    @Test
    void shouldWaitWhileNobodyLeadsAndGoOnUnderTheNextLeader() {
        Recipes recipes = open();
        cluster.elect(cluster.members.get(1), 1_500);
        CompletableFuture<Long> put = recipes.keys().put("k", Value.of("v"));
        cluster.time.run(1_400);
        assertThat(put).isNotDone();
        get(put);
        assertThat(recipes.ended()).isNotDone();
    }

    @Test
    void shouldTellWhyACallIsRefused() {
        Recipes recipes = open();
        CompletableFuture<Long> put = recipes.keys().put("k", Value.EMPTY, new LeaseId(77));
        cluster.time.run(100);
        assertThatThrownBy(put::join).hasRootCauseMessage("lease 77: not there");
        assertThat(reason(put)).isEqualTo(Reason.REFUSED);
    }

    @Test
    void shouldRefuseARequestThatNoLogTakesAndGoOn() {
        Recipes recipes = open();
        CompletableFuture<Long> huge = recipes.keys().put("k", Value.of(new byte[2 << 20]));
        assertThatThrownBy(huge::join)
                .hasMessageContaining("request of bytes: 2097183, at most requestBytesMax=1048448");
        CompletableFuture<Long> large = recipes.keys().put("k", Value.of(new byte[600 << 10]));
        cluster.time.run(100);
        assertThatThrownBy(large::join)
                .hasMessageContaining("value of 'k' of bytes: 614400, at most valueBytesMax=524288");
        assertThat(get(recipes.keys().put("k", Value.EMPTY))).isEqualTo(1);
    }

    @Test
    void shouldListWhatDoesNotFitOneAnswer() {
        use(RecipeLimits.DEFAULT.with(Limit.RESULT_BYTES_MAX, 25));
        Recipes recipes = open();
        for (int i = 10; i < 30; i++) {
            get(recipes.keys().put("k" + i, Value.of("0123456789")));
        }
        assertThat(get(recipes.keys().list(KeyRange.prefix("k")))).hasSize(20);
    }

    // ---- sessions

    /** Keys vanish with their session, as ephemeral nodes do. */
    @Test
    void shouldEndTheKeysOfASessionThatIsNotHeardOf() {
        Recipes dying = open();
        Recipes other = open();
        get(dying.keys().put("hosts/a", Value.EMPTY, dying.session()));
        loops.get(0).die();

        cluster.time.run(TTL_MS - 1_000);
        assertThat(get(other.keys().get("hosts/a"))).isPresent();
        cluster.time.run(2_000);
        assertThat(get(other.keys().get("hosts/a"))).isEmpty();
    }

    @Test
    void shouldKeepASessionAliveWithoutWritingToTheLog() {
        open();
        cluster.time.run(1_000);
        int before = cluster.log.size();
        cluster.time.run(20 * TTL_MS);
        assertThat(cluster.log).hasSize(before);
        assertThat(sessions.get(0).isSure()).isTrue();
    }

    @Test
    void shouldGiveEverySessionItsWholeTimeAfterAChangeOfLeader() {
        Recipes recipes = open();
        get(recipes.keys().put("me", Value.EMPTY, recipes.session()));
        cluster.elect(cluster.members.get(1), 2 * TTL_MS);
        cluster.time.run(2 * TTL_MS + 1_500);
        assertThat(get(recipes.keys().get("me"))).isPresent();
        assertThat(recipes.ended()).isNotDone();
    }

    @Test
    void shouldOutliveALeaderThatBeganWithWhatAnotherHadSaved() {
        Recipes recipes = open();
        VirtualCluster.Member behind = cluster.members.get(2);
        get(recipes.keys().put("me", Value.of("1"), recipes.session()));
        List<Long> seen = new ArrayList<>();
        get(recipes.watch(KeyRange.ALL, change -> seen.add(change.revision())));
        behind.loop.pause(1_000);
        repeat(10, () -> get(recipes.keys().put("me", Value.of("2"), recipes.session())));
        behind.install(cluster.members.get(0));
        cluster.elect(behind, 2_000);
        cluster.time.run(1_990);
        assertThat(cluster.installed()).isEqualTo(1);

        assertThat(get(recipes.keys().put("me", Value.of("3"), recipes.session())))
                .isEqualTo(12);
        assertThat(get(recipes.keys().get("me"))).isPresent();
        assertThat(seen).hasSize(11);
        assertThat(recipes.ended()).isNotDone();
    }

    @Test
    void shouldSayThatAnOutcomeIsUnknownWhenTheSessionEndsBeforeTheAnswer() {
        Recipes recipes = open();
        loops.get(0).pause(3 * TTL_MS);
        CompletableFuture<Long> put = recipes.keys().put("k", Value.EMPTY);
        CompletableFuture<Optional<KeyEntry>> read = recipes.keys().get("k");
        get(recipes.ended());
        cluster.time.run(100);
        assertThat(reason(put)).isEqualTo(Reason.OUTCOME_UNKNOWN);
        assertThat(reason(read)).isEqualTo(Reason.SESSION_ENDED);
        CompletableFuture<Long> late = recipes.keys().put("k", Value.EMPTY);
        cluster.time.run(10);
        assertThat(reason(late)).isEqualTo(Reason.SESSION_ENDED);
    }

    @Test
    void shouldEndASessionAtOnceWhenItIsClosed() {
        Recipes closing = open();
        Recipes other = open();
        get(closing.keys().put("hosts/a", Value.EMPTY, closing.session()));
        closing.close();
        get(closing.ended());
        assertThat(get(other.keys().get("hosts/a"))).isEmpty();
    }

    @Test
    void shouldRefuseASessionInWords() {
        VirtualTime.Loop loop = cluster.time.loop();
        CompletableFuture<RecipeSession> opened =
                RecipeSession.open(loop, answers -> cluster.link(loop, answers), 9, 1);
        cluster.time.run(500);
        assertThatThrownBy(opened::join).hasRootCauseMessage("lease of ms: 1, at least ttlMsMin=100");
    }

    // ---- leases

    @Test
    void shouldKeepALeaseAliveUntilItIsAbandoned() {
        Recipes recipes = open();
        KeptLease lease = get(recipes.leases().grant(Duration.ofSeconds(1)));
        get(recipes.keys().put("k", Value.EMPTY, lease.id()));
        cluster.time.run(10_000);
        assertThat(get(recipes.keys().get("k"))).isPresent();
        assertThat(lease.lost()).isNotDone();

        lease.abandon();
        cluster.time.run(1_500);
        assertThat(lease.lost()).isDone();
        assertThat(get(recipes.keys().get("k"))).isEmpty();
        assertThat(get(lease.end())).isZero();
    }

    /** The lease began when the next leader granted it, not when it was asked for. */
    @Test
    void shouldHandOutALeaseThatIsSureToLiveHoweverLongItTook() {
        Recipes recipes = open();
        cluster.weather.delayMsMax = 60;
        cluster.elect(cluster.members.get(1), 2_500);
        KeptLease lease = get(recipes.leases().grant(Duration.ofSeconds(1)));
        cluster.time.run(3_000);
        assertThat(lease.lost()).isNotDone();
    }

    @Test
    void shouldSayThatALeaseIsLostWhenAnotherEndsIt() {
        Recipes recipes = open();
        open();
        KeptLease lease = get(recipes.leases().grant(Duration.ofSeconds(3)));
        get(sessions.get(1).submit(new Request.Revoke(lease.id())));
        get(lease.lost());
        assertThat(recipes.ended()).isNotDone();
    }

    // ---- watches

    @Test
    void shouldShowAChangeBeforeTheCallThatMadeItIsAnsweredAndBeforeAReadThatSeesIt() {
        Recipes writer = open();
        Recipes reader = open();
        List<String> order = new ArrayList<>();
        get(writer.watch(KeyRange.of("k"), change -> order.add("writer sees " + change.revision())));
        get(reader.watch(KeyRange.ALL, change -> order.add("reader sees " + change.revision())));

        get(writer.keys().put("k", Value.EMPTY).thenAccept(revision -> order.add("written " + revision)));
        assertThat(order).containsSubsequence("writer sees 1", "written 1");
        get(writer.keys().put("k", Value.EMPTY));
        get(reader.keys().read(KeyRange.ALL, 1, false).thenAccept(read -> order.add("read " + read.revision())));
        assertThat(order).containsSubsequence("reader sees 1", "reader sees 2", "read 2");
    }

    @Test
    void shouldTellAWatchFromThePastAllThatItMissed() {
        Recipes recipes = open();
        get(recipes.keys().put("a", Value.EMPTY));
        Reading reading = get(recipes.keys().read(KeyRange.ALL, 10, false));
        get(recipes.keys().put("b", Value.EMPTY));
        get(recipes.keys().delete("a"));

        List<Change> seen = new ArrayList<>();
        Watch watch = get(recipes.watch(KeyRange.ALL, reading.revision() + 1, seen::add));
        cluster.time.run(50);
        assertThat(seen).extracting(Change::revision).containsExactly(2L, 3L);
        assertThat(watch.fromRevision()).isEqualTo(2);
        watch.close();
        get(watch.ended());
        get(recipes.keys().put("c", Value.EMPTY));
        assertThat(seen).hasSize(2);
    }

    @Test
    void shouldTellAWatchThatBeginsTooFarBackWhereItCanBegin() {
        use(RecipeLimits.DEFAULT.with(Limit.HISTORY_EVENTS_MAX, 3));
        Recipes recipes = open();
        repeat(10, () -> get(recipes.keys().put("k", Value.EMPTY)));
        CompletableFuture<Watch> late = recipes.watch(KeyRange.ALL, 3, change -> {});
        cluster.time.run(50);
        assertThatThrownBy(late::join).hasRootCauseMessage("watch from revision 3: the oldest that is remembered is 8");
        assertThat(reason(late)).isEqualTo(Reason.COMPACTED);

        List<Change> seen = new ArrayList<>();
        get(recipes.watch(KeyRange.ALL, 8, seen::add));
        cluster.time.run(50);
        assertThat(seen).extracting(Change::revision).containsExactly(8L, 9L, 10L);
    }

    @Test
    void shouldGoOnWatchingUnderTheNextLeaderWithoutAGap() {
        Recipes watcher = open();
        Recipes writer = open();
        List<Long> seen = new ArrayList<>();
        get(watcher.watch(KeyRange.ALL, change -> seen.add(change.revision())));
        for (int i = 0; i < 20; i++) {
            get(writer.keys().put("k", Value.EMPTY));
            if (i % 5 == 0) {
                cluster.elect(cluster.members.get(i % 3), 200);
            }
        }
        cluster.time.run(3_000);
        assertThat(seen).containsExactly(LongStream.rangeClosed(1, 20).boxed().toArray(Long[]::new));
    }

    @Test
    void shouldEndAWatchWhoseListenerThrows() {
        Recipes recipes = open();
        Watch watch = get(recipes.watch(KeyRange.ALL, change -> {
            throw new IllegalStateException("enough");
        }));
        get(recipes.keys().put("k", Value.EMPTY));
        assertThatThrownBy(() -> watch.ended().join()).hasRootCauseMessage("enough");
        get(recipes.keys().put("k", Value.EMPTY));
    }

    @Test
    void shouldRefuseMoreWatchesThanASessionMayHave() {
        use(RecipeLimits.DEFAULT.with(Limit.SESSION_WATCHES_MAX, 2));
        Recipes recipes = open();
        repeat(2, () -> get(recipes.watch(KeyRange.ALL, change -> {})));
        CompletableFuture<Watch> third = recipes.watch(KeyRange.ALL, change -> {});
        cluster.time.run(100);
        assertThatThrownBy(third::join).hasRootCauseMessage("watches of a session: 3, at most sessionWatchesMax=2");
    }
}
