package dev.polder.api;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.polder.agent.ContainerReport;
import dev.polder.http.HttpRequest;
import dev.polder.http.HttpResponder;
import dev.polder.http.HttpResponse;
import dev.polder.http.Router;
import dev.polder.metrics.Counter;
import dev.polder.metrics.Metrics;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /monitor/statistics} and {@code /containers}: what the containers of an agent use. Measured on a thread of its own,
 * twice a second at most, however many ask.
 */
final class MonitorApi implements AutoCloseable {
    /** So many requests may wait; a further one is answered 503. */
    static final int WAITING_MAX = 64;

    private static final long FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long IDLE_SECONDS = 10;
    private static final Logger LOG = LoggerFactory.getLogger(MonitorApi.class);

    private final ClassicJson classic;
    private final AgentReads.Containers containers;
    private final Counter refused;
    private final ThreadPoolExecutor thread;
    /** Owned by that thread, as is when they were made. */
    private @Nullable List<ContainerReport> reports;

    private long reportedNanos;

    /** What is shown of a report. */
    private interface Part {
        void write(JsonGenerator json, ContainerReport report) throws IOException;
    }

    MonitorApi(ApiConfig config, ClassicJson classic, AgentReads.Containers containers, Metrics metrics) {
        this.classic = classic;
        this.containers = containers;
        refused = metrics.counter("polder/api/statistics_refused");
        thread = new ThreadPoolExecutor(
                1,
                1,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                // when full the request is answered 503
                new ArrayBlockingQueue<>(WAITING_MAX),
                work -> {
                    Thread made = new Thread(work, config.threadName() + "-monitor");
                    made.setDaemon(true);
                    return made;
                });
        thread.allowCoreThreadTimeOut(true);
    }

    void addTo(Router.Builder router) {
        for (String method : FixedReads.METHODS) {
            for (String base : List.of("", "/slave(1)")) {
                router.exact(
                        method,
                        base + "/monitor/statistics",
                        (request, responder) -> answer(request, responder, this::writeStatistics));
                router.exact(
                        method,
                        base + "/containers",
                        (request, responder) -> answer(request, responder, this::writeContainer));
            }
        }
    }

    private void answer(HttpRequest request, HttpResponder responder, Part part) {
        try {
            thread.execute(() -> responder.respond(guarded(request, part)));
        } catch (RejectedExecutionException full) {
            refused.increment();
            responder.respond(
                    LeaderOnly.comeAgain(WAITING_MAX + " requests for statistics wait already: no more at once"));
        }
    }

    private HttpResponse guarded(HttpRequest request, Part part) {
        try {
            List<ContainerReport> shown = fresh();
            return JsonAnswer.of(request, classic.array(json -> {
                for (ContainerReport report : shown) {
                    json.writeStartObject();
                    part.write(json, report);
                    json.writeEndObject();
                }
            }));
        } catch (IOException e) {
            return LeaderOnly.comeAgain(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("statistics failed path={}", request.path(), e);
            return HttpResponse.text(500, "the answer could not be written: " + e);
        }
    }

    private List<ContainerReport> fresh() throws IOException {
        List<ContainerReport> found = reports;
        if (found == null || System.nanoTime() - reportedNanos >= FRESH_NANOS) {
            found = containers.get();
            reports = found;
            reportedNanos = System.nanoTime();
        }
        return found;
    }

    private void writeContainer(JsonGenerator json, ContainerReport report) throws IOException {
        json.writeStringField("container_id", report.status().getContainerId().getValue());
        writeStatistics(json, report);
        classic.message(json, "status", report.status());
    }

    private void writeStatistics(JsonGenerator json, ContainerReport report) throws IOException {
        json.writeStringField("executor_id", report.executorId());
        json.writeStringField("executor_name", report.executorName());
        json.writeStringField("framework_id", report.frameworkId());
        json.writeStringField("source", report.executorId());
        classic.message(json, "statistics", report.statistics());
    }

    /** Ends the thread; does not wait for it. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
