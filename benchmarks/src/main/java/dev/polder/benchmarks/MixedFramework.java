package dev.polder.benchmarks;

import dev.polder.offer.Demand;
import dev.polder.offer.resource.Resources;

/** A framework of the mixed set-up: it launches tasks of one shape until it has enough, and then goes on declining. */
final class MixedFramework {
    /**
     * What frameworks of one sort have in common.
     *
     * @param tasks how many each wants to run
     * @param tasksPerOfferMax how many it launches on one offer
     * @param cpus of a task, in thousandths
     * @param mem of a task, in thousandths of a MiB
     */
    record Sort(int tasks, int tasksPerOfferMax, long cpus, long mem) {}

    private final Sort sort;
    private final String role;
    private int left;

    MixedFramework(Sort sort, String role) {
        this.sort = sort;
        this.role = role;
        this.left = sort.tasks();
    }

    Sort sort() {
        return sort;
    }

    String role() {
        return role;
    }

    int placed() {
        return sort.tasks() - left;
    }

    /** Returns what it waits for. */
    Demand demand() {
        return Demand.of(left, resources(1).quantities()).withPerOffer(sort.tasksPerOfferMax());
    }

    /** Launches what an offer has room for; returns what of it the tasks use, nothing if it declines. */
    Resources answer(Resources offered) {
        long room = Math.min(offered.cpus() / sort.cpus(), offered.mem() / sort.mem());
        int launched = (int) Math.min(room, Math.min(left, sort.tasksPerOfferMax()));
        left -= launched;
        return launched == 0 ? Resources.EMPTY : resources(launched);
    }

    /** Returns what so many of its tasks use. */
    Resources resources(int tasks) {
        return Resources.ofPlain(tasks * sort.cpus(), 0, 0, tasks * sort.mem());
    }
}
