package dev.polder.api;

import dev.polder.metrics.Counter;
import dev.polder.metrics.Metrics;
import java.util.concurrent.atomic.AtomicInteger;

/** What the APIs count of themselves. */
final class ApiCounters {
    /** Calls and links that were answered 503 because the master's inbox was full. */
    final Counter callsRefused;
    /** Reads that were answered 503 because too many waited. */
    final Counter readsRefused;
    /** Streams and links that were cut because their peer read too slowly. */
    final Counter slowPeersCut;
    /** Agents' links that were closed because they broke the protocol or were silent. */
    final Counter agentLinksBroken;

    final AtomicInteger schedulerStreams = new AtomicInteger();
    final AtomicInteger agentLinks = new AtomicInteger();

    ApiCounters(Metrics metrics) {
        callsRefused = metrics.counter("polder/api/calls_refused");
        readsRefused = metrics.counter("polder/api/reads_refused");
        slowPeersCut = metrics.counter("polder/api/slow_peers_cut");
        agentLinksBroken = metrics.counter("polder/api/agent_links_broken");
        metrics.gauge("polder/api/scheduler_streams", schedulerStreams::get);
        metrics.gauge("polder/api/agent_links", agentLinks::get);
    }
}
