package dev.polder.isolation.host;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.PortRanges;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a node watches on which ports its containers listen. Immutable.
 *
 * @param watchInterval between two looks
 * @param enforces whether a container that listens on a port which is not its own is ended
 * @param agentRangeOnly whether no others are looked at than those that the agent has to offer
 * @param isolatedRange those that are looked at; empty for all, or the agent's
 */
public record PortsSettings(
        Duration watchInterval, boolean enforces, boolean agentRangeOnly, Optional<PortRanges> isolatedRange) {
    /** Mesos's. */
    public static final PortsSettings DEFAULT =
            new PortsSettings(Duration.ofSeconds(30), false, false, Optional.empty());

    private static final Duration INTERVAL_MIN = Duration.ofMillis(10);
    private static final Duration INTERVAL_MAX = Duration.ofDays(365);

    /** Only that nothing is missing; what is wrong is in {@link #mistakes}. */
    public PortsSettings {
        requireNonNull(watchInterval, "watchInterval");
        requireNonNull(isolatedRange, "isolatedRange");
    }

    /** Returns everything that is wrong with these together, each with its name; empty if nothing is. */
    public List<String> mistakes() {
        List<String> mistakes = new ArrayList<>();
        if (watchInterval.compareTo(INTERVAL_MIN) < 0 || watchInterval.compareTo(INTERVAL_MAX) > 0) {
            mistakes.add("containerPortsWatchInterval " + watchInterval + ": " + INTERVAL_MIN + " to " + INTERVAL_MAX);
        }
        if (agentRangeOnly && isolatedRange.isPresent()) {
            mistakes.add("checkAgentPortRangeOnly and containerPortsIsolatedRange " + isolatedRange.get()
                    + ": only one of them says which ports are looked at");
        }
        return mistakes;
    }

    /** Returns the ports that are looked at, on an agent that has these to offer. */
    PortRanges checked(PortRanges ofAgent) {
        return agentRangeOnly ? ofAgent : isolatedRange.orElse(PortRanges.ALL);
    }

    /** Returns these with another interval. */
    public PortsSettings withWatchInterval(Duration other) {
        return new PortsSettings(other, enforces, agentRangeOnly, isolatedRange);
    }

    /** Returns these, enforced or not. */
    public PortsSettings withEnforced(boolean other) {
        return new PortsSettings(watchInterval, other, agentRangeOnly, isolatedRange);
    }

    /** Returns these, of the agent's ports alone or not. */
    public PortsSettings withAgentRangeOnly(boolean other) {
        return new PortsSettings(watchInterval, enforces, other, isolatedRange);
    }

    /** Returns these of other ports. */
    public PortsSettings withIsolatedRange(Optional<PortRanges> other) {
        return new PortsSettings(watchInterval, enforces, agentRangeOnly, other);
    }
}
