package dev.polder.simulation;

import static dev.polder.simulation.Violation.check;

import com.google.protobuf.ByteString;
import dev.polder.master.Effect;
import dev.polder.master.MasterView;
import dev.polder.master.TaskRecord;
import dev.polder.model.TaskState;
import dev.polder.wire.Entry;
import dev.polder.wire.proto.AgentFacts.AgentFact;
import dev.polder.wire.proto.AgentLinkFrames.ToAgent;
import dev.polder.wire.proto.Facts;
import dev.polder.wire.proto.Facts.Fact;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.Mesos.TaskInfo;
import dev.polder.wire.proto.Mesos.TaskStatus;
import dev.polder.wire.proto.MesosScheduler.Event;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Knows what really happened, from the log, the disks and the processes, and compares what masters, agents and frameworks
 * say with it. It never asks them.
 */
final class Ledger {
    /** An update as its agent made it. */
    private static final class Made {
        final Run run;
        final TaskStatus status;
        boolean durable;
        boolean committed;

        Made(Run run, TaskStatus status) {
            this.run = run;
            this.status = status;
        }
    }

    private final List<Run> runs = new ArrayList<>();
    /** The latest run of each task as the log has it. */
    private final Map<String, Run> current = new HashMap<>();

    private final Map<String, Run> accepted = new HashMap<>();
    private final Map<String, Run> living = new HashMap<>();
    private final Map<ByteString, Made> updates = new HashMap<>();
    private final Set<String> durableContainers = new HashSet<>();
    private final Set<String> killAsked = new HashSet<>();
    private final Set<String> frameworks = new HashSet<>();
    private final Set<String> removedFrameworks = new HashSet<>();
    private final Set<String> agents = new HashSet<>();
    private long progress;

    // ---- what frameworks want

    Run plan(String taskId, long ms, int exitCode, boolean obeys) {
        Run run = new Run(new Run.Plan(runs.size(), ms, exitCode, obeys), taskId);
        runs.add(run);
        return run;
    }

    List<Run> runs() {
        return runs;
    }

    /** Returns a number that grows whenever something came closer to its end. */
    long progress() {
        return progress;
    }

    void progressed() {
        progress++;
    }

    // ---- what is committed

    void committed(Entry entry) {
        for (Fact fact : entry.facts()) {
            switch (fact.getKindCase()) {
                case TASK_LAUNCHED -> launched(fact.getTaskLaunched());
                case TASK_STATE_CHANGED -> changed(fact.getTaskStateChanged());
                case TASK_ACKNOWLEDGED -> acknowledged(fact.getTaskAcknowledged());
                case FRAMEWORK_ADDED ->
                    frameworks.add(fact.getFrameworkAdded().getInfo().getId().getValue());
                case FRAMEWORK_REMOVED ->
                    removed(fact.getFrameworkRemoved().getFrameworkId().getValue());
                case AGENT_ADMITTED ->
                    agents.add(fact.getAgentAdmitted().getInfo().getId().getValue());
                default -> {
                    // says nothing of tasks
                }
            }
        }
    }

    private void launched(Facts.TaskLaunched fact) {
        Run run = runOf(fact.getTask());
        check(!run.launched, () -> run + " is launched twice in the log");
        run.launched = true;
        run.agentId = fact.getTask().getAgentId().getValue();
        String key = key(fact.getFrameworkId(), fact.getTask().getTaskId());
        Run former = current.put(key, run);
        check(
                former == null || former.isForgotten(),
                () -> run + " is launched, but " + former + " of the same id is not over");
        progress++;
    }

    private void changed(Facts.TaskStateChanged fact) {
        TaskStatus status = fact.getStatus();
        Run run = current.get(key(fact.getFrameworkId(), status.getTaskId()));
        check(run != null, () -> "a state is committed of a task that was never launched: " + status);
        if (run == null) {
            return;
        }
        check(run.end == null, () -> run + " ended in " + run.end + ", yet " + status.getState() + " is committed");
        if (status.hasUuid()) {
            Made made = updates.get(status.getUuid());
            check(made != null && made.durable, () -> run + ": no agent made the update that is committed: " + status);
            if (made != null) {
                check(made.run == run, () -> "the update of " + made.run + " is committed as one of " + run);
                made.committed = true;
            }
        }
        boolean isPast =
                run.state == Mesos.TaskState.TASK_UNREACHABLE && status.hasUuid() && !isTerminal(status.getState());
        if (!isPast) {
            // what is reported of a task that nobody can reach, short of its end, is of the time before
            run.state = status.getState();
        }
        if (isTerminal(status.getState())) {
            run.end = status.getState();
            run.endUuid = status.getUuid();
        }
        progress++;
    }

    private void acknowledged(Facts.TaskAcknowledged fact) {
        Run run = current.get(key(fact.getFrameworkId(), fact.getTaskId()));
        check(run != null && run.end != null, () -> "acknowledged, but not over: " + run);
        if (run != null) {
            check(!run.acknowledged, () -> run + " is acknowledged twice in the log");
            run.acknowledged = true;
            progress++;
        }
    }

    private void removed(String framework) {
        removedFrameworks.add(framework);
        current.forEach((key, run) -> {
            if (key.startsWith(framework + "/")) {
                run.removed = true;
            }
        });
        progress++;
    }

    /** Fails unless a view shows every task that is launched and not over, in the last state that was committed. */
    void requireKnown(MasterView view) {
        Map<String, Run> known = new HashMap<>();
        current.forEach((key, run) -> {
            if (!run.removed && !run.isForgotten()) {
                known.put(key, run);
            }
        });
        for (TaskRecord task : view.tasks()) {
            Run run = known.remove(task.frameworkId() + "/" + task.id());
            check(
                    run != null && run == runOf(task.info()),
                    () -> "a new leader knows " + task + ", but the log has " + run);
            check(
                    run == null || run.state.name().equals(task.state().name()),
                    () -> "a new leader knows " + run + " as " + task.state() + ", but the log has "
                            + (run == null ? "none" : run.state));
        }
        check(known.isEmpty(), () -> "a new leader does not know " + known.values());
    }

    // ---- what a master lets out

    /**
     * An effect leaves the master: what it tells must be committed.
     *
     * @param isOver whether a later leader is known to the log, so that agents that know more than this one obey it no more
     */
    void released(Effect effect, boolean isOver) {
        if (effect instanceof Effect.SendAgent order) {
            released(order.frame(), isOver);
        } else if (effect instanceof Effect.SendEvent event) {
            released(event.event());
        }
    }

    private void released(ToAgent.Builder frame, boolean isOver) {
        switch (frame.getKindCase()) {
            case LAUNCH -> {
                Run run = runOf(frame.getLaunch().getTask());
                check(run.launched, () -> run + " is sent to its agent before it is committed");
            }
            case REGISTERED -> {
                String id = frame.getRegistered().getAgentId().getValue();
                check(agents.contains(id), () -> "agent " + id + " is told its id before that is committed");
            }
            case END_FRAMEWORK -> {
                String id = frame.getEndFramework().getFrameworkId().getValue();
                check(
                        isOver || removedFrameworks.contains(id) || !frameworks.contains(id),
                        () -> "framework " + id + " is ended on an agent, but not removed in the log");
            }
            default -> {
                // tells no fact
            }
        }
    }

    private void released(Event event) {
        if (event.getType() == Event.Type.SUBSCRIBED) {
            String id = event.getSubscribed().getFrameworkId().getValue();
            check(frameworks.contains(id), () -> "framework " + id + " is told its id before that is committed");
        } else if (event.getType() == Event.Type.UPDATE
                && event.getUpdate().getStatus().hasUuid()) {
            TaskStatus status = event.getUpdate().getStatus();
            Made made = updates.get(status.getUuid());
            check(made != null && made.durable, () -> "an update is sent that no agent made: " + status);
            check(
                    made == null || made.committed || made.run.isOver(),
                    () -> "an update is sent before it is committed: " + status);
        }
    }

    // ---- what agents remember and do

    /** An agent decided these facts; they are not durable yet. */
    void decided(int host, List<AgentFact> facts) {
        for (AgentFact fact : facts) {
            if (fact.hasTaskAccepted()) {
                TaskInfo task = fact.getTaskAccepted().getTask();
                accepted.put(
                        host + "/" + key(fact.getTaskAccepted().getFramework().getId(), task.getTaskId()), runOf(task));
            } else if (fact.hasUpdateAdded()) {
                TaskStatus status = fact.getUpdateAdded().getStatus();
                Run run = accepted.get(host + "/" + key(fact.getUpdateAdded().getFrameworkId(), status.getTaskId()));
                check(run != null, () -> "an agent reports on a task that it never accepted: " + status);
                if (run != null) {
                    updates.put(status.getUuid(), new Made(run, status));
                    run.made.add(status.getUuid());
                }
            }
        }
    }

    /** Facts of an agent are on its disk. */
    void durable(List<AgentFact> facts) {
        for (AgentFact fact : facts) {
            if (fact.hasTaskAccepted()) {
                durableContainers.add(fact.getTaskAccepted().getContainerId());
            } else if (fact.hasUpdateAdded()) {
                Made made = updates.get(fact.getUpdateAdded().getStatus().getUuid());
                if (made != null) {
                    made.durable = true;
                }
            }
        }
    }

    /** An agent sends an update. */
    void sent(TaskStatus status) {
        Made made = updates.get(status.getUuid());
        check(made != null && made.durable, () -> "an agent sends an update before it is durable: " + status);
    }

    /** A container is given to the launcher. */
    void handed(String container) {
        check(
                durableContainers.contains(container),
                () -> "container " + container + " is launched before it is durable");
    }

    /** A framework asks for the end of a task, now or in any run of it to come. */
    void killAsked(String taskId) {
        killAsked.add(taskId);
    }

    /** An agent is to end a process. */
    void killed(Run run) {
        check(
                run.limited || run.removed || run.isOver() || killAsked.contains(run.taskId),
                () -> run + " is killed, but nobody asked for it");
    }

    /** A process begins to run. */
    void started(String framework, Run run) {
        check(run.launched, () -> run + " starts, but its launch is not committed");
        check(run.starts == 0, () -> run + " is started twice");
        check(run.end == null || run.removed, () -> run + " starts after its end in " + run.end);
        run.starts++;
        run.processLives = true;
        Run other = living.put(framework + "/" + run.taskId, run);
        check(other == null, () -> "task " + run.taskId + " runs in two processes: " + other + " and " + run);
    }

    /** A process has ended. */
    void ended(String framework, Run run) {
        run.processLives = false;
        living.remove(framework + "/" + run.taskId);
        progress++;
    }

    // ---- what frameworks hear

    /** A framework hears of an update with a uuid; returns the run that it is of. */
    Run heard(TaskStatus status) {
        Made made = updates.get(status.getUuid());
        if (made == null || !made.durable) {
            throw new Violation("a framework hears of an update that no agent made: " + status);
        }
        check(
                made.status.getState() == status.getState(),
                () -> made.run + ": an agent said " + made.status.getState() + ", its framework hears "
                        + status.getState());
        Run run = made.run;
        if (!run.heard.contains(status.getUuid())) {
            int rank = rank(status.getState());
            check(rank > run.lastRank, () -> run + ": " + status.getState() + " comes after " + run.heardLast);
            run.lastRank = rank;
            run.heardLast = status.getState();
            progress++;
        }
        run.heard.add(status.getUuid());
        return run;
    }

    // ---- questions

    /** Tells whether a framework heard of the update before. */
    boolean isHeard(TaskStatus status) {
        Made made = updates.get(status.getUuid());
        return made != null && made.run.heard.contains(status.getUuid());
    }

    Run runOf(TaskInfo task) {
        return runs.get(Run.Plan.ofCommand(task.getCommand().getValue()).number());
    }

    boolean isRemoved(String framework) {
        return removedFrameworks.contains(framework);
    }

    static boolean isTerminal(Mesos.TaskState state) {
        return TaskState.valueOf(state.name()).isTerminal();
    }

    private static int rank(Mesos.TaskState state) {
        return switch (state) {
            case TASK_STAGING -> 0;
            case TASK_STARTING -> 1;
            case TASK_RUNNING -> 2;
            case TASK_KILLING -> 3;
            default -> 4;
        };
    }

    private static String key(Mesos.FrameworkID framework, Mesos.TaskID task) {
        return framework.getValue() + "/" + task.getValue();
    }
}
