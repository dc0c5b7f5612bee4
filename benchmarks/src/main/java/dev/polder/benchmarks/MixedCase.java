package dev.polder.benchmarks;

import java.util.List;

/** How long it takes until three sorts of frameworks have placed all their tasks, and whether they do. */
final class MixedCase {
    static final String NAME = "mixed";

    private final Effort effort;

    MixedCase(Effort effort) {
        this.effort = effort;
    }

    /** One framework at a time is offered all that is free on an agent. */
    List<OfferFigure> measure() {
        MixedRun[] last = new MixedRun[1];
        double nanos = effort.median(() -> {
            last[0] = new MixedRun();
            last[0].run();
            return last[0].engineNanos();
        });
        return List.of(
                OfferFigure.of(MixedRun.SIZE, NAME, "placed", last[0].placed(), "tasks"),
                OfferFigure.of(MixedRun.SIZE, NAME, "rounds", last[0].rounds(), "rounds"),
                OfferFigure.of(MixedRun.SIZE, NAME, "engine_s", nanos / 1e9, "s"));
    }
}
