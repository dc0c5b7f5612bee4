package dev.polder.simulation;

import static dev.polder.simulation.Violation.check;

import dev.polder.master.Master;
import dev.polder.master.MasterView;
import dev.polder.wire.Entry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A run of a whole cluster, drawn from one seed: first everything goes wrong, then nothing does any more and all must
 * come to its end. The same seed is the same run.
 *
 * <pre>
 *  faulty --------------------------&gt; calm ------------------&gt; quiet
 *  after every step: nothing is          everything ends, and       all is offered, the log
 *  lost, doubled, invented or early      progress never stops       and its copies agree
 * </pre>
 *
 * <p>One run, one thread; not to be shared.
 */
public final class Simulation {
    private static final long LOOK_US = 1_000_000;
    /** Longer than the longest pause between two attempts of anything. */
    private static final long STANDSTILL_US_MAX = 30 * 60 * 1_000_000L;

    private final long seed;
    private final Trace trace = new Trace();
    private final Timeline time;
    private final Surroundings around;
    private final Cluster cluster;
    private long steps;

    private Simulation(long seed, Wiring wiring) {
        this.seed = seed;
        Dice dice = new Dice(seed);
        time = new Timeline(dice.split(), trace);
        around = new Surroundings(time, dice.split(), Knobs.draw(dice), new Ledger(), wiring);
        cluster = new Cluster(around);
    }

    /** Returns a run of this seed that has not begun. */
    public static Simulation of(long seed) {
        return of(seed, Wiring.REAL);
    }

    static Simulation of(long seed, Wiring wiring) {
        return new Simulation(seed, wiring);
    }

    /**
     * Runs to the end. Call once.
     *
     * @throws SimulationFailedException if something happens that must not
     */
    public Report run() {
        try {
            new Faults(around).begin(cluster);
            until(around.knobs().faultyMs() * 1_000);
            List<Decliner> decliners = cluster.calmDown();
            settle(decliners);
            compareWithLog();
        } catch (RuntimeException e) {
            throw failed(e);
        }
        return report();
    }

    private Report report() {
        List<Run> runs = around.ledger().runs();
        return new Report(
                seed,
                trace.hash(),
                steps,
                time.nowUs() / 1_000,
                runs.size(),
                (int) runs.stream().filter(run -> run.starts > 0).count(),
                cluster.masters().log().committedCount());
    }

    private SimulationFailedException failed(RuntimeException cause) {
        return new SimulationFailedException(
                "seed " + seed + ": " + cause.getMessage() + "\n" + around.knobs() + "\nlast of " + trace.count()
                        + " notes:\n" + String.join("\n", trace.tail()),
                cause);
    }

    private void until(long us) {
        boolean[] reached = new boolean[1];
        time.at(us, () -> reached[0] = true);
        while (!reached[0]) {
            time.step();
            steps++;
        }
    }

    /** Goes on until everything has ended, as long as anything comes closer to its end. */
    private void settle(List<Decliner> decliners) {
        long progress = -1;
        long progressUs = time.nowUs();
        String unfinished;
        while ((unfinished = unfinished(decliners)) != null) {
            if (around.ledger().progress() != progress) {
                progress = around.ledger().progress();
                progressUs = time.nowUs();
            }
            String standstill = unfinished;
            check(time.nowUs() - progressUs < STANDSTILL_US_MAX, () -> "nothing moves any more, yet " + standstill);
            until(time.nowUs() + LOOK_US);
        }
    }

    private @Nullable String unfinished(List<Decliner> decliners) {
        String unfinished = cluster.unfinished();
        return unfinished != null || cluster.isAllOffered(decliners) ? unfinished : "something is free and not offered";
    }

    /** Every master knows what the leader knows, and so does a new one that reads the log. */
    private void compareWithLog() {
        Masters masters = cluster.masters();
        MasterView view = masters.quietView();
        if (view == null) {
            throw new Violation("the leader is busy again");
        }
        Master reader = new Master(around.knobs().master());
        for (byte[] entry : masters.log().committedEntries()) {
            reader.apply(Entry.decode(entry));
        }
        Views.requireSame("leader and log", view, reader.committedView(view.index()));
        masters.copies().forEach(copy -> Views.requireSame("leader and another master", view, copy));
    }
}
