package dev.polder.isolation;

import dev.polder.isolation.Container.Phase;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The containers between their intent and their process: those that wait for a shim or the launch shell, and those of
 * which it has the order in hand. Owned by the supervisor.
 */
final class Launches {
    /** Some tries of the launch shell's keeper; and soon enough for a framework to look for another host. */
    static final Duration WAIT_MAX = Duration.ofSeconds(30);

    /** So few that they and some hundred signals fit into the pipe to the launch shell, which is then never waited for. */
    private static final int IN_HAND_MAX = 128;

    private final ShellKeeper shell;
    private final ShimLines lines;
    private final long waitNanosMax;
    /**
     * In the order of their intents. In number bounded as the containers are, whose limit is kept at the door; in time
     * by {@code launchWaitMsMax}, counted while no launch shell starts anything: who has waited for so long is told
     * that it is not started.
     */
    private final Set<Container> ready = new LinkedHashSet<>();
    /** The launch shell that runs now was given the order, and it has not been carried out. When full, {@code ready} waits. */
    private final Set<Container> inHand = new LinkedHashSet<>();
    /** A shim was told, which needs no launch shell. No more than there are lines. */
    private final Set<Container> atLines = new LinkedHashSet<>();

    Launches(ShellKeeper shell, ShimLines lines, Duration waitMax) {
        this.shell = shell;
        this.lines = lines;
        this.waitNanosMax = waitMax.toNanos();
    }

    /** Its intent is on disk. */
    void add(Container container) {
        container.waitsSince = System.nanoTime();
        ready.add(container);
    }

    /** It waits for nobody any more, and nobody has anything more to do for it. */
    void remove(Container container) {
        ready.remove(container);
        inHand.remove(container);
        atLines.remove(container);
    }

    /** It has started, so whoever was told to start it is well. */
    void started(Container container) {
        if (atLines.contains(container)) {
            lines.begun(container.id);
        } else {
            shell.proved(System.nanoTime());
        }
        remove(container);
    }

    boolean isEmpty() {
        return ready.isEmpty() && inHand.isEmpty() && atLines.isEmpty();
    }

    /** Gives orders to the shims that wait, and the launch shell as many as it may have in hand. */
    void handOver(long now) {
        while (!ready.isEmpty()) {
            Container container = ready.iterator().next();
            LaunchOrdered ordered = new LaunchOrdered();
            if (lines.launch(container.id)) {
                atLines.add(container);
            } else if (inHand.size() < IN_HAND_MAX && shell.launch(container.id)) {
                inHand.add(container);
            } else {
                return;
            }
            if (ordered.shouldCommit()) {
                ordered.container = container.id.toString();
                ordered.commit();
            }
            ready.remove(container);
            container.phase = Phase.HANDED;
            container.waitsSince = now;
        }
    }

    boolean isInHand(Container container) {
        return inHand.contains(container) || atLines.contains(container);
    }

    /** Returns those that somebody was told to start before that time, in nanoTime, and has not. */
    List<Container> inHandSince(long time) {
        return Stream.concat(inHand.stream(), atLines.stream())
                .filter(container -> container.waitsSince - time <= 0)
                .toList();
    }

    /** Returns those that a dead launch shell had in hand, which then nobody has. */
    List<Container> takeInHand() {
        List<Container> handed = List.copyOf(inHand);
        inHand.clear();
        return handed;
    }

    /** Returns the first for which no launch shell comes: none can be started, each dies at once, or one hangs. */
    @Nullable
    Container overdue(long now) {
        if (ready.isEmpty()) {
            return null;
        }
        Container first = ready.iterator().next();
        return hasWaited(first, now) && now - shell.provedAt() >= waitNanosMax ? first : null;
    }

    /** Has it waited as long as it may, since its intent was written or the order was given? */
    boolean hasWaited(Container container, long now) {
        return now - container.waitsSince >= waitNanosMax;
    }

    /** An order was not carried out in time. If no later one was either, a launch shell that had it hangs, and is given up. */
    void doubtShell(Container container) {
        if (inHand.contains(container) && shell.provedAt() - container.waitsSince < 0) {
            shell.giveUp();
        }
    }

    String whyNotStarted(Container container, long now) {
        return "no launch shell has started it: waited " + TimeUnit.NANOSECONDS.toMillis(now - container.waitsSince)
                + " ms >= launchWaitMsMax=" + TimeUnit.NANOSECONDS.toMillis(waitNanosMax);
    }
}
