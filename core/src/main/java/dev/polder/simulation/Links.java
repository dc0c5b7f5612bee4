package dev.polder.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Which ways through the network are closed, and until when. What is sent on a closed way arrives when it is open again,
 * as TCP does it, if nobody has lost patience by then. Masters are the places 0, 1, 2; hosts and frameworks have numbers
 * of their own.
 */
final class Links {
    private static final int FIRST_HOST = 1_000;
    private static final int FIRST_FRAMEWORK = 1_000_000;

    private record Cut(IntPredicate from, IntPredicate to, long untilUs) {}

    private final Timeline time;
    private final List<Cut> cuts = new ArrayList<>();

    Links(Timeline time) {
        this.time = time;
    }

    static int host(int number) {
        return FIRST_HOST + number;
    }

    static int framework(int number) {
        return FIRST_FRAMEWORK + number;
    }

    static boolean isMaster(int place) {
        return place < FIRST_HOST;
    }

    /** Closes all ways from some places to some others for a while. */
    void cut(IntPredicate from, IntPredicate to, long us) {
        cuts.add(new Cut(from, to, time.nowUs() + us));
    }

    /** Opens every way. */
    void heal() {
        cuts.clear();
    }

    /** Returns when a way is open: now, or later. */
    long openUs(int from, int to) {
        long now = time.nowUs();
        cuts.removeIf(cut -> cut.untilUs() <= now);
        long open = now;
        for (Cut cut : cuts) {
            if (cut.from().test(from) && cut.to().test(to)) {
                open = Math.max(open, cut.untilUs());
            }
        }
        return open;
    }

    boolean isOpen(int from, int to) {
        return openUs(from, to) == time.nowUs();
    }

    boolean areBothOpen(int one, int other) {
        return isOpen(one, other) && isOpen(other, one);
    }
}
