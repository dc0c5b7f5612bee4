package dev.polder.isolation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** When each isolator is to look for limits that were reached. Owned by the containerizer's thread. */
final class WatchTimes {
    private static final Duration INTERVAL_MIN = Duration.ofMillis(100);

    private final List<Watch> watches = new ArrayList<>();

    private static final class Watch {
        final Isolator isolator;
        final long intervalNanos;
        long dueNanos;

        Watch(Isolator isolator, Duration interval, long nowNanos) {
            this.isolator = isolator;
            intervalNanos = (interval.compareTo(INTERVAL_MIN) < 0 ? INTERVAL_MIN : interval).toNanos();
            dueNanos = nowNanos + intervalNanos;
        }
    }

    WatchTimes(List<Isolator> isolators, long nowNanos) {
        for (Isolator isolator : isolators) {
            isolator.watchInterval().ifPresent(interval -> watches.add(new Watch(isolator, interval, nowNanos)));
        }
    }

    long nanosToNext(long nowNanos) {
        long least = Long.MAX_VALUE;
        for (Watch watch : watches) {
            least = Math.min(least, Math.max(0, watch.dueNanos - nowNanos));
        }
        return least;
    }

    /** Returns those whose time has come; it comes again after their interval. */
    List<Isolator> due(long nowNanos) {
        List<Isolator> due = new ArrayList<>();
        for (Watch watch : watches) {
            if (nowNanos - watch.dueNanos >= 0) {
                watch.dueNanos = nowNanos + watch.intervalNanos;
                due.add(watch.isolator);
            }
        }
        return due;
    }
}
