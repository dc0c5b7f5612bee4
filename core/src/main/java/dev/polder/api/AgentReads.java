package dev.polder.api;

import com.fasterxml.jackson.core.JsonGenerator;
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
 * The endpoints of a Mesos agent that people and tools read, on the agent's own port; most answer also below
 * {@code /slave(1)}. The state names the agent and what it has; its tasks are in the master's.
 */
final class AgentReads {
    private final ApiConfig config;
    private final Supplier<AgentView> agent;
    private final Metrics metrics;
    private final ClassicJson classic = new ClassicJson();
    private final long startedNanos = System.nanoTime();
    private final FixedReads fixed;

    AgentReads(ApiConfig config, Supplier<AgentView> agent, Metrics metrics) {
        this.config = config;
        this.agent = agent;
        this.metrics = metrics;
        fixed = new FixedReads(classic, config, config.agentFlags());
    }

    void addTo(Router.Builder router) {
        fixed.addTo(router, "/slave(1)");
        for (String method : FixedReads.METHODS) {
            router.exact(method, "/metrics/snapshot", this::metrics);
            router.prefix(method, "/state", this::state);
            router.prefix(method, "/slave(1)/state", this::state);
        }
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
}
