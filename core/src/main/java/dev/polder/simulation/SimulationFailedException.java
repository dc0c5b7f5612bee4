package dev.polder.simulation;

/** A run in which something happened that must not; the message has the seed, what it was, and what came before. */
public final class SimulationFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SimulationFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
