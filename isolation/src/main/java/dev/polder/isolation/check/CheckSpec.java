package dev.polder.isolation.check;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;

/**
 * A check of one container, done again and again.
 *
 * @param delay from the start of the container's task to the first time
 * @param interval from the end of one time to the next
 * @param timeout after which a time has failed; zero for never
 * @param health how its results are judged; empty if nobody judges, and the results themselves are told
 */
public record CheckSpec(
        CheckKind kind, Duration delay, Duration interval, Duration timeout, Optional<HealthRule> health) {
    /** More is as good as never. */
    private static final Duration MAX = Duration.ofDays(36_500);

    /**
     * Checks.
     *
     * @throws IllegalArgumentException if a time is negative, or longer than 36,500 days
     */
    public CheckSpec {
        requireNonNull(kind, "kind");
        requireNonNull(health, "health");
        check("delay", delay);
        check("interval", interval);
        check("timeout", timeout);
    }

    /**
     * When a container is unhealthy.
     *
     * @param grace from the start of the container's task, in which failures before the first success do not count
     * @param failuresMax so many in a row, and it is to be killed
     */
    public record HealthRule(Duration grace, int failuresMax) {
        /** Checks. */
        public HealthRule {
            check("grace", grace);
            if (failuresMax < 1) {
                throw new IllegalArgumentException("failuresMax " + failuresMax + " is below 1");
            }
        }
    }

    private static void check(String what, Duration time) {
        if (time.isNegative() || time.compareTo(MAX) > 0) {
            throw new IllegalArgumentException(what + " " + time + " is not within 0 to " + MAX);
        }
    }
}
