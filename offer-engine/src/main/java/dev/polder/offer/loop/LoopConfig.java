package dev.polder.offer.loop;

import static java.util.Objects.requireNonNull;

import dev.polder.offer.OfferEngineConfig;
import java.util.function.LongSupplier;

/**
 * The settings of an {@link OfferEngineLoop}. Immutable.
 *
 * @param name of the thread, and in what is logged; not blank
 * @param engine the engine's own settings
 * @param seed decides the random order, where that is configured
 * @param requestsMax how many requests may wait, 2 to 2^20; rounded up to a power of two. One more is refused at once
 * @param clockMs monotonic milliseconds, from any origin; asked on the loop's thread, and once by {@code start}
 */
public record LoopConfig(String name, OfferEngineConfig engine, long seed, int requestsMax, LongSupplier clockMs) {
    static final int REQUESTS_MAX_MIN = 2;
    static final int REQUESTS_MAX_MAX = 1 << 20;

    /**
     * Checks.
     *
     * @throws IllegalArgumentException if the name is blank or {@code requestsMax} is out of bounds
     */
    public LoopConfig {
        requireNonNull(engine, "engine");
        requireNonNull(clockMs, "clockMs");
        if (name.isBlank()) {
            throw new IllegalArgumentException("name '" + name + "': must not be blank");
        }
        if (requestsMax < REQUESTS_MAX_MIN || requestsMax > REQUESTS_MAX_MAX) {
            throw new IllegalArgumentException(
                    "requestsMax is " + requestsMax + ", must be " + REQUESTS_MAX_MIN + " to " + REQUESTS_MAX_MAX);
        }
    }

    /** Returns the defaults: the engine's, seed 0, 4096 requests, {@link System#nanoTime}. */
    public static LoopConfig named(String name) {
        return new LoopConfig(name, OfferEngineConfig.DEFAULT, 0, 4096, () -> System.nanoTime() / 1_000_000);
    }

    /** Returns this with other settings of the engine. */
    public LoopConfig withEngine(OfferEngineConfig other) {
        return new LoopConfig(name, other, seed, requestsMax, clockMs);
    }

    /** Returns this with another seed. */
    public LoopConfig withSeed(long other) {
        return new LoopConfig(name, engine, other, requestsMax, clockMs);
    }

    /** Returns this with room for so many waiting requests. */
    public LoopConfig withRequestsMax(int other) {
        return new LoopConfig(name, engine, seed, other, clockMs);
    }

    /** Returns this with another clock. It does not wake the loop: a clock that is moved by hand needs a request after. */
    public LoopConfig withClockMs(LongSupplier other) {
        return new LoopConfig(name, engine, seed, requestsMax, other);
    }
}
