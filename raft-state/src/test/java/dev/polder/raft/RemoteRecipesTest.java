package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.raft.recipe.Change;
import dev.polder.raft.recipe.FirstTenMinutes;
import dev.polder.raft.recipe.Hold;
import dev.polder.raft.recipe.KeyRange;
import dev.polder.raft.recipe.Op;
import dev.polder.raft.recipe.RecipeException;
import dev.polder.raft.recipe.Recipes;
import dev.polder.raft.recipe.RemoteRecipes;
import dev.polder.raft.recipe.Txn;
import dev.polder.raft.recipe.Value;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The recipes by connections, as another process uses them. */
@Tag("slow")
@Timeout(120)
class RemoteRecipesTest {
    private static final Duration TTL = Duration.ofSeconds(10);

    @TempDir
    private Path directory;

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(60, TimeUnit.SECONDS);
    }

    @Test
    void shouldDoWhatSessionsInTheProcessDo() throws Exception {
        try (RunningRecipes group = RunningRecipes.start(3, directory);
                RemoteRecipes remote = RemoteRecipes.start("remote", group.members());
                Recipes recipes = get(remote.open(TTL))) {
            FirstTenMinutes.with(recipes);
        }
    }

    @Test
    void shouldOutliveTheLeaderWithSessionLockWatchAndEveryCallDoneOnce() throws Exception {
        try (RunningRecipes group = RunningRecipes.start(3, directory);
                RemoteRecipes remote = RemoteRecipes.start("remote", group.members());
                Recipes recipes = get(remote.open(TTL))) {
            String leader = group.awaitServing();
            Hold hold = get(recipes.lock("l").acquire());
            get(recipes.keys().put("me", Value.EMPTY, recipes.session()));
            List<Long> seen = Collections.synchronizedList(new ArrayList<>());
            get(recipes.watch(KeyRange.prefix("counter/"), change -> seen.add(change.revision())));

            List<CompletableFuture<Long>> sums = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                sums.add(recipes.counter("c").add(1));
                if (i == 250) {
                    group.stop(leader);
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
            assertThat(get(recipes.keys().get("me"))).isPresent();
            assertThat(hold.lost()).isNotDone();
            assertThat(recipes.ended()).isNotDone();
            get(hold.release());
        }
    }

    @Test
    void shouldFollowALeaderThatStepsDown() throws Exception {
        try (RunningRecipes group = RunningRecipes.start(3, directory);
                RemoteRecipes remote =
                        RemoteRecipes.start("remote", group.members().subList(0, 1));
                Recipes recipes = get(remote.open(TTL))) {
            for (int i = 1; i <= 4; i++) {
                assertThat(get(recipes.sequence("s").next())).isEqualTo(i);
                group.host(group.awaitServing()).stepDown();
            }
            assertThat(get(recipes.sequence("s").next())).isEqualTo(5);
        }
    }

    /** Of the seeds that it was given nobody is left. */
    @Test
    void shouldFindTheMembersThatHaveReplacedAllSeedsWhileItWorks() throws Exception {
        try (RunningRecipes group = RunningRecipes.of(3, 3, directory);
                RemoteRecipes remote = RemoteRecipes.start("remote", group.members())) {
            for (String seed : group.members()) {
                group.start(seed);
            }
            try (Recipes recipes = get(remote.open(TTL))) {
                List<CompletableFuture<Long>> sums = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    sums.add(recipes.counter("c").add(1));
                    group.join(group.later().get(i));
                    sums.add(recipes.counter("c").add(1));
                    group.remove(group.members().get(i));
                }
                for (int i = 0; i < sums.size(); i++) {
                    assertThat(get(sums.get(i))).isEqualTo(i + 1);
                }

                group.stop(group.awaitServing());
                assertThat(get(recipes.counter("c").add(1))).isEqualTo(7);
                try (Recipes another = get(remote.open(TTL))) {
                    assertThat(get(another.counter("c").get())).isEqualTo(7);
                }
            }
        }
    }

    /** A leader that stays while all others are replaced says so. */
    @Test
    void shouldHearOfNewMembersWhileItStaysWithTheLeader() throws Exception {
        try (RunningRecipes group = RunningRecipes.of(3, 2, directory);
                RemoteRecipes remote = RemoteRecipes.start("remote", group.members())) {
            for (String seed : group.members()) {
                group.start(seed);
            }
            try (Recipes recipes = get(remote.open(TTL))) {
                get(recipes.counter("c").add(1));
                String leader = group.awaitServing();
                List<String> others = new ArrayList<>(group.members());
                others.remove(leader);
                for (int i = 0; i < 2; i++) {
                    group.join(group.later().get(i));
                    group.remove(others.get(i));
                }
                get(recipes.counter("c").add(1));

                group.stop(leader);
                assertThat(get(recipes.counter("c").add(1))).isEqualTo(3);
            }
        }
    }

    @Test
    void shouldWaitForAClusterThatIsNotThereYet() throws Exception {
        try (RunningRecipes group = RunningRecipes.of(1, directory);
                RemoteRecipes remote = RemoteRecipes.start("remote", group.members())) {
            CompletableFuture<Recipes> opened = remote.open(TTL);
            assertThatThrownBy(() -> opened.get(300, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            group.start(group.members().get(0));
            get(opened).close();
        }
    }

    @Test
    void shouldEndTheKeysOfASessionThatWasClosedAndOfOneThatIsNotHeardOf() throws Exception {
        try (RunningRecipes group = RunningRecipes.start(1, directory);
                RemoteRecipes remote = RemoteRecipes.start("remote", group.members());
                Recipes watching = get(remote.open(TTL))) {
            Recipes closing = get(remote.open(TTL));
            get(closing.keys().put("closing", Value.EMPTY, closing.session()));
            closing.close();
            assertThat(get(watching.keys().get("closing"))).isEmpty();

            try (RemoteRecipes dying = RemoteRecipes.start("dying", group.members())) {
                Recipes silent = get(dying.open(Duration.ofMillis(300)));
                get(silent.keys().put("silent", Value.EMPTY, silent.session()));
            }
            assertThat(get(watching.keys().get("silent"))).isPresent();
            RecordingListener.await(() -> watching.keys().get("silent").join().isEmpty());
        }
    }

    @Test
    void shouldFailWhatWaitsWhenItIsClosedAndGiveItsThreadsBack() throws Exception {
        try (RunningRecipes group = RunningRecipes.start(1, directory)) {
            RemoteRecipes remote = RemoteRecipes.start("remote-alone", group.members());
            Recipes recipes = get(remote.open(TTL));
            group.stop(group.members().get(0));
            CompletableFuture<Recipes> opening = remote.open(TTL);
            CompletableFuture<Long> put = recipes.keys().put("k", Value.EMPTY);

            remote.close();
            remote.close();

            assertThat(recipes.ended()).isDone();
            assertThatThrownBy(() -> get(put)).hasMessageContaining("the call was not answered");
            assertThatThrownBy(() -> get(opening)).hasRootCauseMessage("remote-alone is closed");
            CompletableFuture<Long> late = recipes.keys().put("k", Value.EMPTY);
            assertThatThrownBy(() -> get(late)).hasRootCauseMessage("the session has ended");
            CompletableFuture<Recipes> tooLate = remote.open(TTL);
            assertThatThrownBy(() -> get(tooLate)).hasRootCauseMessage("remote-alone is closed");
            RecordingListener.await(() -> Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().startsWith("remote-alone")));
        }
    }

    /** The secret of the members is asked of clients too. */
    @Test
    void shouldProveItselfWhereMembersDo() throws Exception {
        RaftSecurity secret = RaftSecurity.secret(new byte[32]);
        try (RunningRecipes group = RunningRecipes.start(3, directory, secret);
                RemoteRecipes remote = RemoteRecipes.start("remote", group.members(), secret);
                RemoteRecipes stranger = RemoteRecipes.start("stranger", group.members());
                Recipes recipes = get(remote.open(TTL))) {
            assertThat(get(recipes.counter("c").add(1))).isEqualTo(1);
            CompletableFuture<Recipes> refused = stranger.open(TTL);
            group.stop(group.awaitServing());
            assertThat(get(recipes.counter("c").add(1))).isEqualTo(2);
            assertThat(refused).isNotDone();
        }
    }

    @Test
    void shouldCarryWhatIsLongerThanAFrame() throws Exception {
        try (RunningRecipes group = RunningRecipes.start(1, directory);
                RemoteRecipes remote = RemoteRecipes.start("remote", group.members());
                Recipes recipes = get(remote.open(TTL))) {
            List<Change> seen = Collections.synchronizedList(new ArrayList<>());
            Value value = Value.of("x".repeat(300_000));
            get(recipes.watch(KeyRange.prefix("large/"), seen::add));
            for (int i = 0; i < 10; i++) {
                get(recipes.keys().put("large/" + i, value));
            }
            get(recipes.keys().transact(Txn.of(new Op.Delete(KeyRange.prefix("large/")))));
            get(recipes.keys().get("large/0"));
            assertThat(seen).hasSize(11);
            assertThat(seen.get(10).events())
                    .hasSize(10)
                    .allSatisfy(event -> assertThat(event.entry().value()).isEqualTo(value));
        }
    }

    @Test
    void shouldAnswerManyLargeReadsOfOneWhoReads() throws Exception {
        try (RunningRecipes group = RunningRecipes.start(1, directory);
                RemoteRecipes remote = RemoteRecipes.start("remote", group.members());
                Recipes recipes = get(remote.open(TTL))) {
            get(recipes.keys().put("k", Value.of("x".repeat(500_000))));
            List<CompletableFuture<?>> reads = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                reads.add(recipes.keys().get("k").thenAccept(found -> {}));
            }
            for (CompletableFuture<?> read : reads) {
                get(read);
            }
            assertThat(recipes.ended()).isNotDone();
        }
    }

    @Test
    void shouldRefuseCallsBeyondWhatMayWait() throws Exception {
        try (RunningRecipes group = RunningRecipes.start(1, directory);
                RemoteRecipes remote = RemoteRecipes.start("remote", group.members());
                Recipes recipes = get(remote.open(TTL))) {
            Value value = Value.of("x".repeat(500_000));
            List<CompletableFuture<Long>> puts = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                puts.add(recipes.keys().put("k" + i, value));
            }
            int refused = 0;
            for (CompletableFuture<Long> put : puts) {
                try {
                    get(put);
                } catch (ExecutionException e) {
                    assertThat(e).hasRootCauseInstanceOf(RecipeException.class);
                    refused++;
                }
            }
            assertThat(refused).isBetween(1, 99);
        }
    }
}
