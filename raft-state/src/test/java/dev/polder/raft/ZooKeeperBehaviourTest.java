package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.raft.recipe.KeyEvent;
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
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What users of ZooKeeper count on, over sockets, while leaders come and go. */
@Tag("slow")
@Timeout(120)
class ZooKeeperBehaviourTest {
    private static final Duration TTL = Duration.ofSeconds(10);
    private static final Duration SHORT = Duration.ofSeconds(2);

    @TempDir
    private Path directory;

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(60, TimeUnit.SECONDS);
    }

    /** Ephemeral nodes: while the session is kept alive they stay, whoever leads; then they go, and watches tell it. */
    @Test
    void shouldEndKeysWithTheirSessionAndNotBefore() throws Exception {
        try (RunningRecipes group = RunningRecipes.start(3, directory);
                RemoteRecipes remote = RemoteRecipes.start("watching", group.members());
                Recipes watching = get(remote.open(TTL))) {
            List<String> seen = Collections.synchronizedList(new ArrayList<>());
            get(watching.watch(
                    KeyRange.prefix("hosts/"),
                    change -> change.events().forEach(event -> seen.add(event.kind() + " " + event.key()))));
            RemoteRecipes dying = RemoteRecipes.start("dying", group.members());
            Recipes silent = get(dying.open(SHORT));
            Recipes closing = get(dying.open(SHORT));
            get(silent.keys().put("hosts/silent", Value.EMPTY, silent.session()));
            get(closing.keys().put("hosts/closing", Value.EMPTY, closing.session()));

            group.host(group.awaitServing()).stepDown();
            group.awaitServing();
            long untilNanos = System.nanoTime() + 3 * SHORT.toNanos();
            while (System.nanoTime() < untilNanos) {
                assertThat(get(watching.keys().get("hosts/silent"))).isPresent();
            }
            closing.close();
            assertThat(get(watching.keys().get("hosts/closing"))).isEmpty();
            assertThat(silent.ended()).isNotDone();

            // as a process that dies: it says nothing any more
            dying.close();
            RecordingListener.await(
                    () -> watching.keys().get("hosts/silent").join().isEmpty());
            assertThat(seen)
                    .containsExactly(
                            KeyEvent.Kind.PUT + " hosts/silent",
                            KeyEvent.Kind.PUT + " hosts/closing",
                            KeyEvent.Kind.DELETE + " hosts/closing",
                            KeyEvent.Kind.DELETE + " hosts/silent");
        }
    }

    /** A client sees the event of a change before it reads anything that the change has made. */
    @Test
    void shouldTellAWatchBeforeAnyReadThatKnowsOfTheChange() throws Exception {
        try (RunningRecipes group = RunningRecipes.start(3, directory);
                RemoteRecipes writer = RemoteRecipes.start("writing", group.members());
                RemoteRecipes reader = RemoteRecipes.start("reading", group.members());
                Recipes writes = get(writer.open(TTL));
                Recipes reads = get(reader.open(TTL))) {
            AtomicLong toldRevision = new AtomicLong();
            List<String> late = Collections.synchronizedList(new ArrayList<>());
            get(reads.watch(KeyRange.prefix("k"), change -> toldRevision.set(change.revision())));
            List<CompletableFuture<Long>> puts = new ArrayList<>();
            List<CompletableFuture<Void>> seen = new ArrayList<>();
            for (int i = 0; i < 2_000; i++) {
                puts.add(writes.keys().put("k", Value.of(i)));
                seen.add(reads.keys()
                        .get("k")
                        .thenAccept(entry -> entry.ifPresent(found -> {
                            if (found.modRevision() > toldRevision.get()) {
                                late.add("read " + found.modRevision() + ", told " + toldRevision.get());
                            }
                        })));
                if (i == 1_000) {
                    group.host(group.awaitServing()).stepDown();
                }
                if (i % 200 == 199) {
                    for (CompletableFuture<Void> one : seen) {
                        get(one);
                    }
                }
            }
            long last = 0;
            for (CompletableFuture<Long> put : puts) {
                last = get(put);
            }
            for (CompletableFuture<Void> one : seen) {
                get(one);
            }
            get(reads.keys().get("k"));
            assertThat(late).isEmpty();
            assertThat(toldRevision).hasValue(last);
        }
    }

    /** Sequential nodes: who comes later has the higher number, also under another leader and after keys were deleted. */
    @Test
    void shouldGiveRisingNumbersToAllWhoAsk() throws Exception {
        try (RunningRecipes group = RunningRecipes.start(3, directory);
                RemoteRecipes one = RemoteRecipes.start("one", group.members());
                RemoteRecipes two = RemoteRecipes.start("two", group.members());
                Recipes first = get(one.open(TTL));
                Recipes second = get(two.open(TTL))) {
            List<String> keys = new ArrayList<>();
            for (int round = 0; round < 4; round++) {
                for (Recipes recipes : List.of(first, second)) {
                    String key = get(recipes.keys().append("queue/", Value.EMPTY, recipes.session()));
                    keys.add(key);
                    if (round % 2 == 1) {
                        assertThat(get(recipes.keys().delete(key))).isTrue();
                    }
                }
                group.host(group.awaitServing()).stepDown();
            }
            assertThat(keys).hasSize(8).isSorted().doesNotHaveDuplicates();
            assertThat(get(first.keys().list(KeyRange.prefix("queue/"))))
                    .extracting(entry -> entry.key())
                    .containsExactly(keys.get(0), keys.get(1), keys.get(4), keys.get(5));
        }
    }
}
