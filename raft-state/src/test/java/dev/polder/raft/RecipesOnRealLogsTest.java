package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.raft.recipe.Change;
import dev.polder.raft.recipe.Hold;
import dev.polder.raft.recipe.KeyEntry;
import dev.polder.raft.recipe.KeyRange;
import dev.polder.raft.recipe.RecipeException;
import dev.polder.raft.recipe.RecipeHost;
import dev.polder.raft.recipe.Recipes;
import dev.polder.raft.recipe.Value;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The recipes on logs with disks, threads and sockets. */
@Tag("slow")
@Timeout(120)
class RecipesOnRealLogsTest {
    private static final Duration TTL = Duration.ofSeconds(10);
    private static final Duration SHORT = Duration.ofMillis(500);

    @TempDir
    private Path directory;

    private final List<RecipeHost> hosts = new ArrayList<>();

    @AfterEach
    void close() {
        hosts.forEach(RecipeHost::close);
    }

    private RecipeHost start(RaftConfig config) throws IOException {
        RecipeHost host = RecipeHost.start(config);
        hosts.add(host);
        return host;
    }

    private RecipeHost alone() throws IOException {
        return start(Members.config(directory.resolve("m1"), "alone"));
    }

    private void three() throws IOException {
        List<String> members;
        try (FreePorts ports = FreePorts.hold(3)) {
            members = ports.addresses();
        }
        for (String member : members) {
            RaftPeers peers = new RaftPeers(
                    members, FreePorts.loopback(MemberAddress.of(member).port()), "incarnation of " + member, "", "");
            start(new RaftConfig(
                    member,
                    directory.resolve(member.replace(':', '-')),
                    "test-" + member,
                    Duration.ofMillis(500),
                    Duration.ofMillis(75),
                    Members.PROPOSAL_BYTES_MAX,
                    peers));
        }
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(60, TimeUnit.SECONDS);
    }

    private RecipeHost awaitServing() {
        RecordingListener.await(() -> hosts.stream().anyMatch(RecipeHost::isServing));
        return hosts.stream().filter(RecipeHost::isServing).findFirst().orElseThrow();
    }

    // ---- one member

    @Test
    void shouldRememberAcrossARestartAndEndTheSessionsThatDoNotComeBack() throws Exception {
        RecipeHost first = alone();
        Recipes before = get(first.open(SHORT));
        get(before.keys().put("stays", Value.of("1")));
        get(before.keys().put("goes", Value.of("1"), before.session()));
        assertThat(get(before.counter("c").add(5))).isEqualTo(5);
        first.close();
        assertThat(before.ended()).isDone();

        Recipes after = get(alone().open(TTL));
        assertThat(after.session()).isNotEqualTo(before.session());
        RecordingListener.await(() -> after.keys().list(KeyRange.ALL).join().stream()
                .map(KeyEntry::key)
                .toList()
                .equals(List.of("counter/c", "stays")));
        assertThat(get(after.counter("c").add(1))).isEqualTo(6);
    }

    @Test
    void shouldFailWhatWaitsWhenTheHostIsClosedAndGiveItsThreadsBack() throws Exception {
        RecipeHost host = alone();
        Recipes recipes = get(host.open(TTL));
        host.close();
        host.close();
        assertThat(host.ended()).isCompleted();
        CompletableFuture<Long> late = recipes.keys().put("k", Value.EMPTY);
        assertThatThrownBy(() -> get(late))
                .hasCauseInstanceOf(RecipeException.class)
                .hasRootCauseMessage("the session has ended");
        CompletableFuture<Recipes> tooLate = host.open(TTL);
        assertThatThrownBy(() -> get(tooLate)).hasRootCauseMessage("member m1 has stopped");
        recipes.close();
        RecordingListener.await(() -> threads().isEmpty());
    }

    @Test
    void shouldNotLetASessionWaitForAHostThatIsClosed() throws Exception {
        three();
        RecipeHost leader = awaitServing();
        RecipeHost follower =
                hosts.stream().filter(host -> host != leader).findFirst().orElseThrow();
        CompletableFuture<Recipes> waiting = follower.open(TTL);
        assertThatThrownBy(() -> waiting.get(500, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        follower.close();
        assertThatThrownBy(() -> get(waiting))
                .hasRootCauseInstanceOf(RecipeException.class)
                .hasMessageContaining("has stopped");
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.contains("alone"))
                .toList();
    }

    @Test
    void shouldLeaveNothingBehindWhenItCannotStart() throws Exception {
        alone();
        Path taken = directory.resolve("m1");
        assertThatThrownBy(() -> RecipeHost.start(Members.config(taken, "second")))
                .isInstanceOf(IOException.class);
        RecordingListener.await(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().contains("second")));
    }

    @Test
    void shouldStopAtAnEntryThatItCannotRead() throws Exception {
        try (RunningLog log = RunningLog.start(directory.resolve("m1"))) {
            log.commit(new byte[] {9, 9, 9, 9, 9, 9, 9, 9, 9});
        }
        RecipeHost host = alone();
        assertThatThrownBy(() -> get(host.ended()))
                .hasRootCauseMessage("log entry: version 9, this program reads version 1");
        assertThat(host.isServing()).isFalse();
    }

    @Test
    void shouldCarryOutManyCallsOfManyThreadsOnce() throws Exception {
        RecipeHost host = alone();
        Recipes recipes = get(host.open(TTL));
        List<Long> sums = Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread thread = new Thread(() -> {
                for (int n = 0; n < 250; n++) {
                    sums.add(recipes.counter("c").add(1).join());
                }
            });
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(sums)
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.rangeClosed(1, 1_000).boxed().toList());
    }

    // ---- three members

    @Test
    void shouldOutliveTheLeaderWithSessionLockWatchAndEveryCallDoneOnce() throws Exception {
        three();
        RecipeHost leader = awaitServing();
        List<RecipeHost> others = hosts.stream().filter(host -> host != leader).toList();
        Recipes recipes = get(others.get(0).open(TTL, List.of(others.get(1), leader)));
        Hold hold = get(recipes.lock("l").acquire());
        List<Long> seen = Collections.synchronizedList(new ArrayList<>());
        get(recipes.watch(KeyRange.prefix("counter/"), (Change change) -> seen.add(change.revision())));

        List<CompletableFuture<Long>> sums = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            sums.add(recipes.counter("c").add(1));
            if (i == 250) {
                leader.close();
            }
        }
        for (CompletableFuture<Long> sum : sums) {
            get(sum);
        }

        assertThat(sums.stream().map(CompletableFuture::join))
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, 500).boxed().toList());
        assertThat(get(recipes.counter("c").get())).isEqualTo(500);
        assertThat(seen).hasSize(500).isSorted().doesNotHaveDuplicates();
        assertThat(hold.lost()).isNotDone();
        assertThat(recipes.ended()).isNotDone();
        get(hold.release());
    }

    @Test
    void shouldFollowALeaderThatStepsDown() throws Exception {
        three();
        RecipeHost leader = awaitServing();
        List<RecipeHost> others = hosts.stream().filter(host -> host != leader).toList();
        Recipes recipes = get(leader.open(TTL, others));
        get(recipes.keys().put("me", Value.EMPTY, recipes.session()));
        for (int i = 0; i < 3; i++) {
            get(recipes.sequence("s").next());
            leader.stepDown();
        }
        assertThat(get(recipes.sequence("s").next())).isEqualTo(4);
        assertThat(get(recipes.keys().get("me"))).isPresent();
        Recipes other = get(others.get(0).open(TTL, List.of(leader, others.get(1))));
        assertThat(get(other.sequence("s").next())).isEqualTo(5);
        recipes.close();
        assertThat(get(other.keys().get("me"))).isEmpty();
    }

    @Test
    void shouldWaitForALeaderAndSayNothingMeanwhile() throws Exception {
        three();
        RecipeHost leader = awaitServing();
        List<RecipeHost> others = hosts.stream().filter(host -> host != leader).toList();
        Recipes recipes = get(leader.open(SHORT, others));
        others.forEach(RecipeHost::close);
        RecordingListener.await(() -> !leader.isServing());
        CompletableFuture<Long> put = recipes.keys().put("k", Value.EMPTY);
        assertThatThrownBy(() -> put.get(2, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
        leader.close();
        assertThatThrownBy(put::join)
                .isInstanceOf(CompletionException.class)
                .hasMessageContaining("the call was not answered");
    }
}
