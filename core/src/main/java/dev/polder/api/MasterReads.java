package dev.polder.api;

import dev.polder.http.HttpRequest;
import dev.polder.http.HttpResponder;
import dev.polder.http.Router;
import dev.polder.master.MasterPort;
import dev.polder.master.MasterPort.Leader;
import dev.polder.metrics.Metrics;
import java.util.List;
import java.util.SortedMap;

/**
 * The endpoints of a Mesos master that people and tools read. As there, the method does not matter and most paths answer
 * also below {@code /master}. Version, health, flags and metrics are those of the node that is asked, whoever leads.
 */
final class MasterReads {
    private final MasterPort master;
    private final Reads reads;
    private final Metrics metrics;
    private final ClassicJson classic = new ClassicJson();
    private final MasterStateJson state;
    private final FixedReads fixed;

    MasterReads(ApiConfig config, MasterPort master, Reads reads, Metrics metrics) {
        this.master = master;
        this.reads = reads;
        this.metrics = metrics;
        state = new MasterStateJson(config, classic);
        fixed = new FixedReads(classic, config, config.masterFlags());
    }

    void addTo(Router.Builder router) {
        fixed.addTo(router, "/master");
        for (String method : FixedReads.METHODS) {
            router.exact(method, "/metrics/snapshot", this::metrics);
            for (String base : List.of("", "/master")) {
                router.prefix(method, base + "/state", this::state);
                router.exact(method, base + "/redirect", this::redirect);
            }
        }
    }

    private void state(HttpRequest request, HttpResponder responder) {
        reads.answer(request, responder, view -> JsonAnswer.of(request, state.render(view)));
    }

    private void redirect(HttpRequest request, HttpResponder responder) {
        Leader leader = master.leader().orElse(null);
        responder.respond(leader == null ? LeaderOnly.elsewhere(master, request) : LeaderOnly.redirect(leader, ""));
    }

    private void metrics(HttpRequest request, HttpResponder responder) {
        if (!master.leads()) {
            responder.respond(MetricsAnswer.of(request, classic, ownNumbers()));
            return;
        }
        reads.answer(request, responder, view -> {
            SortedMap<String, Double> numbers = ownNumbers();
            MasterMetrics.putAll(view, numbers);
            return MetricsAnswer.of(request, classic, numbers);
        });
    }

    /** What an agent on this node counts is shown on its own port. */
    private SortedMap<String, Double> ownNumbers() {
        SortedMap<String, Double> numbers = metrics.snapshot();
        numbers.keySet().removeIf(name -> name.startsWith("slave/"));
        return numbers;
    }
}
