package dev.polder.isolation;

/**
 * How a process ended: by itself with a code (0 to 255), or by a signal (its number), or before it became the program,
 * because it could not be contained.
 */
public sealed interface ExitStatus {
    /** It called exit. */
    record Exited(int code) implements ExitStatus {
        /** Refuses a code that no process can have. */
        public Exited {
            if (code < 0 || code > 255) {
                throw new IllegalArgumentException("exit code " + code + " is not within 0 to 255");
            }
        }
    }

    /** A signal ended it. */
    record Signaled(int signal) implements ExitStatus {
        /** Refuses a number that no signal has. */
        public Signaled {
            if (signal < 1 || signal > 127) {
                throw new IllegalArgumentException("signal " + signal + " is not within 1 to 127");
            }
        }
    }

    /** A part of its {@link Containment} could not be entered, so the program was never executed; says which and why. */
    record NotContained(String why) implements ExitStatus {}
}
