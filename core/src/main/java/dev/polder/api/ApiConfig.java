package dev.polder.api;

import dev.polder.master.MasterConfig;
import java.time.Duration;
import java.util.Map;

/**
 * What the APIs of one node need to know. Immutable.
 *
 * @param threadName the beginning of the threads' names
 * @param polderVersion of this node's Polder, as the build says
 * @param builtWallMs when this node's Polder was built
 * @param startedWallMs when this node started
 * @param masterFlags what {@code /flags} and {@code /state} of the master show: names and values as Mesos writes them
 * @param agentFlags the same of the agent
 * @param heartbeatInterval between two HEARTBEAT events on a framework's stream
 * @param agentPingInterval between two pings on an agent's link
 * @param agentSilenceMax a link that brings nothing for so long is closed; at least two ping intervals
 */
public record ApiConfig(
        String threadName,
        String polderVersion,
        long builtWallMs,
        long startedWallMs,
        Map<String, String> masterFlags,
        Map<String, String> agentFlags,
        Duration heartbeatInterval,
        Duration agentPingInterval,
        Duration agentSilenceMax) {

    /** Checks the ranges and reports all mistakes together. */
    public ApiConfig {
        StringBuilder faults = new StringBuilder();
        positive(faults, "heartbeatInterval", heartbeatInterval);
        positive(faults, "agentPingInterval", agentPingInterval);
        if (agentSilenceMax.compareTo(agentPingInterval.multipliedBy(2)) < 0) {
            faults.append(" agentSilenceMax=" + agentSilenceMax + " must be at least twice agentPingInterval="
                    + agentPingInterval + ";");
        }
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException("ApiConfig:" + faults);
        }
        masterFlags = Map.copyOf(masterFlags);
        agentFlags = Map.copyOf(agentFlags);
    }

    /** Heartbeats as the master promises them, a ping every second, silence of at most 5 s, no flags. */
    public static ApiConfig defaults(String threadName, String polderVersion, long builtWallMs, long startedWallMs) {
        return new ApiConfig(
                threadName,
                polderVersion,
                builtWallMs,
                startedWallMs,
                Map.of(),
                Map.of(),
                Duration.ofMillis(MasterConfig.DEFAULT.heartbeatIntervalMs()),
                Duration.ofSeconds(1),
                Duration.ofSeconds(5));
    }

    /** The same with another time between heartbeats; the master must promise the same. */
    public ApiConfig withHeartbeatInterval(Duration interval) {
        return new ApiConfig(
                threadName,
                polderVersion,
                builtWallMs,
                startedWallMs,
                masterFlags,
                agentFlags,
                interval,
                agentPingInterval,
                agentSilenceMax);
    }

    /** The same with other flags. */
    public ApiConfig withFlags(Map<String, String> master, Map<String, String> agent) {
        return new ApiConfig(
                threadName,
                polderVersion,
                builtWallMs,
                startedWallMs,
                master,
                agent,
                heartbeatInterval,
                agentPingInterval,
                agentSilenceMax);
    }

    private static void positive(StringBuilder faults, String name, Duration value) {
        if (value.toMillis() < 1) {
            faults.append(" " + name + "=" + value + " must be at least 1 ms;");
        }
    }
}
