package dev.polder.http;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with a configuration, to report it all at once. */
final class Bounds {

    private final String thing;
    private final List<String> mistakes = new ArrayList<>();

    Bounds(String thing) {
        this.thing = thing;
    }

    /** Notes a number that is not in its range. */
    Bounds within(String name, long value, long min, long max) {
        if (value < min || value > max) {
            mistakes.add(name + ": " + value + " is not in " + min + ".." + max);
        }
        return this;
    }

    /** Notes a duration that is not longer than zero, or longer than a year. */
    Bounds positive(String name, Duration value) {
        if (value.isNegative() || value.isZero() || value.compareTo(Duration.ofDays(365)) > 0) {
            mistakes.add(name + ": " + value + " is not in (0, 365 days]");
        }
        return this;
    }

    /** Throws if anything was noted. */
    void check() {
        if (!mistakes.isEmpty()) {
            throw new IllegalArgumentException(thing + ": " + String.join("; ", mistakes));
        }
    }
}
