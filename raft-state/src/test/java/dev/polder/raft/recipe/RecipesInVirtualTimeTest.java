package dev.polder.raft.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.raft.recipe.RecipeException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** Locks, elections, counters, sequences and barriers in virtual time. */
class RecipesInVirtualTimeTest extends OnVirtualCluster {
    // ---- locks and elections

    @Test
    void shouldGiveALockInTheOrderItWasAskedForWithRisingTokens() {
        List<CompletableFuture<Hold>> asked = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            asked.add(open().lock("l").acquire());
            cluster.time.run(50);
        }
        long token = 0;
        for (int i = 0; i < 5; i++) {
            Hold hold = get(asked.get(i));
            assertThat(asked.subList(i + 1, 5)).noneMatch(CompletableFuture::isDone);
            assertThat(hold.token()).isGreaterThan(token);
            token = hold.token();
            get(hold.release());
        }
    }

    @Test
    void shouldSkipThoseWhoGaveUp() {
        Lock lock = open().lock("l");
        Hold first = get(lock.acquire());
        CompletableFuture<Hold> second = lock.acquire();
        CompletableFuture<Hold> third = lock.acquire();
        CompletableFuture<Hold> fourth = lock.acquire();
        cluster.time.run(50);
        second.cancel(false);
        third.completeExceptionally(new TimeoutException());
        cluster.time.run(50);
        assertThat(fourth).isNotDone();
        get(first.release());
        assertThat(get(fourth).lost()).isNotDone();
    }

    @Test
    void shouldLeaveNoWatchBehindForThoseWhoGaveUp() {
        use(RecipeLimits.DEFAULT.with(Limit.SESSION_WATCHES_MAX, 2));
        Recipes recipes = open();
        get(recipes.lock("l").acquire());
        get(recipes.barrier("b").raise());
        for (int i = 0; i < 5; i++) {
            for (CompletableFuture<?> waiting :
                    List.of(recipes.lock("l").acquire(), recipes.barrier("b").await())) {
                cluster.time.run(50);
                assertThat(waiting).isNotDone();
                waiting.cancel(false);
                cluster.time.run(50);
            }
        }
        assertThat(get(recipes.keys().list(KeyRange.prefix("lock/l//")))).hasSize(1);
    }

    @Test
    void shouldPassTheLockOnWhenItsHolderDies() {
        Hold dying = get(open().lock("l").acquire());
        CompletableFuture<Hold> next = open().lock("l").acquire();
        loops.get(0).die();
        cluster.time.run(TTL_MS - 1_000);
        assertThat(next).isNotDone();
        assertThat(get(next).token()).isGreaterThan(dying.token());
    }

    @Test
    void shouldSayThatAHoldIsLostBeforeAnotherCanHold() {
        Hold cutOff = get(open().lock("l").acquire());
        CompletableFuture<Hold> next = open().lock("l").acquire();
        long[] lostMs = new long[1];
        long[] heldMs = new long[1];
        Completion.of(cutOff.lost(), (done, failure) -> lostMs[0] = cluster.time.nowMs());
        Completion.of(next, (done, failure) -> heldMs[0] = cluster.time.nowMs());
        cluster.time.run(5_000);
        assertThat(lostMs[0]).isZero();

        cluster.weather.cutOff.add(loops.get(0));
        get(next);
        assertThat(lostMs[0]).isPositive().isLessThan(heldMs[0]);
    }

    @Test
    void shouldHoldNothingFromTheMomentThatTheSessionIsToBeClosed() {
        Recipes closing = open();
        Hold hold = get(closing.lock("l").acquire());
        CompletableFuture<Hold> own = closing.lock("l").acquire();
        CompletableFuture<Hold> next = open().lock("l").acquire();
        boolean[] lostBefore = new boolean[1];
        Completion.of(next, (held, failure) -> lostBefore[0] = hold.lost().isDone());
        cluster.time.run(50);
        // the answer to what closes it is lost
        cluster.observe(entry -> cluster.weather.cutOff.add(loops.get(0)));
        CompletableFuture<Void> closed = sessions.get(0).close();
        get(next);
        assertThat(lostBefore[0]).isTrue();
        assertThat(own).isNotCompleted();
        assertThat(closed).isNotDone();
    }

    @Test
    void shouldTellAWaiterWhosePlaceWasTakenAway() {
        Recipes recipes = open();
        get(recipes.lock("l").acquire());
        CompletableFuture<Hold> waiting = recipes.lock("l").acquire();
        cluster.time.run(50);
        List<KeyEntry> places = get(recipes.keys().list(KeyRange.prefix("lock/l//")));
        get(recipes.keys().delete(places.get(1).key()));
        get(recipes.keys().delete(places.get(0).key()));
        cluster.time.run(100);
        assertThat(reason(waiting)).isEqualTo(Reason.PLACE_LOST);
    }

    @Test
    void shouldKeepLocksApartWhoseNamesBeginAlike() {
        Recipes recipes = open();
        get(recipes.lock("a").acquire());
        get(recipes.lock("a/b").acquire());
        get(recipes.lock("ab").acquire());
        assertThatThrownBy(() -> recipes.lock("a//b")).hasMessage("lock 'a//b': empty component at index 2");
        assertThatThrownBy(() -> recipes.lock("")).hasMessage("lock '': empty component at index 0");
        assertThatThrownBy(() -> recipes.counter("a/")).hasMessage("counter 'a/': empty component at index 2");
    }

    @Test
    void shouldElectTheNextWhenTheLeaderResigns() {
        Election one = open().election("e");
        Election two = open().election("e");
        Hold first = get(one.stand(Value.of("one")));
        CompletableFuture<Hold> second = two.stand(Value.of("two"));
        cluster.time.run(50);
        assertThat(get(one.proclaim(first, Value.of("uno")))).isTrue();
        KeyEntry leader = get(two.leader()).orElseThrow();
        assertThat(leader.value()).isEqualTo(Value.of("uno"));
        assertThat(leader.createRevision()).isEqualTo(first.token());

        get(first.release());
        get(second);
        assertThat(get(one.leader()).orElseThrow().value()).isEqualTo(Value.of("two"));
        assertThat(get(one.proclaim(first, Value.of("still me")))).isFalse();
    }

    @Test
    void shouldTellWhoLeadsWheneverThatChanges() {
        Recipes recipes = open();
        List<String> leaders = new ArrayList<>();
        get(recipes.election("e")
                .observe(leader ->
                        leaders.add(leader.map(entry -> entry.value().text()).orElse("nobody"))));
        Hold first = get(recipes.election("e").stand(Value.of("one")));
        CompletableFuture<Hold> second = recipes.election("e").stand(Value.of("two"));
        cluster.time.run(50);
        get(first.release());
        cluster.time.run(50);
        get(get(second).release());
        cluster.time.run(50);
        assertThat(leaders).containsExactly("one", "one", "two", "nobody");
    }

    // ---- counters, sequences, barriers

    @Test
    void shouldCountOnceWhateverIsRepeated() {
        cluster.weather.twice = 0.5;
        cluster.weather.connectionMsMax = 200;
        Counter counter = open().counter("c");
        List<CompletableFuture<Long>> sums = new ArrayList<>();
        repeat(200, () -> {
            sums.add(counter.add(1));
            cluster.time.run(10);
        });
        get(CompletableFuture.allOf(sums.toArray(CompletableFuture[]::new)));
        assertThat(get(counter.get())).isEqualTo(200);
        assertThat(sums).extracting(CompletableFuture::join).doesNotHaveDuplicates();
    }

    @Test
    void shouldCompareAndSetACounterThatWasNeverSet() {
        Counter counter = open().counter("c");
        assertThat(get(counter.compareAndSet(1, 2))).isFalse();
        assertThat(get(counter.compareAndSet(0, 2))).isTrue();
        assertThat(get(counter.compareAndSet(0, 3))).isFalse();
        get(counter.set(0));
        assertThat(get(counter.compareAndSet(0, 3))).isTrue();
        assertThat(get(counter.get())).isEqualTo(3);
    }

    @Test
    void shouldNeverGiveANumberTwice() {
        Sequence one = open().sequence("s");
        Sequence two = open().sequence("s");
        List<Long> numbers = new ArrayList<>();
        repeat(10, () -> {
            numbers.add(get(one.next()));
            numbers.add(get(two.next()));
        });
        assertThat(numbers).isSorted().doesNotHaveDuplicates().startsWith(1L);
        long first = get(one.next(5));
        assertThat(get(two.next())).isEqualTo(first + 5);
        assertThatThrownBy(() -> one.next(0)).hasMessage("count 0: must be at least 1");
    }

    @Test
    void shouldStopAtABarrierUntilItIsLowered() {
        Barrier barrier = open().barrier("b");
        Barrier other = open().barrier("b");
        get(barrier.await());
        assertThat(get(barrier.raise())).isTrue();
        assertThat(get(other.raise())).isFalse();
        CompletableFuture<Void> waiting = other.await();
        cluster.time.run(500);
        assertThat(waiting).isNotDone();
        assertThat(get(barrier.lower())).isTrue();
        get(waiting);
        assertThat(get(barrier.lower())).isFalse();
    }

    @Test
    void shouldMeetAndLeaveTogether() {
        List<CompletableFuture<Meeting>> coming = new ArrayList<>();
        repeat(2, () -> coming.add(open().barrier("b").meet(3)));
        cluster.time.run(500);
        assertThat(coming).noneMatch(CompletableFuture::isDone);
        coming.add(open().barrier("b").meet(3));
        List<Meeting> met = coming.stream().map(this::get).toList();

        CompletableFuture<Void> first = met.get(0).leave();
        CompletableFuture<Void> second = met.get(1).leave();
        cluster.time.run(500);
        assertThat(first).isNotDone();
        // the third leaves with its session
        loops.get(2).die();
        get(first);
        get(second);
        assertThat(get(open().keys().list(KeyRange.prefix("barrier/")))).isEmpty();
    }
}
