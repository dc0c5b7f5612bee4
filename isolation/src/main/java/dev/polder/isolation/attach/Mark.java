package dev.polder.isolation.attach;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A variable that all processes of one command carry, by which they are found wherever they went. Who throws it away
 * escapes, until its container ends.
 */
public record Mark(UUID value) {
    static final String VARIABLE = "POLDER_SESSION_ID";

    private static final int ROUNDS_MAX = 100;
    private static final long ROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** A mark that no process has. */
    static Mark fresh() {
        return new Mark(UUID.randomUUID());
    }

    /**
     * Kills the living processes that carry one of these, as they are now: one that is just being forked may be missed, so
     * this is to be repeated until nobody is found. Takes as long as it takes to read the variables of all processes.
     *
     * @return the marks that were found
     */
    public static Set<Mark> killAll(Set<Mark> marks) {
        Set<Mark> found = new HashSet<>();
        if (marks.isEmpty()) {
            return found;
        }
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                // the handle remembers the start time, so what is seen after it was taken is true of whom it kills
                ProcessHandle.of(Long.parseLong(process.getFileName().toString()))
                        .filter(handle -> !handle.equals(ProcessHandle.current()))
                        .ifPresent(handle -> of(process).filter(marks::contains).ifPresent(mark -> {
                            found.add(mark);
                            handle.destroyForcibly();
                        }));
            }
        } catch (IOException absent) {
            // then nobody is found
        }
        return found;
    }

    /** Kills whoever carries it. Returns false if somebody is left after two seconds. */
    boolean kill() {
        for (int round = 0; round < ROUNDS_MAX; round++) {
            if (killAll(Set.of(this)).isEmpty()) {
                return true;
            }
            LockSupport.parkNanos(ROUND_NANOS);
        }
        return false;
    }

    /** A zombie has no variables any more. */
    private static Optional<Mark> of(Path process) {
        try {
            String environment = Files.readString(process.resolve("environ"), StandardCharsets.ISO_8859_1);
            for (String variable : environment.split("\0", -1)) {
                if (variable.startsWith(VARIABLE + "=")) {
                    return Optional.of(new Mark(UUID.fromString(variable.substring(VARIABLE.length() + 1))));
                }
            }
            return Optional.empty();
        } catch (IOException | IllegalArgumentException goneOrForeign) {
            return Optional.empty();
        }
    }
}
