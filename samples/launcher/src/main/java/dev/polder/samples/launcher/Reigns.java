package dev.polder.samples.launcher;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Who led, for how long nobody did, and what was done meanwhile, all as a framework saw it: a leader leads from the moment
 * at which the framework is subscribed to it, until it is killed or the connection is lost. Used by one thread.
 */
final class Reigns {
    private static final String NOBODY = "nobody";

    private final LongSupplier nanoTime;
    private final List<Reign> reigns = new ArrayList<>();

    private static final class Reign {
        final String leader;
        final long beginNs;
        OptionalLong endNs = OptionalLong.empty();
        int finished;
        int again;
        boolean killed;

        Reign(String leader, long beginNs) {
            this.leader = leader;
            this.beginNs = beginNs;
        }

        boolean isNobodys() {
            return leader.equals(NOBODY);
        }
    }

    Reigns(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Notes a new leader; returns for how many milliseconds nobody led, 0 at first. */
    long begin(String leader) {
        end();
        Reign before = reigns.isEmpty() ? null : current();
        reigns.add(new Reign(leader, nanoTime.getAsLong()));
        return before != null && before.isNobodys() ? ledMs(before) : 0;
    }

    /** Notes that nobody leads any more, because the leader was killed. */
    void kill() {
        current().killed = true;
        end();
        reigns.add(new Reign(NOBODY, nanoTime.getAsLong()));
    }

    /** Notes that nobody leads any more, unless that is known. */
    void lose() {
        if (!reigns.isEmpty() && !current().isNobodys()) {
            end();
            reigns.add(new Reign(NOBODY, nanoTime.getAsLong()));
        }
    }

    /** Notes that the work is done. */
    void end() {
        if (!reigns.isEmpty() && current().endNs.isEmpty()) {
            current().endNs = OptionalLong.of(nanoTime.getAsLong());
        }
    }

    /** Notes the news that a task has finished; it may arrive when its leader is gone. */
    void finished() {
        current().finished++;
    }

    /** Notes that a task is run again. */
    void again() {
        current().again++;
    }

    /** Returns a row for each reign, and for each time between two, below a headline. */
    List<String> table() {
        List<String> lines = new ArrayList<>();
        int width = reigns.stream().mapToInt(reign -> reign.leader.length()).reduce(NOBODY.length(), Math::max);
        lines.add(String.format(
                Locale.ROOT, "%-" + width + "s  %10s  %8s  %9s", "leader", "for", "finished", "run again"));
        for (Reign reign : reigns) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%-" + width + "s  %,7d ms  %8d  %9d%s",
                    reign.leader,
                    ledMs(reign),
                    reign.finished,
                    reign.again,
                    reign.killed ? "  killed" : ""));
        }
        return lines;
    }

    private long ledMs(Reign reign) {
        return TimeUnit.NANOSECONDS.toMillis(reign.endNs.orElseGet(nanoTime) - reign.beginNs);
    }

    private Reign current() {
        return reigns.get(reigns.size() - 1);
    }
}
