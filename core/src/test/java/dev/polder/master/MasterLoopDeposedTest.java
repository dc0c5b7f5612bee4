package dev.polder.master;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.polder.model.Moment;
import dev.polder.raft.LogListener;
import dev.polder.raft.RaftConfig;
import dev.polder.raft.RaftPeers;
import dev.polder.raft.ReplicatedLog;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.MesosScheduler.Call;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
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
    private MasterLoop loop;
    private ReplicatedLog log;

    @BeforeEach
    void start() throws Exception {
        loop = new MasterLoop(
                "loop",
                MasterConfig.DEFAULT,
                () -> Mesos.MasterInfo.newBuilder()
                        .setId("")
                        .setIp(0)
                        .setPort(5050)
                        .build(),
                clusterId -> {},
                () -> new Moment(System.nanoTime() / 1_000_000, System.currentTimeMillis()));
        news.loop = loop;
        log = ReplicatedLog.start(
                new RaftConfig(
                        "m1",
                        directory,
                        "loop",
                        Duration.ofMillis(500),
                        Duration.ofMillis(75),
                        1 << 20,
                        RaftPeers.NONE),
                news);
        loop.start(log);
        loop.served().get(30, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() throws IOException {
        loop.close();
        log.close();
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

        log.stepDown(news.term);
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
        private volatile @Nullable MasterLoop loop;
        private volatile boolean late;
        private volatile long term;

        @Override
        public synchronized void onCommitted(long index, long ofTerm, byte[] entry) {
            MasterLoop to = loop;
            if (to != null && late) {
                held.add(() -> to.onCommitted(index, ofTerm, entry));
            } else if (to != null) {
                to.onCommitted(index, ofTerm, entry);
            }
        }

        synchronized int heldBack() {
            return held.size();
        }

        @Override
        public void onElected(long newTerm) {}

        @Override
        public void onRefused(String byMember, String reason) {}

        @Override
        public void onServing(long newTerm) {
            term = newTerm;
            MasterLoop to = loop;
            if (to != null) {
                to.onServing(newTerm);
            }
        }

        @Override
        public synchronized void onLost(long oldTerm) {
            MasterLoop to = loop;
            if (to != null) {
                to.onLost(oldTerm);
            }
            late = false;
            while (!held.isEmpty()) {
                held.remove().run();
            }
        }

        @Override
        public void onStopped(@Nullable Throwable cause) {
            MasterLoop to = loop;
            if (to != null) {
                to.onStopped(cause);
            }
        }
    }
}
