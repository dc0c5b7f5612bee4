package dev.polder.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.HdrHistogram.Histogram;

/** Records when offers were written and launches ordered, by the flight recorder's events. */
final class Recording implements AutoCloseable {
    private static final String OFFERS = "dev.polder.OffersWritten";
    private static final String LAUNCHES = "dev.polder.LaunchOrdered";

    private final jdk.jfr.Recording recording;

    private Recording(jdk.jfr.Recording recording) {
        this.recording = recording;
    }

    static Recording start() {
        jdk.jfr.Recording recording = new jdk.jfr.Recording();
        recording.enable(OFFERS).withThreshold(Duration.ZERO);
        recording.enable(LAUNCHES).withThreshold(Duration.ZERO);
        recording.start();
        return new Recording(recording);
    }

    /** Stops recording; returns for each task the time from its offer to its launch. */
    Histogram offerToLaunchMicros(Map<String, String> offerOfTask, Map<String, String> containerOfTask)
            throws IOException {
        recording.stop();
        Path file = Files.createTempFile("polder-bench-", ".jfr");
        Map<String, Instant> offered = new HashMap<>();
        Map<String, Instant> ordered = new HashMap<>();
        try {
            recording.dump(file);
            for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
                if (event.getEventType().getName().equals(OFFERS)) {
                    for (String offer : event.getString("offers").split(",", -1)) {
                        offered.put(offer, event.getStartTime());
                    }
                } else if (event.getEventType().getName().equals(LAUNCHES)) {
                    ordered.put(event.getString("container"), event.getStartTime());
                }
            }
        } finally {
            Files.delete(file);
        }
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

    @Override
    public void close() {
        recording.close();
    }
}
