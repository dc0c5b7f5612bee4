package dev.polder.agent;

import dev.polder.model.Moment;
import dev.polder.wire.proto.AgentFacts.AgentFact;
import dev.polder.wire.proto.Mesos.TaskStatus;
import java.util.ArrayList;
import java.util.List;

/** One decision in the making. */
final class Turn {
    private final Moment now;
    private final AgentState state;
    private final StatusUpdates updates;
    private final Session session;
    private final List<AgentFact> facts = new ArrayList<>();
    private final List<AgentEffect> effects = new ArrayList<>();

    Turn(Moment now, AgentState state, StatusUpdates updates, Session session) {
        this.now = now;
        this.state = state;
        this.updates = updates;
        this.session = session;
    }

    Moment now() {
        return now;
    }

    void fact(AgentFact fact) {
        state.apply(fact);
        facts.add(fact);
    }

    void effect(AgentEffect effect) {
        effects.add(effect);
    }

    /** Adds an update to a task and sends it, unless an older one is outstanding. */
    void report(AgentTask task, TaskStatus.Builder status) {
        fact(NewFact.updateAdded(task.key(), status.build()));
        sendNext(task, false);
    }

    /** Drops the task's oldest update and sends the next. */
    void acknowledge(AgentTask task, TaskStatus head) {
        fact(NewFact.updateAcknowledged(task.key(), head));
        sendNext(task, true);
    }

    /** The task is about to be forgotten with its updates. */
    void dropUpdates(AgentTask task) {
        updates.forget(task.key());
    }

    private void sendNext(AgentTask task, boolean headAcknowledged) {
        TaskStatus next = updates.changed(now.nowMs(), task, headAcknowledged);
        if (next != null) {
            effect(session.sendUpdate(task.key(), next));
        }
    }

    Decision decision() {
        return new Decision(List.copyOf(facts), List.copyOf(effects));
    }
}
