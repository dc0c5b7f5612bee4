package dev.polder.master;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.polder.raft.CommittedEntry;
import dev.polder.raft.InstalledSnapshot;
import dev.polder.raft.LogListener;
import dev.polder.wire.Entry;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.MesosScheduler.Call;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The master's thread when its term is lost while entries are in flight, and another leader commits them. */
@Tag("slow")
final class MasterLoopDeposedTest {
    @TempDir
    private Path directory;

    private final LateNews news = new LateNews();
    private RunningMaster running;
    private MasterLoop loop;

    @BeforeEach
    void start() throws Exception {
        running = RunningMaster.start(directory, news::to);
        loop = running.loop();
    }

    @AfterEach
    void stop() throws IOException {
        running.close();
    }

    @Test
    void shouldCallOffWhatWaitsAndLearnAllTheSameThatItIsCommitted() throws Exception {
        TestLink.Framework link = new TestLink.Framework("s1");
        List<String> answers = new CopyOnWriteArrayList<>();
        news.late = true;
        loop.submit(new Command.Subscribe(link, call(Call.Type.SUBSCRIBE)));
        loop.submit(new Command.FrameworkCall(
                (status, text) -> answers.add(status + " " + text), "s1", call(Call.Type.REVIVE)));
        await().until(() -> news.heldBack() > 0);

        running.log().stepDown(news.term);
        await().until(() -> loop.leads() && news.heldBack() == 0);

        assertThat(link.closed).isTrue();
        assertThat(link.events).isEmpty();
        assertThat(answers).singleElement().asString().contains("503", "unknown");
        assertThat(loop.view().get(10, TimeUnit.SECONDS).frameworks()).hasSize(1);
    }

    private static Call call(Call.Type type) {
        return Call.newBuilder()
                .setType(type)
                .setSubscribe(Call.Subscribe.newBuilder()
                        .setFrameworkInfo(
                                Mesos.FrameworkInfo.newBuilder().setUser("u").setName("n")))
                .build();
    }

    /** Tells a master that its term is lost before it tells what was committed in it, as the next leader's log does. */
    private static final class LateNews implements LogListener {
        private final Queue<Runnable> held = new ArrayDeque<>();
        private @Nullable LogListener master;
        private volatile boolean late;
        private int ofMaster;
        private volatile long term;

        LogListener to(LogListener listener) {
            master = listener;
            return this;
        }

        private LogListener master() {
            return requireNonNull(master);
        }

        @Override
        public void onSnapshot(InstalledSnapshot snapshot) {
            throw new AssertionError("nobody has saved a snapshot, one of entry " + snapshot.index() + " came");
        }

        @Override
        public synchronized void onCommitted(CommittedEntry entry) {
            if (late) {
                ofMaster += Entry.decode(entry.bytes()).commands().isEmpty() ? 1 : 0;
                CommittedEntry kept = entry.kept();
                held.add(() -> master().onCommitted(kept));
            } else {
                master().onCommitted(entry);
            }
        }

        /** Returns how many entries of the master's own are held back; those of the recipes come when they will. */
        synchronized int heldBack() {
            return ofMaster;
        }

        @Override
        public void onElected(long newTerm) {}

        @Override
        public void onRefused(String byMember, String reason) {}

        @Override
        public void onServing(long newTerm) {
            term = newTerm;
            master().onServing(newTerm);
        }

        @Override
        public synchronized void onLost(long oldTerm) {
            master().onLost(oldTerm);
            late = false;
            ofMaster = 0;
            while (!held.isEmpty()) {
                held.remove().run();
            }
        }

        @Override
        public void onStopped(@Nullable Throwable cause) {
            master().onStopped(cause);
        }
    }
}
