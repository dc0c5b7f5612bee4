package dev.polder.simulation;

import static dev.polder.simulation.Violation.check;

import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.Mesos.TaskState;
import dev.polder.wire.proto.Mesos.TaskStatus;
import dev.polder.wire.proto.MesosScheduler.Call;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a framework knows of its tasks, which it keeps in a safe place. */
final class Tasks {
    private static final long ASK_US = 30_000_000;
    /** A task that was asked for this long ago and of which the cluster knows nothing was never launched. */
    private static final long PATIENCE_US = 60_000_000;

    /** One task, in its latest run. */
    static final class Known {
        final String taskId;
        Run run;
        String agentId = "";
        long askedForUs;

        @Nullable
        TaskState state;
        /** Nothing can follow any more, as far as this framework knows. */
        boolean over;

        /** Its terminal state was acknowledged, and that is durable: the id is free. */
        boolean free;

        Known(Run run) {
            this.run = run;
            this.taskId = run.taskId;
        }
    }

    private final Client client;
    private final Surroundings around;
    private final Map<String, Known> tasks = new LinkedHashMap<>();

    Tasks(Client client, Surroundings around) {
        this.client = client;
        this.around = around;
    }

    // ---- what is begun

    /** Notes a run before it is asked for. */
    void begin(Run run, String agentId) {
        Known known = new Known(run);
        known.agentId = agentId;
        known.askedForUs = around.time().nowUs();
        tasks.put(run.taskId, known);
    }

    /** Returns the ids that may be used again. */
    List<String> freeIds() {
        return tasks.values().stream()
                .filter(task -> task.free)
                .map(task -> task.taskId)
                .toList();
    }

    List<Known> unfinished() {
        return tasks.values().stream().filter(task -> !task.over).toList();
    }

    // ---- what is heard

    void heard(TaskStatus status) {
        Known known = tasks.get(status.getTaskId().getValue());
        if (!status.hasUuid()) {
            if (known != null && !known.over) {
                heardOfMaster(known, status);
            }
            return;
        }
        boolean news = !around.ledger().isHeard(status);
        Run run = around.ledger().heard(status);
        if (known != null && known.run == run && news) {
            move(known, status.getState(), Ledger.isTerminal(status.getState()));
        }
    }

    private void heardOfMaster(Known known, TaskStatus status) {
        switch (status.getReason()) {
            case REASON_RECONCILIATION -> {
                // of a task that is known its agent tells the end; one that is not may still be on its way
                boolean latest = status.getMessage().endsWith("Latest task state");
                boolean early = around.time().nowUs() - known.askedForUs < PATIENCE_US;
                boolean over = Ledger.isTerminal(status.getState()) || status.getState() == TaskState.TASK_UNKNOWN;
                known.run.toldOver |= Ledger.isTerminal(status.getState());
                boolean away = status.getMessage().endsWith("unreachable");
                move(known, status.getState(), over && !latest && !early && !away);
            }
            case REASON_TASK_INVALID, REASON_INVALID_OFFERS, REASON_TASK_GROUP_INVALID -> {
                check(!known.run.launched, () -> known.run + " is launched, yet its framework hears " + status);
                move(known, status.getState(), true);
            }
            // lost only as long as its agent is
            case REASON_AGENT_REMOVED -> move(known, status.getState(), false);
            default -> move(known, status.getState(), Ledger.isTerminal(status.getState()));
        }
    }

    private void move(Known known, TaskState state, boolean over) {
        known.state = state;
        known.over = over;
        if (over) {
            around.ledger().progressed();
        }
    }

    void acknowledged(TaskStatus status) {
        Known known = tasks.get(status.getTaskId().getValue());
        if (known != null && Ledger.isTerminal(status.getState()) && known.run.heard.contains(status.getUuid())) {
            known.free = true;
        }
    }

    /** The framework is removed: nothing of it is left. */
    void removed() {
        tasks.clear();
    }

    // ---- what is asked

    /** Asks after all that is not over, now and then. */
    void askLater() {
        around.time().after(ASK_US, () -> {
            ask();
            askLater();
        });
    }

    private void ask() {
        List<Call.Reconcile.Task> asked = new ArrayList<>();
        for (Known task : unfinished()) {
            Call.Reconcile.Task.Builder one = Call.Reconcile.Task.newBuilder()
                    .setTaskId(Mesos.TaskID.newBuilder().setValue(task.taskId));
            if (around.dice().chance(0.5)) {
                one.setAgentId(Mesos.AgentID.newBuilder().setValue(task.agentId));
            }
            asked.add(one.build());
        }
        if (around.dice().chance(0.1)) {
            // everything, as the master sees it
            asked.clear();
        } else if (asked.isEmpty()) {
            return;
        }
        client.call(Call.newBuilder()
                .setType(Call.Type.RECONCILE)
                .setReconcile(Call.Reconcile.newBuilder().addAllTasks(asked)));
        if (around.isCalm()) {
            unfinished().forEach(this::kill);
        }
    }

    void kill(Known task) {
        around.ledger().killAsked(task.taskId);
        Call.Kill.Builder kill =
                Call.Kill.newBuilder().setTaskId(Mesos.TaskID.newBuilder().setValue(task.taskId));
        if (around.dice().chance(0.5)) {
            kill.setAgentId(Mesos.AgentID.newBuilder().setValue(task.agentId));
        }
        if (around.dice().chance(0.3)) {
            kill.setKillPolicy(Mesos.KillPolicy.newBuilder()
                    .setGracePeriod(Mesos.DurationInfo.newBuilder()
                            .setNanoseconds(around.dice().spread(1, 10_000) * 1_000_000)));
        }
        client.call(Call.newBuilder().setType(Call.Type.KILL).setKill(kill));
    }
}
