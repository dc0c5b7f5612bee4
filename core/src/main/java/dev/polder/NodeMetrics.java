package dev.polder;

import dev.polder.agent.AgentCounters;
import dev.polder.agent.AgentService;
import dev.polder.http.HttpServer;
import dev.polder.master.MasterLoop;
import dev.polder.master.MasterLoopHistory;
import dev.polder.metrics.Metrics;
import dev.polder.raft.LatencyPercentiles;
import dev.polder.raft.LogNetwork;
import dev.polder.raft.LogStatus;
import dev.polder.raft.ReplicatedLog;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** Where work waits in a node, and what was turned away: the numbers by which one sees that it cannot keep up. */
final class NodeMetrics {
    private final Metrics metrics;

    NodeMetrics(Metrics metrics) {
        this.metrics = metrics;
    }

    void add(MasterLoop master, ReplicatedLog log) {
        metrics.gauge("master/event_queue_messages", master::waitingCommands);
        metrics.gauge("polder/master/turn_ms_max", master::turnMsMax);
        metrics.gauge("polder/raft/proposal_bytes", log::proposalBytes);
        metrics.gauge("polder/raft/proposals_refused", log::proposalsRefused);
        metrics.gauge("polder/raft/disk_bytes", log::diskBytes);
        metrics.gauge("polder/raft/leader_known", () -> log.leader().isPresent() ? 1 : 0);
        // a term without its leader says little: left out
        metrics.gauge(
                "polder/raft/term",
                () -> log.leader().map(leader -> (double) leader.term()).orElse(Double.NaN));
        addStatus("last_index", log, LogStatus::lastIndex);
        addStatus("committed_index", log, LogStatus::committedIndex);
        addStatus("applied_index", log, LogStatus::appliedIndex);
        addStatus("snapshot_index", log, LogStatus::snapshotIndex);
        addStatus("members", log, status -> status.members().size());
        // known to a leader alone
        addStatus(
                "lag_entries_max",
                log,
                status -> status.peers().stream()
                        .mapToDouble(LogStatus.Peer::lagEntries)
                        .max()
                        .orElse(Double.NaN));
        addStatus(
                "snapshot_fetched",
                log,
                status -> status.fetch()
                        .map(fetch -> (double) fetch.receivedBytes() / Math.max(1, fetch.bytes()))
                        .orElse(Double.NaN));
        addTimes("force_ms", log, LogStatus::forces);
        addTimes("commit_ms", log, LogStatus::commits);
        addTimes("read_ms", log, LogStatus::reads);
        add("connections", log, LogNetwork::connections);
        add("handshakes_refused", log, LogNetwork::handshakesRefused);
        add("handshakes_late", log, LogNetwork::handshakesLate);
        add("connections_refused", log, LogNetwork::connectionsRefused);
        add("frames_refused", log, LogNetwork::framesRefused);
        add("requests_sent", log, LogNetwork::requestsSent);
        add("requests_failed", log, LogNetwork::requestsFailed);
        add("bytes_sent", log, LogNetwork::bytesSent);
        add("bytes_received", log, LogNetwork::bytesReceived);
    }

    private void add(String name, ReplicatedLog log, ToDoubleFunction<LogNetwork> number) {
        metrics.gauge("polder/raft/" + name, () -> number.applyAsDouble(log.network()));
    }

    private void addStatus(String name, ReplicatedLog log, ToDoubleFunction<LogStatus> number) {
        metrics.gauge("polder/raft/" + name, () -> number.applyAsDouble(log.status()));
    }

    /** Adds how long something took, since the start, under the names that Mesos gives percentiles. */
    private void addTimes(String name, ReplicatedLog log, Function<LogStatus, LatencyPercentiles> times) {
        addStatus(name + "/count", log, status -> times.apply(status).count());
        addStatus(name + "/p50", log, status -> times.apply(status).p50Nanos() / 1e6);
        addStatus(name + "/p99", log, status -> times.apply(status).p99Nanos() / 1e6);
        addStatus(name + "/max", log, status -> times.apply(status).maxNanos() / 1e6);
    }

    void add(MasterLoopHistory history) {
        metrics.gauge("polder/master/history_waiting", history::waiting);
        metrics.gauge("polder/master/history_records", history::records);
    }

    void add(AgentService agent) {
        add("polder/agent/queue_messages", agent, AgentCounters::inboxDepth);
        add("polder/agent/turn_ms_max", agent, counters -> counters.longestTurnMicros() / 1e3);
        add("polder/agent/checkpoint_bytes", agent, AgentCounters::checkpointBytes);
        add("polder/agent/checkpoint_forces", agent, AgentCounters::checkpointForces);
        metrics.gauge("gc/path_removals_succeeded", agent::sandboxesRemoved);
    }

    private void add(String name, AgentService agent, ToDoubleFunction<AgentCounters> number) {
        metrics.gauge(name, () -> number.applyAsDouble(agent.counters()));
    }

    /** Adds the numbers of one port. */
    void add(String port, HttpServer server) {
        metrics.gauge("polder/http/" + port + "/connections", server::connections);
        metrics.gauge("polder/http/" + port + "/connections_refused", server::connectionsRefused);
        metrics.gauge("polder/http/" + port + "/answers_refused", server::answersRefused);
        metrics.gauge("polder/http/" + port + "/slow_readers_cut", server::slowReadersCut);
    }
}
