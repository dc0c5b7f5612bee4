package dev.polder.api;

import dev.polder.http.HttpHandler;
import dev.polder.http.Router;
import dev.polder.master.MasterPort;
import dev.polder.metrics.Metrics;

/**
 * Everything that a master's port answers, on two kinds of threads of its own: one for timers, a few for reads.
 *
 * <p>Close it after the master, whose last answers go through it, and before or after the server.
 */
public final class Api implements AutoCloseable {
    /**
     * The version of Mesos that Polder answers like. It stands wherever Mesos puts its own ({@code version} in
     * {@code /version}, {@code /state} and {@code MasterInfo}), because clients decide by comparing it what they may
     * ask for; it is the last release, so that nobody meets a number that was never released. Polder's own version
     * is in {@code polder_version} beside it.
     */
    public static final String MESOS_VERSION = "1.11.0";

    private final TimerThread timers;
    private final Reads reads;
    private final HttpHandler handler;

    private Api(TimerThread timers, Reads reads, HttpHandler handler) {
        this.timers = timers;
        this.reads = reads;
        this.handler = handler;
    }

    /**
     * Opens the APIs of a master.
     *
     * @param metrics of the node as a master; the APIs add their own
     */
    public static Api start(ApiConfig config, MasterPort master, Metrics metrics) {
        TimerThread timers = new TimerThread(config.threadName() + "-timer");
        ApiCounters counters = new ApiCounters(metrics);
        Reads reads = new Reads(config, master, counters);
        return new Api(timers, reads, masterHandler(new ApiContext(config, master, timers, counters), reads, metrics));
    }

    static HttpHandler masterHandler(ApiContext context, Reads reads, Metrics metrics) {
        MasterPort master = context.master();
        long startedMs = context.timers().nowMs();
        metrics.gauge("master/elected", () -> master.leads() ? 1 : 0);
        metrics.gauge("master/uptime_secs", () -> (context.timers().nowMs() - startedMs) / 1000.0);
        Router.Builder router = Router.builder();
        SchedulerApi scheduler = new SchedulerApi(context);
        router.prefix("POST", "/api/v1/scheduler", scheduler);
        router.prefix("POST", "/master/api/v1/scheduler", scheduler);
        router.exact("GET", "/polder/v1/agent", new AgentApi(context));
        new MasterReads(context.config(), master, reads, metrics).addTo(router);
        new MembersApi(master).addTo(router);
        return router.build();
    }

    /** Returns what answers the requests of a master's port. */
    public HttpHandler handler() {
        return handler;
    }

    /** Ends the threads. Streams and links that are still open get no heartbeats and no pings any more. */
    @Override
    public void close() {
        reads.close();
        timers.close();
    }
}
