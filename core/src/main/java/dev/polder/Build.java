package dev.polder;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Properties;

/** Which Polder this is. */
record Build(String version, long builtWallMs) {
    /** Reads what the build has written down. */
    static Build read() {
        Properties properties = new Properties();
        try (InputStream in = Build.class.getResourceAsStream("build.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException("build.properties", e);
        }
        return new Build(
                properties.getProperty("version"),
                Instant.parse(properties.getProperty("timestamp")).toEpochMilli());
    }
}
