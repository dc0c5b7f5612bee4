package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.raft.recipe.KeyRange;
import dev.polder.raft.recipe.Recipes;
import dev.polder.raft.recipe.RemoteRecipes;
import dev.polder.raft.recipe.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Members of the recipes that save what they know, and begin with it, on real logs. */
@Tag("slow")
@Timeout(180)
class RecipeSnapshotsTest {
    private static final Duration TTL = Duration.ofSeconds(30);
    private static final Value LARGE = Value.of(new byte[450_000]);
    private static final int AT_ONCE = 20;

    @TempDir
    private Path directory;

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(60, TimeUnit.SECONDS);
    }

    private static void write(Recipes recipes, int mebibytes) throws Exception {
        for (long written = 0; written < (long) mebibytes << 20; written += AT_ONCE * (long) LARGE.size()) {
            List<CompletableFuture<Long>> puts = new ArrayList<>();
            for (int i = 0; i < AT_ONCE; i++) {
                puts.add(recipes.keys().put("large", LARGE));
            }
            for (CompletableFuture<Long> put : puts) {
                get(put);
            }
        }
    }

    private boolean hasSnapshot(RunningRecipes group, String member) {
        try (Stream<Path> files = Files.list(group.directoryOf(member))) {
            return files.anyMatch(file -> file.toString().endsWith(".snap"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldBeginWithWhatWasSavedAndGoOnWithSessionsAndRevisions() throws Exception {
        try (RunningRecipes group = RunningRecipes.start(1, directory);
                RemoteRecipes remote = RemoteRecipes.start("remote", group.members());
                Recipes recipes = get(remote.open(TTL))) {
            String member = group.members().get(0);
            get(recipes.keys().put("me", Value.of("here"), recipes.session()));
            assertThat(get(recipes.counter("c").add(7))).isEqualTo(7);
            write(recipes, 80);
            RecordingListener.await(() -> hasSnapshot(group, member));
            List<Long> seen = Collections.synchronizedList(new ArrayList<>());
            get(recipes.watch(KeyRange.prefix("counter/"), change -> seen.add(change.revision())));
            long before = get(recipes.keys().put("last", Value.EMPTY));

            group.stop(member);
            group.start(member);

            assertThat(get(recipes.counter("c").add(1))).isEqualTo(8);
            assertThat(get(recipes.keys().get("me"))).isPresent();
            assertThat(get(recipes.keys().put("last", Value.EMPTY))).isEqualTo(before + 2);
            assertThat(seen).containsExactly(before + 1);
            assertThat(recipes.ended()).isNotDone();
        }
    }

    @Test
    void shouldLeadWithWhatItFetchedAfterItWasAwayForLong() throws Exception {
        try (RunningRecipes group = RunningRecipes.start(3, directory);
                RemoteRecipes remote = RemoteRecipes.start("remote", group.members());
                Recipes recipes = get(remote.open(TTL))) {
            get(recipes.keys().put("me", Value.of("here"), recipes.session()));
            String first = group.awaitServing();
            String away = group.members().get(group.members().get(0).equals(first) ? 1 : 0);
            group.stop(away);
            write(recipes, 150);
            assertThat(get(recipes.counter("c").add(7))).isEqualTo(7);
            assertThat(hasSnapshot(group, away)).isFalse();

            group.start(away);
            RecordingListener.await(() -> hasSnapshot(group, away));
            group.stop(first);
            // it can lead when it has the entries behind the snapshot, too; the time limit of the test is the only one
            for (String serving = group.awaitServing(); !serving.equals(away); serving = group.awaitServing()) {
                group.host(serving).stepDown();
                get(recipes.keys().get("me"));
            }

            assertThat(get(recipes.keys().get("me"))).isPresent();
            assertThat(get(recipes.counter("c").add(1))).isEqualTo(8);
            assertThat(recipes.ended()).isNotDone();
        }
    }
}
