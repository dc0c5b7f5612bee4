package dev.polder.samples.launcher;

import dev.polder.framework.Framework;
import dev.polder.framework.SchedulerDriver;
import dev.polder.model.AgentId;
import dev.polder.model.Filters;
import dev.polder.model.Offer;
import dev.polder.model.TaskId;
import dev.polder.model.TaskInfo;
import dev.polder.model.TaskState;
import dev.polder.model.TaskStatus;
import dev.polder.offer.Resources;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A framework that runs tasks in stages: those of one stage as many at a time as offers allow, and the next stage when all of
 * them have finished well. Then it closes its driver. It is all that a simple batch scheduler needs, and meant to be copied
 * from.
 *
 * <p>Its state belongs to the driver's callback thread, on which {@code news} is called too; the result may be asked for
 * when the driver has ended.
 */
final class Batch implements Framework {
    static final int AGENTS_UNKNOWN = Integer.MAX_VALUE;

    private final Deque<List<TaskInfo>> stages;
    private final int agents;
    private final BiConsumer<Offer, TaskStatus> news;

    private record Launched(TaskInfo task, Offer offer) {}

    /** The tasks of this stage that wait for an offer. */
    private final Deque<TaskInfo> waiting = new ArrayDeque<>();

    private final Map<TaskId, Launched> running = new HashMap<>();
    private final Map<TaskId, TaskStatus> last = new LinkedHashMap<>();

    /** What each agent offered first, when none of our tasks ran on it. */
    private final Map<AgentId, Resources> whole = new LinkedHashMap<>();

    private @Nullable String givenUp;

    /**
     * @param stages no task id occurs twice
     * @param agents how many agents the cluster has, of which nobody else uses anything: the batch gives up on a task that
     *     is too large for each of them. Where that cannot be said it is {@link #AGENTS_UNKNOWN}; then such a task waits, for
     *     an agent that is busy or comes later may be large enough.
     * @param news hears each update of a task, with the offer that it was launched on
     */
    Batch(List<List<TaskInfo>> stages, int agents, BiConsumer<Offer, TaskStatus> news) {
        this.stages = new ArrayDeque<>(stages);
        this.agents = agents;
        this.news = news;
        nextStage();
    }

    /**
     * Returns the last status of each task, in order, once the driver has ended; tasks of a stage that was never reached are
     * not among them.
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

    @Override
    public void onOffers(SchedulerDriver driver, List<Offer> offers) {
        for (Offer offer : offers) {
            whole.putIfAbsent(offer.agentId(), offer.resources());
            List<TaskInfo> fitting = takeFitting(offer);
            if (fitting.isEmpty() && waiting.isEmpty()) {
                driver.decline(List.of(offer), Filters.refuse(Duration.ofHours(1)));
            } else {
                driver.accept(offer, fitting);
            }
        }
        TaskInfo next = waiting.peek();
        if (next != null && running.isEmpty() && isTooLarge(next)) {
            giveUp(
                    driver,
                    "a task asks for {" + next.resources() + "}, but no agent has more than "
                            + whole.values().stream()
                                    .map(resources -> "{" + resources + "}")
                                    .distinct()
                                    .collect(Collectors.joining(" or ")));
        }
    }

    /** Tells whether waiting would be in vain: every agent has offered all that it has. */
    private boolean isTooLarge(TaskInfo task) {
        return whole.size() >= agents && whole.values().stream().noneMatch(all -> all.covers(task.resources()));
    }

    @Override
    public void onUpdate(SchedulerDriver driver, TaskStatus status) {
        Launched launched = running.get(status.taskId());
        if (launched == null) {
            return; // it has ended, this is a late echo
        }
        if (status.state() == TaskState.TASK_DROPPED) {
            // its offer was void and it never started; it gets another one
            running.remove(status.taskId());
            waiting.addFirst(launched.task());
            return;
        }
        last.put(status.taskId(), status);
        news.accept(launched.offer(), status);
        if (status.state().isTerminal()) {
            running.remove(status.taskId());
            if (running.isEmpty() && waiting.isEmpty()) {
                endStage(driver);
            }
        }
    }

    @Override
    public void onError(SchedulerDriver driver, String message) {
        giveUp(driver, message);
    }

    @Override
    public void onException(SchedulerDriver driver, Throwable thrown) {
        giveUp(driver, thrown.toString());
    }

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
            waiting.add(task);
            // keeps the order of the tasks, whichever is heard of first
            last.put(
                    task.id(),
                    TaskStatus.builder(task.id(), TaskState.TASK_STAGING).build());
        }
    }

    private List<TaskInfo> takeFitting(Offer offer) {
        List<TaskInfo> fitting = new ArrayList<>();
        Resources left = offer.resources();
        for (TaskInfo next = waiting.peek(); next != null && left.covers(next.resources()); next = waiting.peek()) {
            left = left.minus(next.resources());
            running.put(next.id(), new Launched(next, offer));
            fitting.add(waiting.remove());
        }
        return fitting;
    }

    private void giveUp(SchedulerDriver driver, String why) {
        givenUp = why;
        driver.close();
    }
}
