package dev.polder.isolation.check;

import dev.polder.isolation.check.CheckSpec.HealthRule;
import java.util.Optional;

/**
 * Decides over one check: when it is due, and what its results mean. Told the time, in milliseconds of any clock that does
 * not jump; owned by one thread.
 */
final class CheckJudge {
    private static final CheckResult NONE = new CheckResult.Failed("");

    private final CheckSpec spec;
    private final long startMs;
    private long dueMs;
    private boolean isDecided;
    private int failures;
    private CheckResult last = NONE;

    /**
     * Begins.
     *
     * @param startMs when the container's task was started, by that clock; may lie before its beginning
     * @param isKnown whether somebody has heard of the container's health before; then the grace is over
     */
    CheckJudge(CheckSpec spec, long startMs, long nowMs, boolean isKnown) {
        this.spec = spec;
        this.startMs = startMs;
        this.dueMs = Math.max(nowMs, startMs + spec.delay().toMillis());
        this.isDecided = isKnown;
        // whoever heard of it may have heard that it is not well
        this.failures = isKnown ? -1 : 0;
    }

    long dueMs() {
        return dueMs;
    }

    /** Returns when a check that begins now has taken too long; {@link Long#MAX_VALUE} for never. */
    long deadlineMs(long nowMs) {
        return spec.timeout().isZero() ? Long.MAX_VALUE : nowMs + spec.timeout().toMillis();
    }

    /** The container is not yet so far; that says nothing about it. */
    void postpone(long nowMs, long byMs) {
        dueMs = nowMs + byMs;
    }

    /** A check has ended. Returns what is to be told, empty for nothing. */
    Optional<CheckEvent> judge(long nowMs, CheckResult result) {
        dueMs = nowMs + spec.interval().toMillis();
        if (spec.health().isPresent()) {
            return health(nowMs, result.isHealthy(), spec.health().get());
        }
        // why there is no result is nobody's business
        CheckResult next = result instanceof CheckResult.Failed ? NONE : result;
        boolean changed = !next.equals(last);
        last = next;
        return changed ? Optional.of(new CheckEvent.Result(result)) : Optional.empty();
    }

    private Optional<CheckEvent> health(long nowMs, boolean healthy, HealthRule rule) {
        if (healthy) {
            boolean changed = !isDecided || failures != 0;
            isDecided = true;
            failures = 0;
            return changed ? Optional.of(new CheckEvent.Health(true, false)) : Optional.empty();
        }
        if (!isDecided
                && nowMs - startMs <= rule.grace().toMillis()
                && !rule.grace().isZero()) {
            return Optional.empty();
        }
        isDecided = true;
        failures = Math.max(0, failures) + 1;
        return Optional.of(new CheckEvent.Health(false, failures >= rule.failuresMax()));
    }
}
