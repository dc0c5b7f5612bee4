package dev.polder.isolation;

/** How a process ended: by itself with a code (0 to 255), or by a signal (its number). */
public sealed interface ExitStatus {
    /** It called exit. */
    record Exited(int code) implements ExitStatus {}

    /** A signal ended it. */
    record Signaled(int signal) implements ExitStatus {}
}
