package dev.polder.raft.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The whole API as a user meets it in the first ten minutes. Keys of others must not be there. */
public final class FirstTenMinutes {
    private static final Duration TTL = Duration.ofSeconds(5);

    private FirstTenMinutes() {}

    /** Spends them, wherever the session is served. */
    public static void with(Recipes recipes) throws Exception {
        keysAndTransactions(recipes.keys());
        watches(recipes);
        locks(recipes);
        elections(recipes);
        countersAndSequences(recipes);
        barriers(recipes);
        leases(recipes);
    }

    private static void keysAndTransactions(KeyValue keys) throws Exception {
        long revision = keys.put("config/port", Value.of("8080")).get();
        Optional<KeyEntry> port = keys.get("config/port").get();
        assertThat(port).get().extracting(entry -> entry.value().text()).isEqualTo("8080");
        assertThat(port).get().extracting(KeyEntry::modRevision).isEqualTo(revision);

        assertThat(keys.compareAndSet("config/port", revision, Value.of("9090")).get())
                .isTrue();
        assertThat(keys.compareAndSet("config/port", revision, Value.of("7070")).get())
                .isFalse();

        TxnResult moved = keys.transact(Txn.when(Compare.present("config/port"), Compare.absent("config/address"))
                        .then(Op.put("config/address", Value.of("10.0.0.1")), Op.delete("config/port"))
                        .otherwise(new Op.Read(KeyRange.prefix("config/"), 10, false)))
                .get();
        assertThat(moved.held()).isTrue();
        assertThat(keys.list(KeyRange.prefix("config/")).get())
                .extracting(KeyEntry::key)
                .containsExactly("config/address");
        assertThat(keys.delete("config/address").get()).isTrue();
    }

    private static void watches(Recipes recipes) throws Exception {
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        try (Watch watch = recipes.watch(
                        KeyRange.prefix("jobs/"),
                        change -> change.events().forEach(event -> seen.add(event.kind() + " " + event.key())))
                .get()) {
            recipes.keys().put("jobs/1", Value.of("build")).get();
            recipes.keys().put("other/1", Value.of("nobody looks")).get();
            recipes.keys().delete("jobs/1").get();
            assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo("PUT jobs/1");
            assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo("DELETE jobs/1");
            assertThat(watch.ended()).isNotDone();
        }
    }

    private static void locks(Recipes recipes) throws Exception {
        Lock lock = recipes.lock("deploy");
        Hold first = lock.acquire().get();
        CompletableFuture<Hold> second = lock.acquire();
        assertThat(second).isNotDone();

        first.release().get();
        Hold next = second.get();
        assertThat(next.token()).isGreaterThan(first.token());
        assertThat(next.lost()).isNotDone();
        next.release().get();
    }

    private static void elections(Recipes recipes) throws Exception {
        Election election = recipes.election("scheduler");
        Hold leadership = election.stand(Value.of("here")).get();
        assertThat(election.leader().get())
                .get()
                .extracting(entry -> entry.value().text())
                .isEqualTo("here");
        leadership.release().get();
        assertThat(election.leader().get()).isEmpty();
    }

    private static void countersAndSequences(Recipes recipes) throws Exception {
        Counter visits = recipes.counter("visits");
        assertThat(visits.add(5).get()).isEqualTo(5);
        assertThat(visits.add(-2).get()).isEqualTo(3);
        assertThat(visits.get().get()).isEqualTo(3);

        Sequence orders = recipes.sequence("orders");
        assertThat(List.of(orders.next().get(), orders.next().get())).containsExactly(1L, 2L);
        assertThat(orders.next(10).get()).isEqualTo(3);
        assertThat(orders.next().get()).isEqualTo(13);
    }

    private static void barriers(Recipes recipes) throws Exception {
        Barrier barrier = recipes.barrier("migration");
        barrier.raise().get();
        CompletableFuture<Void> through = barrier.await();
        assertThat(through).isNotDone();
        barrier.lower().get();
        through.get();
    }

    private static void leases(Recipes recipes) throws Exception {
        KeptLease lease = recipes.leases().grant(TTL).get();
        recipes.keys().put("hosts/a", Value.of("up"), lease.id()).get();
        recipes.keys().put("hosts/me", Value.of("up"), recipes.session()).get();
        lease.end().get();
        assertThat(recipes.keys().list(KeyRange.prefix("hosts/")).get())
                .extracting(KeyEntry::key)
                .containsExactly("hosts/me");
    }
}
