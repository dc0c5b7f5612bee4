package dev.polder.raft.chaos;

import dev.polder.raft.chaos.RegisterCall.Seen;
import dev.polder.raft.recipe.Recipes;
import dev.polder.raft.recipe.RemoteRecipes;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Clients at work, rounds of harm, and the checks. Each round has registers of its own, so that its history can be checked
 * and forgotten; what they held at its end they must hold at the end of all.
 */
final class ChaosRun implements AutoCloseable {
    private static final Duration TTL = Duration.ofSeconds(10);
    private static final int PROGRESS_SECONDS_MAX = 60;
    private static final int CALM_MS_MAX = 1_500;

    private final VictimCluster cluster;
    private final History history = new History();
    private final Pauses pauses = Pauses.watched();
    private final List<ChaosClient> clients = new ArrayList<>();
    private final Random random;
    private final Nemesis nemesis;
    private final List<String> problems = new ArrayList<>();
    /** What registers held at the end of their round, or may hold since a call was not answered. */
    private final Map<String, Set<String>> kept = new HashMap<>();

    private final long startNanos = System.nanoTime();
    private final AtomicInteger round = new AtomicInteger();
    private RegisterCall before;
    private long calls;
    private long unanswered;
    private long slowestProgressMs;

    private ChaosRun(VictimCluster cluster, long seed) {
        this.cluster = cluster;
        random = new Random(seed);
        nemesis = new Nemesis(cluster, random);
        before = new RegisterCall("nobody", startNanos, startNanos, Map.of(), Map.of(), true, Map.of(), 0);
    }

    static ChaosRun start(VictimCluster cluster, long seed) {
        ChaosRun run = new ChaosRun(cluster, seed);
        List<String> seeds = cluster.addresses();
        History history = run.history;
        for (int i = 1; i <= 4; i++) {
            run.clients.add(RegisterClient.faithful("register-" + i, seeds, history, run::group, seed + i));
        }
        for (int i = 1; i <= 3; i++) {
            run.clients.add(HoldClient.ofLock("lock-" + i, seeds, history, seed + 10 + i));
        }
        for (int i = 1; i <= 2; i++) {
            run.clients.add(RegisterClient.fickle("fickle-" + i, seeds, history, run::group, seed + 5 + i));
            run.clients.add(HoldClient.ofElection("election-" + i, seeds, history, seed + 20 + i));
            run.clients.add(new LeaseClient("lease-" + i, seeds, history, seed + 30 + i));
        }
        run.clients.add(new BulkClient("bulk", seeds, history, seed + 40));
        run.clients.forEach(ChaosClient::start);
        return run;
    }

    private String group() {
        return "round-" + round.get();
    }

    /** Runs rounds until the time is over or something is wrong. */
    void go(Duration length) throws Exception {
        long endNanos = startNanos + length.toNanos();
        while (problems.isEmpty() && System.nanoTime() < endNanos) {
            String group = group();
            String harm = nemesis.harm();
            cluster.checkRunning();
            TimeUnit.MILLISECONDS.sleep(random.nextInt(CALM_MS_MAX));
            RegisterCall last = awaitProgress(group, harm);
            round.incrementAndGet();
            check(group, last, harm);
        }
        clients.forEach(ChaosClient::close);
        checkEnd();
    }

    /** The cluster must serve again; returns what the registers of a round hold then. */
    private RegisterCall awaitProgress(String group, String harm) throws InterruptedException, ExecutionException {
        long healedNanos = System.nanoTime();
        try (RemoteRecipes remote = RemoteRecipes.start("progress", cluster.addresses());
                Recipes session = remote.open(TTL).get(PROGRESS_SECONDS_MAX, TimeUnit.SECONDS)) {
            Registers registers = new Registers("progress", group, session.keys(), history);
            RegisterCall last = registers.readBoth().get(PROGRESS_SECONDS_MAX, TimeUnit.SECONDS);
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - healedNanos);
            slowestProgressMs = Math.max(slowestProgressMs, millis);
            return last;
        } catch (TimeoutException e) {
            throw new AssertionError("nobody serves " + PROGRESS_SECONDS_MAX + " s after " + harm, e);
        }
    }

    /**
     * Checks a round. Clients that still use its registers are not heard any more: what they wrote before the last reading
     * is unanswered, and what they write later changes what is kept.
     */
    private void check(String group, RegisterCall last, String harm) throws IOException {
        List<RegisterCall> taken = history.take(group);
        List<RegisterCall> all = new ArrayList<>(taken);
        all.add(before);
        calls += taken.size();
        unanswered += taken.stream().filter(call -> !call.isAnswered()).count();
        before = last.withoutSeen();
        remember(last.seen(), taken, last.startNanos());
        note(harm, LinearizabilityChecker.problem(taken));
        note(harm, RevisionChecker.problem(all));
        checkHolds(harm);
        history.problems().forEach(problem -> note(harm, Optional.of(problem)));
    }

    private void checkHolds(String harm) {
        note(harm, HoldChecker.problem(history.holds(), pauses));
        note(harm, HoldChecker.guardedProblem(history.guarded()));
        note(harm, LeaseChecker.problem(history.attached(), history.looks(), pauses));
    }

    private void remember(Map<String, Seen> seen, List<RegisterCall> taken, long lastStartNanos) {
        seen.forEach((register, value) -> {
            Set<String> possible = new HashSet<>(Set.of(value.value()));
            taken.stream()
                    .filter(call -> call.endNanos() >= lastStartNanos)
                    .map(call -> call.writes().get(register))
                    .filter(written -> written != null)
                    .forEach(possible::add);
            kept.put(register, possible);
        });
    }

    private void note(String harm, Optional<String> problem) {
        problem.ifPresent(words -> problems.add("round " + round.get() + ", " + harm + ": " + words));
    }

    private void checkEnd() throws Exception {
        checkHolds("the end");
        for (int late = 0; late <= round.get(); late++) {
            for (RegisterCall call : history.take("round-" + late)) {
                call.writes()
                        .forEach((register, value) -> kept.computeIfAbsent(register, unseen -> new HashSet<>())
                                .add(value));
            }
        }
        try (RemoteRecipes remote = RemoteRecipes.start("end", cluster.addresses());
                Recipes session = remote.open(TTL).get(PROGRESS_SECONDS_MAX, TimeUnit.SECONDS)) {
            for (Map.Entry<String, Set<String>> register : kept.entrySet()) {
                String value = session.keys()
                        .get(register.getKey())
                        .get(PROGRESS_SECONDS_MAX, TimeUnit.SECONDS)
                        .map(entry -> entry.value().text())
                        .orElse(RegisterCall.NOTHING);
                if (!register.getValue().contains(value)) {
                    problems.add("register " + register.getKey() + " held one of " + register.getValue() + ", holds '"
                            + value + "' in the end");
                }
            }
        }
    }

    List<String> problems() {
        return problems;
    }

    String summary() throws IOException {
        return ("seconds=%d rounds=%d calls=%d unanswered=%d holds=%d guarded=%d leases=%d looks=%d snapshots=%d pauses=%d "
                        + "slowestProgressMs=%d harms=%s")
                .formatted(
                        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNanos),
                        round.get(),
                        calls,
                        unanswered,
                        history.holds().size(),
                        history.guarded().size(),
                        history.attached().size(),
                        history.looks().size(),
                        cluster.snapshots(),
                        pauses.count(),
                        slowestProgressMs,
                        nemesis.done());
    }

    @Override
    public void close() {
        clients.forEach(ChaosClient::close);
        pauses.close();
    }
}
