package dev.polder.raft.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/** Somebody who does this and that in one session, and checks all that he sees. */
final class VirtualUser {
    private static final List<String> KEYS = List.of("a", "b", "c/1", "c/2", "n");
    private static final List<KeyRange> RANGES =
            List.of(KeyRange.of("a"), KeyRange.prefix("c/"), KeyRange.ALL, new KeyRange("b", "d"));

    private final VirtualCluster cluster;
    private final HistoryChecker checker;
    private final SplittableRandom random;
    private final Map<String, List<Hold>> holds;
    private final VirtualTime.Loop loop;
    private final CompletableFuture<RecipeSession> opened;
    private final List<Watched> watches = new ArrayList<>();
    private boolean closing;

    /** A watch and what it saw. */
    private static final class Watched {
        private final KeyRange range;
        private final List<Change> seen = new ArrayList<>();
        private Watch watch;
        private boolean over;

        Watched(KeyRange range) {
            this.range = range;
        }
    }

    VirtualUser(
            VirtualCluster cluster,
            HistoryChecker checker,
            SplittableRandom random,
            Map<String, List<Hold>> holds,
            long ttlMs) {
        this.cluster = cluster;
        this.checker = checker;
        this.random = random;
        this.holds = holds;
        loop = cluster.time.loop();
        opened = RecipeSession.open(loop, answers -> cluster.link(loop, answers), random.nextLong(), ttlMs);
        // the cluster may end a session late, and never while its user can still be sure of it
        checker.whenDone(
                opened,
                session -> checker.onExpiry(
                        session.id(),
                        () -> checker.check(() -> assertThat(session.isSure())
                                .as("%s is sure of its session when the cluster ends it", session.id())
                                .isFalse())));
    }

    VirtualTime.Loop loop() {
        return loop;
    }

    boolean isOver() {
        return opened.isDone() && opened.join().hasEnded();
    }

    boolean isSure() {
        return opened.isDone() && opened.join().isSure();
    }

    private RecipeSession session() {
        return opened.join();
    }

    // ---- deeds

    void act() {
        if (!opened.isDone() || isOver() || closing) {
            return;
        }
        switch (random.nextInt(16)) {
            case 0, 1, 2, 3 -> call(new Request.Transact(txn()));
            case 4, 5 -> call(new Request.Transact(Txn.of(new Op.Add("n", 1))));
            case 6 ->
                call(new Request.Transact(Txn.of(new Op.Put(
                        "c/" + session().id().number(), value(), session().id()))));
            case 7, 8, 9 -> read();
            case 10, 11 -> watch();
            case 12, 13 -> lock("l" + random.nextInt(2));
            case 14 -> release();
            default -> rarely();
        }
    }

    private void rarely() {
        switch (random.nextInt(6)) {
            case 0 -> call(new Request.Grant(500));
            case 1 -> call(new Request.Revoke(anotherLease()));
            case 2 -> {
                closing = true;
                CompletableFuture<Void> unused = session().close();
            }
            default -> read();
        }
    }

    /** A session whose lease another revokes cannot know before its holds are gone. */
    private LeaseId anotherLease() {
        long id = 1L + random.nextInt(20);
        NaiveRecipes.NaiveLease lease = checker.model.leases.get(id);
        return lease != null && lease.nonce == null ? new LeaseId(id) : new LeaseId(1_000_000);
    }

    private Value value() {
        return Value.of(random.nextInt(5));
    }

    private String key() {
        return KEYS.get(random.nextInt(KEYS.size()));
    }

    private Txn txn() {
        return switch (random.nextInt(4)) {
            case 0 -> Txn.of(Op.put(key(), value()));
            case 1 -> Txn.of(new Op.Delete(RANGES.get(random.nextInt(RANGES.size() - 2))));
            case 2 ->
                Txn.when(Compare.holds("a", value()))
                        .then(Op.put("a", value()), Op.delete("b"))
                        .otherwise(Op.put("b", value()), new Op.Read(KeyRange.ALL, 3, true));
            default -> Txn.of(new Op.Append("c/", value(), LeaseId.NONE), Op.put(key(), value()));
        };
    }

    /** Numbers are counted here too; what recipes call between is of their own number. */
    private void call(Request request) {
        long askedMs = cluster.time.nowMs();
        RecipeSession session = session();
        CompletableFuture<Outcome> future = session.submit(request);
        loop.execute(() -> {
            long ours = session.lastCall();
            if (session.hasEnded()) {
                return;
            }
            Completion.of(
                    future,
                    (outcome, failure) -> checker.check(() -> {
                        if (failure == null) {
                            check(session, ours, askedMs, outcome);
                        } else if (failure instanceof RecipeException known
                                && known.refusal().isPresent()) {
                            check(
                                    session,
                                    ours,
                                    askedMs,
                                    new Outcome.Refused(known.refusal().get()));
                        } else {
                            assertThat(((RecipeException) failure).reason())
                                    .isEqualTo(RecipeException.Reason.OUTCOME_UNKNOWN);
                        }
                    }));
        });
    }

    private void check(RecipeSession session, long call, long askedMs, Outcome outcome) {
        checker.answered(session.id(), call, askedMs, cluster.time.nowMs(), outcome);
        if (outcome instanceof Outcome.Done done) {
            sawAllUpTo(done.result().results().isEmpty() ? 0 : done.result().revision());
        }
    }

    void read() {
        long revision = checker.model.revision;
        Op.Read what =
                new Op.Read(RANGES.get(random.nextInt(RANGES.size())), 1 + random.nextInt(4), random.nextBoolean());
        checker.whenDone(session().read(what), reading -> {
            checker.read(what, revision, reading);
            sawAllUpTo(reading.revision());
        });
    }

    // ---- watches

    private void watch() {
        if (watches.size() > 3) {
            Watched some = watches.get(random.nextInt(watches.size()));
            if (some.watch != null && !some.over) {
                some.watch.close();
                some.over = true;
            }
            return;
        }
        KeyRange range = RANGES.get(random.nextInt(RANGES.size()));
        Watched watched = new Watched(range);
        watches.add(watched);
        long from = random.nextBoolean() ? 0 : 1 + checker.model.revision - random.nextLong(1 + checker.model.revision);
        CompletableFuture<Watch> begun = session().watch(range, from, change -> {
            if (!watched.over) {
                watched.seen.add(change);
            }
        });
        Completion.of(begun, (watch, failure) -> {
            if (failure == null) {
                watched.watch = watch;
                Completion.of(watch.ended(), (done, cause) -> watched.over = true);
            } else {
                watched.over = true;
                checker.check(() -> assertThat(((RecipeException) failure).reason())
                        .isIn(RecipeException.Reason.COMPACTED, RecipeException.Reason.SESSION_ENDED));
            }
        });
    }

    /** Whoever sees a revision has seen all changes up to it, by each of his watches. */
    private void sawAllUpTo(long revision) {
        for (Watched watched : watches) {
            if (watched.watch != null && !watched.over) {
                List<Change> due = checker.changes(watched.range, watched.watch.fromRevision(), revision);
                assertThat(revisions(watched.seen))
                        .as(
                                "session %s: watch of %s at revision %d, time %d",
                                session().id(), watched.range, revision, cluster.time.nowMs())
                        .containsAll(revisions(due));
            }
        }
    }

    private static List<Long> revisions(List<Change> changes) {
        return changes.stream().map(Change::revision).toList();
    }

    /** Everything is calm: each watch has seen each change once, in order. */
    void checkWatches() {
        for (Watched watched : watches) {
            if (watched.watch != null && !watched.over) {
                assertThat(watched.seen).isEqualTo(checker.changes(watched.range, watched.watch.fromRevision()));
            }
        }
    }

    // ---- locks

    private void lock(String name) {
        CompletableFuture<Hold> asked = new Lock(session(), name).acquire();
        if (random.nextInt(5) == 0) {
            loop.schedule(random.nextInt(500), () -> asked.cancel(false));
        }
        Completion.of(asked, (hold, failure) -> {
            if (failure instanceof RecipeException known) {
                checker.check(() -> assertThat(known.reason())
                        .isIn(RecipeException.Reason.OUTCOME_UNKNOWN, RecipeException.Reason.SESSION_ENDED));
            }
        });
        checker.whenDone(asked, hold -> {
            List<Hold> of = holds.computeIfAbsent(name, unused -> new ArrayList<>());
            // those before must know by now that they hold no longer
            assertThat(of).allMatch(before -> before.lost().isDone());
            if (!of.isEmpty()) {
                assertThat(hold.token()).isGreaterThan(of.get(of.size() - 1).token());
            }
            of.add(hold);
            loop.schedule(random.nextInt(2_000), () -> {
                CompletableFuture<Void> unused = hold.release();
            });
        });
    }

    private void release() {
        holds.values().forEach(of -> {
            if (!of.isEmpty() && random.nextInt(4) == 0) {
                CompletableFuture<Void> unused = of.get(of.size() - 1).release();
            }
        });
    }
}
