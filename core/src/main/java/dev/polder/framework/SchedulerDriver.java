package dev.polder.framework;

import dev.polder.model.Filters;
import dev.polder.model.FrameworkId;
import dev.polder.model.Offer;
import dev.polder.model.TaskId;
import dev.polder.model.TaskInfo;
import dev.polder.model.TaskStatus;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * A framework's handle on the cluster. Any thread may call; calls of one thread reach the master in their order.
 *
 * <p>Calls return at once. What became of one is told by its stage, on the thread of the callbacks; the stage never
 * completes exceptionally, and whoever does not care may drop it. Most news, good and bad, come as updates in any case.
 * Waiting for a stage inside a callback would wait forever, so it throws {@link IllegalStateException}.
 */
public interface SchedulerDriver extends AutoCloseable {
    /** Returns the framework's name; absent before the first subscription, unless it was configured. */
    Optional<FrameworkId> frameworkId();

    /** Launches tasks on one offer; see {@link #accept(Collection, Collection, Filters)}. */
    default CompletionStage<CallResult> accept(Offer offer, TaskInfo... tasks) {
        return accept(List.of(offer), List.of(tasks), Filters.DEFAULT);
    }

    /** Launches tasks on one offer; see {@link #accept(Collection, Collection, Filters)}. */
    default CompletionStage<CallResult> accept(Offer offer, Collection<TaskInfo> tasks) {
        return accept(List.of(offer), tasks, Filters.DEFAULT);
    }

    /**
     * Launches tasks on the resources of some offers together. What is left over goes back; without tasks everything
     * does, as if declined. A task that cannot be launched comes back as an update (TASK_ERROR, TASK_DROPPED).
     *
     * @param offers at least one; all of one agent and one role
     * @param filters for what is left over
     */
    CompletionStage<CallResult> accept(Collection<Offer> offers, Collection<TaskInfo> tasks, Filters filters);

    /** Gives an offer back. It is not offered to this framework again for five seconds. */
    default CompletionStage<CallResult> decline(Offer offer) {
        return decline(List.of(offer), Filters.DEFAULT);
    }

    /** Gives offers back. */
    CompletionStage<CallResult> decline(Collection<Offer> offers, Filters filters);

    /** Ends a task, with the grace that its description allows. An unknown task is answered by an update. */
    CompletionStage<CallResult> kill(TaskId task);

    /** Ends a task, by force after {@code grace}. */
    CompletionStage<CallResult> kill(TaskId task, Duration grace);

    /**
     * Acknowledges an update, so that the next one of its task can come. Needed only where the configuration says so;
     * does nothing for an update that needs none.
     */
    CompletionStage<CallResult> acknowledge(TaskStatus status);

    /** Asks for the state of each task that may still run. The answers are updates. */
    CompletionStage<CallResult> reconcile();

    /** Asks for the state of these tasks. The answers are updates; an empty collection asks nothing. */
    CompletionStage<CallResult> reconcile(Collection<TaskId> tasks);

    /** Wants no more offers, for these roles or, with none given, for all. It holds beyond a change of the leader. */
    CompletionStage<CallResult> suppress(String... roles);

    /** Wants offers again, for these roles or, with none given, for all; lifts all filters too. */
    CompletionStage<CallResult> revive(String... roles);

    /** Removes the framework and ends all its tasks. When the master has done so, the driver closes. */
    CompletionStage<CallResult> teardown();

    /**
     * Ends the subscription and the driver; no callback begins after this has returned. The framework's tasks run on for its
     * failover timeout, during which another driver may take over; with the default of zero they are ended. Idempotent. Waits
     * for a callback that is under way, for five seconds at most, unless it is called by one.
     */
    @Override
    void close();
}
