package dev.polder.isolation;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.host.HostIsolation;
import dev.polder.isolation.host.IsolationSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * A JVM that launches containers and kills some of them until it is killed itself: {@code KilledNode BASE SEED}. Says a
 * line for each launch before it, and for each end after it; what it was not told before its death a next one is told.
 */
final class KilledNode implements ContainerListener {
    static final String ISOLATORS = "cgroups/cpu,cgroups/mem,cgroups/pids,namespaces/pid,namespaces/ipc";
    private static final int AT_ONCE = 6;

    /** What tasks do, and how they end if nobody kills them. */
    enum Kind {
        EXITS("exit 3", "Exited[code=3]"),
        LASTS("sleep 0.2; exit 4", "Exited[code=4]"),
        DIES("sleep 0.05; kill -9 $$", "Signaled[signal=9]"),
        FORKS("setsid sleep 1000 >/dev/null 2>&1 & exit 5", "Exited[code=5]"),
        WAITS("trap 'exit 6' TERM; while true; do sleep 0.05; done", "never");

        private final String command;
        final String end;

        Kind(String command, String end) {
            this.command = command;
            this.end = end;
        }

        boolean isKilled() {
            return this == WAITS;
        }
    }

    private final Random random;
    private final TestHost host;
    private final Semaphore free = new Semaphore(AT_ONCE);
    private final Map<ContainerId, Kind> launched = new ConcurrentHashMap<>();

    private volatile @Nullable Containerizer containerizer;

    private KilledNode(Path base, long seed) {
        this.random = new Random(seed);
        this.host = new TestHost(base);
    }

    static Containerizer open(Path base, ContainerListener listener) throws IOException {
        HostIsolation isolation = HostIsolation.find(
                "killed-node-" + base.getFileName(), IsolationSettings.parse(ISOLATORS, ""), HostIsolation.Places.NONE);
        return Containerizer.open(new Containerizer.Settings(
                new TestHost(base).containers, "killed", false, isolation.isolators(), listener));
    }

    public static void main(String[] arguments) throws Exception {
        KilledNode node = new KilledNode(Path.of(arguments[0]), Long.parseLong(arguments[1]));
        Containerizer containerizer = open(Path.of(arguments[0]), node);
        node.containerizer = containerizer;
        containerizer.start();
        say("ready");
        // those of a former JVM that would not end by themselves
        containerizer.recovered().forEach(id -> containerizer.kill(id, Duration.ofSeconds(1)));
        while (true) {
            node.free.acquire();
            node.launch(containerizer);
        }
    }

    private void launch(Containerizer containerizer) {
        Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
        TaskSpec task = host.shell("echo ran >>ran; " + kind.command);
        launched.put(task.id(), kind);
        say("launch " + task.id() + " " + kind);
        containerizer.launch(ContainerSpec.of(
                task,
                new ContainerLimits(100, OptionalLong.empty(), 32 << 20, OptionalLong.empty(), OptionalLong.empty())));
        if (kind.isKilled() && random.nextInt(3) == 0) {
            containerizer.kill(task.id(), Duration.ofSeconds(1));
        }
    }

    private static synchronized void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    @Override
    public void onStarted(ContainerId id, long pid) {
        say("start " + id);
        Kind kind = launched.get(id);
        if (kind != null && kind.isKilled()) {
            requireNonNull(containerizer)
                    .kill(id, id.value().hashCode() % 2 == 0 ? Duration.ZERO : Duration.ofSeconds(1));
        }
    }

    @Override
    public void onEnded(ContainerId id, ContainerEnd end, Optional<Limitation> limitation, Optional<String> remains) {
        say("end " + id + " " + KilledNodeTest.words(end)
                + remains.map(left -> " left " + left).orElse(""));
        requireNonNull(containerizer).forget(id);
        if (launched.remove(id) != null) {
            free.release();
        }
    }
}
