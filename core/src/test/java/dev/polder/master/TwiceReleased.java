package dev.polder.master;

import dev.polder.model.FrameworkId;
import dev.polder.model.Moment;
import dev.polder.model.TaskId;
import dev.polder.wire.proto.Facts;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A planted fault: a master that gives back what a task used twice when it ends. */
public final class TwiceReleased {
    private TwiceReleased() {}

    /** Decides as the master does, and then releases once more what ended, if somebody else uses as much there. */
    public static Turn decide(Master master, Moment now, List<Command> commands) {
        LeaderTerm term = master.leaderTerm();
        Map<String, TaskRecord> before = new HashMap<>();
        for (FrameworkId id : term.state.frameworkIds()) {
            term.state.tasksOf(id).forEach(task -> before.put(id + "/" + task.id(), task));
        }
        Turn turn = master.decide(now, commands);
        turn.facts().stream().filter(fact -> fact.hasTaskStateChanged()).forEach(fact -> {
            TaskRecord old = before.get(nameOf(fact.getTaskStateChanged()));
            TaskRecord task = old == null ? null : term.state.task(old.frameworkId(), old.id());
            if (old != null && old.usesResources() && task != null && !task.usesResources()) {
                releaseAgain(term, old);
            }
        });
        return turn;
    }

    private static void releaseAgain(LeaderTerm term, TaskRecord task) {
        try {
            term.offers.release(task);
        } catch (IllegalArgumentException nobodyUsesAsMuch) {
            // the engine notices by itself
        }
    }

    private static String nameOf(Facts.TaskStateChanged fact) {
        return new FrameworkId(fact.getFrameworkId().getValue()) + "/"
                + new TaskId(fact.getStatus().getTaskId().getValue());
    }
}
