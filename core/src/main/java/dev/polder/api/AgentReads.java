package dev.polder.api;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.polder.agent.ContainerReport;
import dev.polder.agent.SandboxFiles;
import dev.polder.http.HttpHandler;
import dev.polder.http.HttpRequest;
import dev.polder.http.HttpResponder;
import dev.polder.http.Router;
import dev.polder.metrics.Metrics;
import dev.polder.wire.proto.Mesos.AgentInfo;
import java.io.IOException;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Supplier;

/**
 * Everything that an agent's own port answers: the endpoints of a Mesos agent that people and tools read; most answer also
 * below {@code /slave(1)}. The state names the agent and what it has; its tasks are in the master's.
 *
 * <p>Files are read, and containers measured, on threads of its own; all else is small and done on the network's. Close it
 * after the server.
 */
public final class AgentReads implements AutoCloseable {
    private final ApiConfig config;
    private final Supplier<AgentView> agent;
    private final Metrics metrics;
    private final ClassicJson classic = new ClassicJson();
    private final long startedNanos = System.nanoTime();
    private final FixedReads fixed;
    private final FilesApi files;
    private final MonitorApi monitor;

    /** Where reports on the running containers come from. */
    @FunctionalInterface
    public interface Containers {
        /**
         * Returns a report on each. Called on a thread that may wait.
         *
         * @throws IOException if nobody can tell now
         */
        List<ContainerReport> get() throws IOException;
    }

    /** Opens them, on the sandboxes and the containers of one agent. */
    public AgentReads(
            ApiConfig config,
            Supplier<AgentView> agent,
            SandboxFiles sandboxes,
            Containers containers,
            Metrics metrics) {
        this.config = config;
        this.agent = agent;
        this.metrics = metrics;
        fixed = new FixedReads(classic, config, config.agentFlags());
        files = new FilesApi(config, classic, agent, sandboxes, metrics);
        monitor = new MonitorApi(config, classic, containers, metrics);
    }

    /** Returns what answers the requests of an agent's port. */
    public HttpHandler handler() {
        Router.Builder router = Router.builder();
        fixed.addTo(router, "/slave(1)");
        files.addTo(router);
        monitor.addTo(router);
        for (String method : FixedReads.METHODS) {
            router.exact(method, "/metrics/snapshot", this::metrics);
            router.prefix(method, "/state", this::state);
            router.prefix(method, "/slave(1)/state", this::state);
        }
        return router.build();
    }

    /** What the agent counts itself comes first; the rest is read off its view. What a master on this node counts is its own. */
    private void metrics(HttpRequest request, HttpResponder responder) {
        SortedMap<String, Double> numbers = metrics.snapshot();
        numbers.keySet().removeIf(name -> name.startsWith("master/"));
        AgentInfo info = agent.get().info();
        numbers.putIfAbsent("slave/uptime_secs", (System.nanoTime() - startedNanos) / 1e9);
        numbers.putIfAbsent("slave/registered", info.hasId() ? 1.0 : 0.0);
        ResourceTotals totals = ResourceTotals.of(info.getResourcesList());
        for (String name : List.of("cpus", "gpus", "mem", "disk")) {
            numbers.putIfAbsent("slave/" + name + "_total", totals.scalar(name) / 1000.0);
        }
        responder.respond(MetricsAnswer.of(request, classic, numbers));
    }

    private void state(HttpRequest request, HttpResponder responder) {
        AgentView view = agent.get();
        responder.respond(JsonAnswer.of(request, classic.object(json -> state(json, view))));
    }

    private void state(JsonGenerator json, AgentView view) throws IOException {
        AgentInfo info = view.info();
        ClassicJson.version(json, config);
        ClassicJson.number(json, "start_time", config.startedWallMs());
        json.writeStringField("id", info.getId().getValue());
        json.writeStringField("pid", "slave(1)@" + view.ip() + ":" + info.getPort());
        json.writeStringField("hostname", info.getHostname());
        ClassicJson.strings(json, "capabilities", MasterStateJson.AGENT_CAPABILITIES);
        ClassicJson.resources(json, "resources", ResourceTotals.of(info.getResourcesList()));
        ClassicJson.reservations(json, info.getResourcesList());
        ClassicJson.attributes(json, info.getAttributesList());
        if (!view.masterHostname().isEmpty()) {
            json.writeStringField("master_hostname", view.masterHostname());
        }
        ClassicJson.flags(json, config.agentFlags());
        ClassicJson.strings(json, "frameworks", List.of());
        ClassicJson.strings(json, "completed_frameworks", List.of());
    }

    /** Ends the threads; what they read at that moment is answered, what waits is not. */
    @Override
    public void close() {
        files.close();
        monitor.close();
    }
}
