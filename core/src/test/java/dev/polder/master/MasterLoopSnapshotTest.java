package dev.polder.master;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.polder.raft.CommittedEntry;
import dev.polder.raft.InstalledSnapshot;
import dev.polder.raft.LogListener;
import dev.polder.raft.recipe.KeyEntry;
import dev.polder.raft.recipe.KeyRange;
import dev.polder.raft.recipe.LocalRecipes;
import dev.polder.raft.recipe.Recipes;
import dev.polder.raft.recipe.Value;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.MesosScheduler.Call;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A master's state as a snapshot of the log. */
@Tag("slow")
final class MasterLoopSnapshotTest {
    private static final int ENTRY_BYTES = 900 << 10;
    /** More than a log may grow before a snapshot is wanted. */
    private static final int ENTRIES = 90;

    @TempDir
    private Path directory;

    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES)
    void shouldBeginFromTheSnapshotThatItSavedWhenTheLogHadGrown() throws Exception {
        try (RunningMaster running = RunningMaster.start(directory)) {
            TestLink.Framework link = new TestLink.Framework("s");
            running.loop().submit(new Command.Subscribe(link, subscribe("", "first")));
            await().until(() -> !link.events.isEmpty());
            String id = link.events.get(0).getSubscribed().getFrameworkId().getValue();
            try (LocalRecipes recipes =
                            LocalRecipes.start("recipes", running.loop().recipes());
                    Recipes session = recipes.open(Duration.ofSeconds(10)).get(10, TimeUnit.SECONDS)) {
                session.keys().put("before", Value.of("kept")).get(10, TimeUnit.SECONDS);
                for (int i = 1; i <= ENTRIES; i++) {
                    TestLink.Framework again = new TestLink.Framework("s" + i);
                    String user = "x".repeat(ENTRY_BYTES) + i;
                    running.loop().submit(new Command.Subscribe(again, subscribe(id, user)));
                    await().until(() -> !again.events.isEmpty());
                }
                await().atMost(Duration.ofSeconds(30)).until(() -> snapshots() == 1);
                session.keys().put("after", Value.of("kept too")).get(10, TimeUnit.SECONDS);
            }
        }

        Told told = new Told();
        try (RunningMaster running = RunningMaster.start(directory, told::to)) {
            assertThat(told.snapshots).hasSize(1);
            assertThat(told.firstIndex).hasValueGreaterThan(told.snapshots.get(0));
            try (LocalRecipes recipes =
                            LocalRecipes.start("recipes", running.loop().recipes());
                    Recipes session = recipes.open(Duration.ofSeconds(10)).get(10, TimeUnit.SECONDS)) {
                assertThat(session.keys().list(KeyRange.ALL).get(10, TimeUnit.SECONDS))
                        .extracting(KeyEntry::key)
                        .containsExactly("after", "before");
            }
            assertThat(running.loop().view().get(10, TimeUnit.SECONDS).frameworks())
                    .singleElement()
                    .satisfies(framework ->
                            assertThat(framework.info().getWebuiUrl()).endsWith("x" + ENTRIES));
        }
    }

    private long snapshots() throws Exception {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".snap")).count();
        }
    }

    private static Call subscribe(String id, String url) {
        Mesos.FrameworkInfo.Builder info =
                Mesos.FrameworkInfo.newBuilder().setUser("u").setName("n").setWebuiUrl(url);
        info.setFailoverTimeout(3600);
        Call.Builder call = Call.newBuilder().setType(Call.Type.SUBSCRIBE);
        if (!id.isEmpty()) {
            info.setId(Mesos.FrameworkID.newBuilder().setValue(id));
            call.setFrameworkId(info.getId());
        }
        return call.setSubscribe(Call.Subscribe.newBuilder().setFrameworkInfo(info))
                .build();
    }

    /** Notes what the log tells a master of snapshots and entries. */
    private static final class Told {
        private final List<Long> snapshots = new CopyOnWriteArrayList<>();
        private final AtomicLong firstIndex = new AtomicLong();

        LogListener to(LogListener master) {
            return new LogListener() {
                @Override
                public void onSnapshot(InstalledSnapshot snapshot) {
                    snapshots.add(snapshot.index());
                    master.onSnapshot(snapshot);
                }

                @Override
                public void onCommitted(CommittedEntry entry) {
                    firstIndex.compareAndSet(0, entry.index());
                    master.onCommitted(entry);
                }

                @Override
                public boolean hasRoom() {
                    return master.hasRoom();
                }

                @Override
                public void onElected(long term) {
                    master.onElected(term);
                }

                @Override
                public void onServing(long term) {
                    master.onServing(term);
                }

                @Override
                public void onLost(long term) {
                    master.onLost(term);
                }

                @Override
                public void onRefused(String byMember, String reason) {
                    master.onRefused(byMember, reason);
                }

                @Override
                public void onStopped(@Nullable Throwable cause) {
                    master.onStopped(cause);
                }
            };
        }
    }
}
