package dev.polder.samples.launcher;

import dev.polder.model.MasterInfo;
import dev.polder.model.Offer;
import dev.polder.model.TaskId;
import dev.polder.model.TaskState;
import dev.polder.model.TaskStatus;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Watches the demonstration's batch, says what happens, and kills the leader when a third of the tasks have finished. Used
 * by the thread of the batch; the table is for afterwards.
 */
final class Progress implements Batch.News {
    private final PrintStream err;
    private final RemoteOutput output;
    private final WordCountDemo.Cluster cluster;
    private final int tasks;
    private final Reigns reigns = new Reigns(System::nanoTime);
    private final AtomicInteger finished = new AtomicInteger();
    private boolean struck;
    private @Nullable MasterInfo leader;

    /**
     * @param err gets what happens, and what tasks that fail have complained about
     * @param output brings their complaints
     * @param tasks how many there are in all
     */
    Progress(PrintStream err, RemoteOutput output, WordCountDemo.Cluster cluster, int tasks) {
        this.err = err;
        this.output = output;
        this.cluster = cluster;
        this.tasks = tasks;
    }

    /** Returns how many of {@code tasks} may be launched before the leader is killed: a third is left, whatever the speed. */
    static int beforeTheKill(int tasks) {
        return tasks - (tasks + 2) / 3;
    }

    @Override
    public void subscribed(MasterInfo next) {
        leader = next;
        String name = nameOf(next);
        long nobodyMs = reigns.begin(name);
        err.println(name + " leads" + (nobodyMs == 0 ? "" : ", after " + nobodyMs + " ms without a leader"));
    }

    @Override
    public void disconnected() {
        reigns.lose();
    }

    @Override
    public void again(TaskStatus why, TaskId next) {
        reigns.again();
        err.println(why + "; again as " + next);
    }

    @Override
    public void update(TaskId task, Offer offer, TaskStatus status) {
        if (status.state() == TaskState.TASK_FINISHED) {
            int now = finished.incrementAndGet();
            reigns.finished();
            err.println(status.taskId() + " finished, " + now + " of " + tasks);
            strikeOnce();
        } else if (status.state().isTerminal()) {
            err.println(status);
            output.follow(task.value(), offer, status, err, err);
        }
    }

    private void strikeOnce() {
        MasterInfo victim = leader;
        if (struck || victim == null || finished() < Math.max(1, tasks / 3)) {
            return;
        }
        struck = true;
        try {
            if (cluster.kill(victim)) {
                reigns.kill();
                err.println("kill -9 " + nameOf(victim) + ", with " + (tasks - finished()) + " of " + tasks
                        + " tasks to go");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String nameOf(MasterInfo master) {
        try {
            return cluster.nameOf(master);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Notes that the work is done. */
    void end() {
        reigns.end();
    }

    int finished() {
        return finished.get();
    }

    List<String> table() {
        return reigns.table();
    }
}
