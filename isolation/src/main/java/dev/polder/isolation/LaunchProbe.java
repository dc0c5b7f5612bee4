package dev.polder.isolation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * For tests: stops a launch at one of its phases, so that something can be killed just there. Called on the launcher's
 * threads. A launcher that was opened without one pays nothing for it.
 */
public interface LaunchProbe {
    /** Where a launch can be stopped, in the order of its life. */
    enum Phase {
        /** Nothing is on disk. Goes on when {@link #reached} returns. */
        BEFORE_INTENT(""),
        /** The shim runs and has not said so on disk. Goes on when it is released. */
        BEFORE_STARTED("before-started"),
        /** The task's process exists and has not said so on disk. Goes on when it is released. */
        BEFORE_PID("before-pid"),
        /** The listener has been told that it started. Goes on when {@link #reached} returns. */
        RUNNING(""),
        /** TERM was sent. Goes on when {@link #reached} returns. */
        BEING_KILLED(""),
        /** The exit is on disk, and the launcher has not heard of it. Goes on when it is released. */
        EXITED("before-report");

        private final String place;

        Phase(String place) {
            this.place = place;
        }

        /** Is it the shim that waits, whatever becomes of this JVM, until {@link LaunchProbe#release} is called? */
        public boolean isInShim() {
            return !place.isEmpty();
        }

        String place() {
            return place;
        }

        static Optional<Phase> ofPlace(String place) {
            for (Phase phase : values()) {
                if (phase.isInShim() && phase.place.equals(place)) {
                    return Optional.of(phase);
                }
            }
            return Optional.empty();
        }
    }

    /** Returns the phase at which this launch shall stop; empty for none. Asked once, before anything is written. */
    Optional<Phase> stopAt(ContainerId id);

    /** The launch has stopped at the phase that {@link #stopAt} named. */
    void reached(ContainerId id, Phase phase);

    /** Returns how long a shim that has begun may take to have its process, before the launch is given up. */
    default Duration startPatience() {
        return Duration.ofSeconds(10);
    }

    /** Returns how long a launch may wait for a launch shell that starts it, before it is given up. */
    default Duration launchWait() {
        return Duration.ofSeconds(30);
    }

    /** Lets a shim go on. May be called from any process that may write to the launcher's directory. */
    static void release(Path directory, ContainerId id) throws IOException {
        Files.deleteIfExists(directory.resolve(id.toString()).resolve(ContainerDirectory.HOLD));
    }
}
