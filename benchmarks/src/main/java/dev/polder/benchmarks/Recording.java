package dev.polder.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** Has the flight recorder note when offers were written and launches ordered. */
final class Recording implements AutoCloseable {
    static final String OFFERS = "dev.polder.OffersWritten";
    static final String LAUNCHES = "dev.polder.LaunchOrdered";

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

    /** Stops recording and writes what was noted. Returns the file. */
    Path dump(Path file) throws IOException {
        recording.stop();
        recording.dump(file);
        return file;
    }

    @Override
    public void close() {
        recording.close();
    }
}
