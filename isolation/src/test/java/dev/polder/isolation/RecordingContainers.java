package dev.polder.isolation;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** Keeps what a containerizer tells. */
class RecordingContainers implements ContainerListener {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** How a container ended. */
    record Ended(ContainerEnd end, Optional<Limitation> limitation, Optional<String> remains) {}

    private final Map<ContainerId, List<AttachedNetwork>> attached = new ConcurrentHashMap<>();
    private final Map<ContainerId, Long> started = new ConcurrentHashMap<>();
    private final Map<ContainerId, Ended> ended = new ConcurrentHashMap<>();

    @Override
    public void onAttached(ContainerId id, List<AttachedNetwork> networks) {
        if (started.containsKey(id) || ended.containsKey(id) || attached.putIfAbsent(id, networks) != null) {
            throw new AssertionError("networks of " + id + " told late or twice");
        }
    }

    @Override
    public void onStarted(ContainerId id, long pid) {
        if (ended.containsKey(id) || started.putIfAbsent(id, pid) != null) {
            throw new AssertionError("start of " + id + " told late or twice");
        }
    }

    @Override
    public void onEnded(ContainerId id, ContainerEnd end, Optional<Limitation> limitation, Optional<String> remains) {
        if (ended.putIfAbsent(id, new Ended(end, limitation, remains)) != null) {
            throw new AssertionError("end of " + id + " told twice");
        }
    }

    /** Returns what was told of its networks by now. */
    List<AttachedNetwork> attached(ContainerId id) {
        return attached.getOrDefault(id, List.of());
    }

    boolean hasStarted(ContainerId id) {
        return started.containsKey(id);
    }

    /** Returns its process's number. */
    long awaitStart(ContainerId id) {
        await().until(() -> started.containsKey(id));
        return started.get(id);
    }

    Ended awaitEnd(ContainerId id) {
        await().until(() -> ended.containsKey(id));
        return ended.get(id);
    }

    int endedCount() {
        return ended.size();
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(2));
    }
}
