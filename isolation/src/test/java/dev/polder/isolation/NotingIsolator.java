package dev.polder.isolation;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/** Notes what it is asked for in a list that it shares with others, and does what a test wants of it. */
final class NotingIsolator implements Isolator {
    private final String name;
    private final List<String> notes;
    volatile boolean failsToPrepare;
    volatile boolean failsToCleanUp;
    volatile boolean failsToUpdate;
    volatile boolean namesTheHost;
    volatile Optional<Limitation> limitation = Optional.empty();
    volatile ContainerUsage usage = ContainerUsage.NONE;
    volatile boolean failsToMeasure;
    volatile Optional<Duration> interval = Optional.empty();
    volatile CountDownLatch preparing = new CountDownLatch(0);

    NotingIsolator(String name, List<String> notes) {
        this.name = name;
        this.notes = notes;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void recover(Set<ContainerId> containers) {
        notes.add(name + " recovers " + containers.size());
    }

    @Override
    public void prepare(ContainerSpec spec, LaunchPlan plan) throws IOException {
        notes.add(name + " prepares");
        try {
            preparing.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        if (failsToPrepare) {
            throw new IOException("planted");
        }
        if (namesTheHost) {
            plan.hostname("h");
        }
        plan.variable("ISOLATOR", name);
    }

    @Override
    public Optional<Duration> watchInterval() {
        return interval;
    }

    @Override
    public Optional<Limitation> watch(ContainerId id) {
        return limitation;
    }

    @Override
    public ContainerUsage usage(ContainerId id) throws IOException {
        if (failsToMeasure) {
            throw new IOException("planted");
        }
        return usage;
    }

    @Override
    public void update(ContainerId id, ContainerLimits limits) throws IOException {
        notes.add(name + " updates");
        if (failsToUpdate) {
            throw new IOException("planted");
        }
    }

    @Override
    public void cleanup(ContainerId id) throws IOException {
        notes.add(name + " cleans up");
        if (failsToCleanUp) {
            throw new IOException("planted");
        }
    }

    @Override
    public void close() {
        notes.add(name + " closes");
    }
}
