package dev.polder.isolation;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Stops launches where a test says, and tells it when they have stopped. */
final class StoppingProbe implements LaunchProbe {
    private record Stop(Phase phase, CountDownLatch reached, CountDownLatch goOn) {}

    private final Map<ContainerId, Stop> stops = new ConcurrentHashMap<>();
    private final Duration patience;
    private final Duration launchWait;

    StoppingProbe() {
        this(Duration.ofSeconds(10));
    }

    StoppingProbe(Duration patience) {
        this(patience, Duration.ofSeconds(30));
    }

    StoppingProbe(Duration patience, Duration launchWait) {
        this.patience = patience;
        this.launchWait = launchWait;
    }

    void stop(ContainerId id, Phase phase) {
        stops.put(id, new Stop(phase, new CountDownLatch(1), new CountDownLatch(1)));
    }

    void awaitReached(ContainerId id) throws InterruptedException {
        if (!stopOf(id).reached().await(30, TimeUnit.SECONDS)) {
            throw new AssertionError(
                    "container " + id + " did not come to " + stopOf(id).phase());
        }
    }

    /** Lets a launch go on that waits in the launcher. */
    void goOn(ContainerId id) {
        stopOf(id).goOn().countDown();
    }

    private Stop stopOf(ContainerId id) {
        Stop stop = stops.get(id);
        if (stop == null) {
            throw new AssertionError("no stop for " + id);
        }
        return stop;
    }

    @Override
    public Optional<Phase> stopAt(ContainerId id) {
        return Optional.ofNullable(stops.get(id)).map(Stop::phase);
    }

    @Override
    public void reached(ContainerId id, Phase phase) {
        Stop stop = stops.get(id);
        if (stop == null) {
            return;
        }
        stop.reached().countDown();
        if (!phase.isInShim()) {
            try {
                stop.goOn().await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public Duration startPatience() {
        return patience;
    }

    @Override
    public Duration launchWait() {
        return launchWait;
    }
}
