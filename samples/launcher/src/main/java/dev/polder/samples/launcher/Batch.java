package dev.polder.samples.launcher;

import dev.polder.framework.CallResult;
import dev.polder.framework.Framework;
import dev.polder.framework.SchedulerDriver;
import dev.polder.model.AgentId;
import dev.polder.model.Filters;
import dev.polder.model.FrameworkId;
import dev.polder.model.MasterInfo;
import dev.polder.model.Offer;
import dev.polder.model.TaskId;
import dev.polder.model.TaskInfo;
import dev.polder.model.TaskState;
import dev.polder.model.TaskStatus;
import dev.polder.offer.resource.Resources;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A framework that runs tasks in stages: those of one stage as many at a time as offers allow, and the next stage when all of
 * them have finished well. Then it closes its driver. It is all that a simple batch scheduler needs, and meant to be copied
 * from.
 *
 * <p>It survives a change of the leader and the loss of an agent. Whenever it is subscribed it asks what became of the tasks
 * that it launched: the answer to an ACCEPT may have been lost with a leader. A task that never started is run again, and,
 * where {@link Lost#RUN_AGAIN} allows, one that is lost. Each attempt has an id of its own; an attempt that was taken for lost
 * and comes back is ended.
 *
 * <p>Its state belongs to the driver's callback thread, on which {@code news} is called too; the result may be asked for
 * when the driver has ended.
 */
final class Batch implements Framework {
    static final int AGENTS_UNKNOWN = Integer.MAX_VALUE;
    static final int ATTEMPTS_MAX = 20;

    /** What is done about a task that began and then was lost. */
    enum Lost {
        /** It is run again. It may run twice, even at once: an agent that cannot be reached may still run it. */
        RUN_AGAIN,
        /** It is waited for, as long as it may come back; if it cannot, it has failed. */
        WAIT_OR_FAIL
    }

    /** What a user wants to know of a batch. */
    @FunctionalInterface
    interface News {
        /**
         * Tells an update of a task.
         *
         * @param task the id under which it was given to the batch, whichever attempt this is
         * @param offer that the attempt was launched on
         */
        void update(TaskId task, Offer offer, TaskStatus status);

        /** Tells who leads from now on. */
        default void subscribed(MasterInfo leader) {}

        /** Tells that nobody does, as far as the driver knows. */
        default void disconnected() {}

        /** Tells that a task is run again, as {@code next}, and why. */
        default void again(TaskStatus why, TaskId next) {}
    }

    private final Deque<List<TaskInfo>> stages;
    private final int agents;
    private final Lost lost;
    private final News news;

    private record Launched(Attempt attempt, Offer offer) {}

    /** The tasks of this stage that wait for an offer. */
    private final Deque<Attempt> waiting = new ArrayDeque<>();

    private final Map<TaskId, Launched> running = new LinkedHashMap<>();

    /** Attempts that others have taken the place of. */
    private final Set<TaskId> replaced = new HashSet<>();

    /** The last status of each task, under the id of its first attempt. */
    private final Map<TaskId, TaskStatus> last = new LinkedHashMap<>();

    /** What each agent offered first, when none of our tasks ran on it. */
    private final Map<AgentId, Resources> whole = new LinkedHashMap<>();

    /** The master had no time for the question; it is asked again with the next event. */
    private boolean reconcileAgain;

    private @Nullable String givenUp;

    /**
     * @param stages no task id occurs twice
     * @param agents how many agents the cluster has, of which nobody else uses anything: the batch gives up on a task that
     *     is too large for each of them. Where that cannot be said it is {@link #AGENTS_UNKNOWN}; then such a task waits, for
     *     an agent that is busy or comes later may be large enough.
     */
    Batch(List<List<TaskInfo>> stages, int agents, Lost lost, News news) {
        this.stages = new ArrayDeque<>(stages);
        this.agents = agents;
        this.lost = lost;
        this.news = news;
        nextStage();
    }

    /**
     * Returns the last status of each task, in order, once the driver has ended; tasks of a stage that was never reached are
     * not among them. A task that was run again is found under its own id, the status has that of the last attempt.
     *
     * @throws LauncherException if the batch could not go on
     */
    Map<TaskId, TaskStatus> result() throws LauncherException {
        String why = givenUp;
        if (why != null) {
            throw new LauncherException(why);
        }
        return Collections.unmodifiableMap(new LinkedHashMap<>(last));
    }

    // ---- the leader

    @Override
    public void onSubscribed(SchedulerDriver driver, FrameworkId id, MasterInfo master) {
        news.subscribed(master);
        reconcile(driver);
    }

    @Override
    public void onDisconnected(SchedulerDriver driver) {
        news.disconnected();
    }

    /** Asks what became of all that may run; the answers are updates. */
    private void reconcile(SchedulerDriver driver) {
        reconcileAgain = false;
        driver.reconcile(List.copyOf(running.keySet()))
                .thenAccept(result -> reconcileAgain = reconcileAgain || !result.isAccepted());
    }

    // ---- offers

    @Override
    public void onOffers(SchedulerDriver driver, List<Offer> offers) {
        if (reconcileAgain) {
            reconcile(driver);
        }
        for (Offer offer : offers) {
            whole.putIfAbsent(offer.agentId(), offer.resources());
            List<TaskInfo> fitting = takeFitting(offer);
            if (fitting.isEmpty() && waiting.isEmpty()) {
                driver.decline(List.of(offer), Filters.refuse(Duration.ofHours(1)));
            } else {
                driver.accept(offer, fitting).thenAccept(result -> answered(driver, fitting, result));
            }
        }
        Attempt next = waiting.peek();
        if (next != null && running.isEmpty() && isTooLarge(next.task())) {
            giveUp(
                    driver,
                    "a task asks for {" + next.task().resources() + "}, but no agent has more than "
                            + whole.values().stream()
                                    .map(resources -> "{" + resources + "}")
                                    .distinct()
                                    .collect(Collectors.joining(" or ")));
        }
    }

    private List<TaskInfo> takeFitting(Offer offer) {
        List<TaskInfo> fitting = new ArrayList<>();
        Resources left = offer.resources();
        for (Attempt next = waiting.peek();
                next != null && left.covers(next.task().resources());
                next = waiting.peek()) {
            left = left.minus(next.task().resources());
            running.put(next.id(), new Launched(next, offer));
            fitting.add(waiting.remove().task());
        }
        return fitting;
    }

    /** Looks after tasks of which no update may ever come. */
    private void answered(SchedulerDriver driver, List<TaskInfo> tasks, CallResult result) {
        if (result instanceof CallResult.Refused refused) {
            switch (refused.reason()) {
                case NOT_SUBSCRIBED, UNAVAILABLE, TOO_MANY_CALLS ->
                    tasks.forEach(task -> onUpdate(
                            driver,
                            TaskStatus.builder(task.id(), TaskState.TASK_DROPPED)
                                    .message(refused.message())
                                    .build()));
                case INVALID, FORBIDDEN, TOO_LARGE -> giveUp(driver, refused.message());
                case CLOSED -> {}
            }
        } else if (result instanceof CallResult.Unknown) {
            reconcile(driver);
        }
    }

    /** Tells whether waiting would be in vain: every agent has offered all that it has. */
    private boolean isTooLarge(TaskInfo task) {
        return whole.size() >= agents && whole.values().stream().noneMatch(all -> all.covers(task.resources()));
    }

    // ---- updates

    @Override
    public void onUpdate(SchedulerDriver driver, TaskStatus status) {
        Launched launched = running.get(status.taskId());
        if (launched == null) {
            if (replaced.contains(status.taskId()) && mayRun(status.state())) {
                driver.kill(status.taskId());
            }
            return; // it has ended, this is a late echo
        }
        if (isToRunAgain(launched.attempt(), status)) {
            runAgain(driver, launched.attempt(), status);
            return;
        }
        last.put(launched.attempt().first(), status);
        news.update(launched.attempt().first(), launched.offer(), status);
        if (status.state().isTerminal() || status.state() == TaskState.TASK_UNKNOWN) {
            running.remove(status.taskId());
            if (running.isEmpty() && waiting.isEmpty()) {
                endStage(driver);
            }
        }
    }

    private static boolean mayRun(TaskState state) {
        return !state.isTerminal() && state != TaskState.TASK_UNREACHABLE && state != TaskState.TASK_UNKNOWN;
    }

    private boolean isToRunAgain(Attempt attempt, TaskStatus status) {
        return switch (status.state()) {
            // never started
            case TASK_DROPPED -> true;
            // was never launched, the ACCEPT was lost; but if it was heard of, the cluster has forgotten it
            case TASK_UNKNOWN -> lost == Lost.RUN_AGAIN || isSilent(attempt);
            case TASK_UNREACHABLE, TASK_LOST, TASK_GONE, TASK_GONE_BY_OPERATOR -> lost == Lost.RUN_AGAIN;
            default -> false;
        };
    }

    /** Tells whether nothing but its launch is known of an attempt. */
    private boolean isSilent(Attempt attempt) {
        TaskStatus known = last.get(attempt.first());
        return known == null || known.state() == TaskState.TASK_STAGING;
    }

    private void runAgain(SchedulerDriver driver, Attempt attempt, TaskStatus why) {
        running.remove(attempt.id());
        replaced.add(attempt.id());
        if (attempt.number() >= ATTEMPTS_MAX) {
            giveUp(driver, "task " + attempt.first() + " was lost " + ATTEMPTS_MAX + " times, at last: " + why);
            return;
        }
        Attempt next = attempt.next();
        expect(next);
        waiting.addFirst(next);
        news.again(why, next.id());
        // offers may have been declined for long, when nothing was waiting
        driver.revive();
    }

    // ---- stages, and the end

    private void endStage(SchedulerDriver driver) {
        boolean well = last.values().stream().allMatch(status -> status.state() == TaskState.TASK_FINISHED);
        if (stages.isEmpty() || !well) {
            driver.close();
        } else {
            nextStage();
            driver.revive();
        }
    }

    private void nextStage() {
        for (TaskInfo task : stages.remove()) {
            Attempt first = Attempt.first(task);
            waiting.add(first);
            // keeps the order of the tasks, whichever is heard of first
            expect(first);
        }
    }

    private void expect(Attempt attempt) {
        last.put(
                attempt.first(),
                TaskStatus.builder(attempt.id(), TaskState.TASK_STAGING).build());
    }

    @Override
    public void onError(SchedulerDriver driver, String message) {
        giveUp(driver, message);
    }

    @Override
    public void onException(SchedulerDriver driver, Throwable thrown) {
        giveUp(driver, thrown.toString());
    }

    private void giveUp(SchedulerDriver driver, String why) {
        givenUp = why;
        driver.close();
    }
}
