package dev.polder.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.HdrHistogram.Histogram;

/** From what the nodes have noted: how long it took from an offer to the launch of a task on it. Nodes share a clock. */
final class LaunchTimes {
    private final Map<String, Instant> offered = new HashMap<>();
    private final Map<String, Instant> ordered = new HashMap<>();

    /** Reads the notes of one node. */
    void add(Path recording) throws IOException {
        for (RecordedEvent event : RecordingFile.readAllEvents(recording)) {
            if (event.getEventType().getName().equals(Recording.OFFERS)) {
                for (String offer : event.getString("offers").split(",", -1)) {
                    offered.put(offer, event.getStartTime());
                }
            } else if (event.getEventType().getName().equals(Recording.LAUNCHES)) {
                ordered.put(event.getString("container"), event.getStartTime());
            }
        }
    }

    List<Figure> figures(String benchmark, double tasksPerSecond, ManyTasks framework) {
        Histogram latency = offerToLaunchMicros(framework.offerOfTask(), framework.containerOfTask());
        return List.of(
                new Figure(benchmark, "tasks_per_s", tasksPerSecond, "1/s"),
                new Figure(benchmark, "offer_to_launch_p50_ms", latency.getValueAtPercentile(50) / 1e3, "ms"),
                new Figure(benchmark, "offer_to_launch_p99_ms", latency.getValueAtPercentile(99) / 1e3, "ms"));
    }

    private Histogram offerToLaunchMicros(Map<String, String> offerOfTask, Map<String, String> containerOfTask) {
        Histogram histogram = new Histogram(3);
        offerOfTask.forEach((task, offer) -> {
            Instant from = offered.get(offer);
            Instant to = ordered.get(containerOfTask.getOrDefault(task, ""));
            if (from != null && to != null) {
                histogram.recordValue(Math.max(0, Duration.between(from, to).toNanos() / 1000));
            }
        });
        return histogram;
    }
}
