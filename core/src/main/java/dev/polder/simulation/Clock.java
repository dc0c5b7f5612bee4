package dev.polder.simulation;

import dev.polder.model.Moment;

/** The clocks of one process: monotonic time from a start of its own, and wall time that may jump. */
final class Clock {
    private final Surroundings around;
    private final long bornUs;
    private final long startMs;

    Clock(Surroundings around) {
        this.around = around;
        bornUs = around.time().nowUs();
        startMs = around.dice().between(-1_000_000, 1_000_000);
    }

    Moment now() {
        return new Moment(startMs + (around.time().nowUs() - bornUs) / 1000, around.wallMs());
    }

    /** Returns when this clock shows the monotonic time. */
    long us(long nowMs) {
        return bornUs + (nowMs - startMs) * 1000;
    }
}
