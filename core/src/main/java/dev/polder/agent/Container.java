package dev.polder.agent;

import dev.polder.isolation.AttachedNetwork;
import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerSpec;
import dev.polder.isolation.Limitation;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One run of a task as this process knows it. Owned by the agent thread.
 *
 * <pre>
 *            sandbox ready          started
 *  PREPARING ------------&gt; LAUNCHED -------&gt; RUNNING        killed while PREPARING: never launched
 *                             |                 |
 *                             '----&gt; ENDED &lt;----'           forgotten once the end is acknowledged
 * </pre>
 */
final class Container {
    enum Phase {
        PREPARING,
        LAUNCHED,
        RUNNING,
        ENDED
    }

    private static final long NEVER = Long.MAX_VALUE;

    private final ContainerId id;
    private final @Nullable ContainerSpec spec;
    private Phase phase;
    private long killedSinceMs;
    private long killMs = NEVER;
    private @Nullable Limitation limitation;
    private List<AttachedNetwork> networks = List.of();

    Container(ContainerSpec spec) {
        this(spec.id(), spec, Phase.PREPARING);
    }

    private Container(ContainerId id, @Nullable ContainerSpec spec, Phase phase) {
        this.id = id;
        this.spec = spec;
        this.phase = phase;
    }

    /** A container that an earlier process launched. */
    static Container recovered(ContainerId id) {
        return new Container(id, null, Phase.LAUNCHED);
    }

    ContainerId id() {
        return id;
    }

    /** Returns what is launched; null if an earlier process launched it. */
    @Nullable
    ContainerSpec spec() {
        return spec;
    }

    boolean isRecovered() {
        return spec == null;
    }

    boolean is(Phase wanted) {
        return phase == wanted;
    }

    void enter(Phase next) {
        phase = next;
    }

    /** It is attached to these networks. */
    void attached(List<AttachedNetwork> to) {
        networks = to;
    }

    /** Returns the networks that it is attached to; empty for its host's, or if nobody has told. */
    List<AttachedNetwork> networks() {
        return networks;
    }

    /** It has reached a limit, for which it is ended. */
    void limited(Limitation reached) {
        limitation = reached;
    }

    /** Returns the limit that it has reached; null for none. */
    @Nullable
    Limitation limitation() {
        return limitation;
    }

    boolean isBeingKilled() {
        return killMs != NEVER;
    }

    /** Tells whether a kill with this grace, counted from the first kill, would change anything. */
    boolean wouldBeKilledSooner(Duration grace) {
        return !isBeingKilled() || killedSinceMs + grace.toMillis() < killMs;
    }

    /** Notes a kill and returns what is left of its grace, which counts from the first kill. */
    Duration kill(long nowMs, Duration grace) {
        if (!isBeingKilled()) {
            killedSinceMs = nowMs;
        }
        killMs = killedSinceMs + grace.toMillis();
        return Duration.ofMillis(Math.max(0, killMs - nowMs));
    }
}
