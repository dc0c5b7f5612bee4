package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.raft.recipe.Hold;
import dev.polder.raft.recipe.KeyRange;
import dev.polder.raft.recipe.Recipes;
import dev.polder.raft.recipe.RemoteRecipes;
import dev.polder.raft.recipe.Value;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A session whose way to the leader is cut, or stands still. */
@Tag("slow")
@Timeout(120)
class RemoteTroubleTest {
    @TempDir
    private Path directory;

    private String listens;
    private RunningRecipes group;
    private CuttingProxy proxy;
    private RemoteRecipes remote;

    @BeforeEach
    void start() throws Exception {
        try (FreePorts ports = FreePorts.hold(1)) {
            listens = ports.addresses().get(0);
        }
        proxy = CuttingProxy.to(listens);
        // a client is told who the members are: they must be no way around
        group = RunningRecipes.behind(proxy.address(), listens, directory);
        group.awaitServing();
        remote = RemoteRecipes.start("remote", List.of(proxy.address()));
    }

    @AfterEach
    void end() throws Exception {
        remote.close();
        proxy.close();
        group.close();
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(60, TimeUnit.SECONDS);
    }

    @Test
    void shouldCarryOutEachCallOnceHoweverOftenTheConnectionIsCut() throws Exception {
        Recipes recipes = get(remote.open(Duration.ofSeconds(20)));
        Hold hold = get(recipes.lock("l").acquire());
        List<Long> seen = Collections.synchronizedList(new ArrayList<>());
        get(recipes.watch(KeyRange.prefix("counter/"), change -> seen.add(change.revision())));
        List<CompletableFuture<Long>> sums = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            sums.add(recipes.counter("c").add(1));
            if (i % 300 == 150) {
                proxy.cut();
            }
            if (i % 300 == 299) {
                get(sums.get(i - 100));
            }
        }
        for (CompletableFuture<Long> sum : sums) {
            get(sum);
        }
        assertThat(sums.stream().map(CompletableFuture::join))
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, 3_000).boxed().toList());
        get(recipes.counter("c").get());
        assertThat(seen).hasSize(3_000).isSorted().doesNotHaveDuplicates();
        assertThat(hold.lost()).isNotDone();
        assertThat(recipes.ended()).isNotDone();
    }

    @Test
    void shouldGoOnWhenTheNetworkGoesOn() throws Exception {
        Recipes recipes = get(remote.open(Duration.ofSeconds(20)));
        get(recipes.keys().put("me", Value.EMPTY, recipes.session()));
        proxy.stand(true);
        CompletableFuture<Long> sum = recipes.counter("c").add(1);
        assertThatThrownBy(() -> sum.get(2_500, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        proxy.stand(false);
        assertThat(get(sum)).isEqualTo(1);
        assertThat(get(recipes.keys().get("me"))).isPresent();
        assertThat(recipes.ended()).isNotDone();
    }

    /** Whoever holds something knows that it may be lost before anybody else can have it. */
    @Test
    void shouldDoubtWhatItHoldsBeforeAnotherHasIt() throws Exception {
        Recipes recipes = get(remote.open(Duration.ofMillis(800)));
        Hold hold = get(recipes.lock("l").acquire());
        try (RemoteRecipes direct = RemoteRecipes.start("direct", List.of(listens));
                Recipes other = get(direct.open(Duration.ofSeconds(20)))) {
            CompletableFuture<Hold> next = other.lock("l").acquire();
            List<Boolean> lostBefore = Collections.synchronizedList(new ArrayList<>());
            CompletableFuture<Void> noted =
                    next.thenAccept(held -> lostBefore.add(hold.lost().isDone()));
            proxy.stand(true);
            get(noted);
            assertThat(lostBefore).containsExactly(true);
            assertThat(next.join().token()).isGreaterThan(hold.token());
        }
    }
}
