package dev.polder.benchmarks;

import java.util.List;

/** How long it takes until three sorts of frameworks have placed all their tasks, and whether they do. */
final class MixedCase {
    static final String NAME = "mixed";
    static final String SPLIT_NAME = "mixed-split";

    private final Effort effort;

    MixedCase(Effort effort) {
        this.effort = effort;
    }

    /** One framework at a time is offered all that is free on an agent. */
    List<OfferFigure> measure() {
        return measure(NAME, false);
    }

    /** Frameworks say what they wait for, and what is free on an agent goes to several in one round. */
    List<OfferFigure> measureSplit() {
        return measure(SPLIT_NAME, true);
    }

    private List<OfferFigure> measure(String name, boolean areDemandsTold) {
        MixedRun[] last = new MixedRun[1];
        double nanos = effort.median(() -> {
            last[0] = new MixedRun(areDemandsTold);
            last[0].run();
            return last[0].engineNanos();
        });
        return List.of(
                OfferFigure.of(MixedRun.SIZE, name, "placed", last[0].placed(), "tasks"),
                new OfferFigure(
                        MixedRun.SIZE,
                        new Figure(name, "rounds", last[0].rounds(), "rounds"),
                        "one each " + MixedRun.ROUND_MS + " ms of virtual time"),
                OfferFigure.of(MixedRun.SIZE, name, "engine_s", nanos / 1e9, "s"));
    }
}
