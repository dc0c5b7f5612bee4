package dev.polder.samples.launcher;

import dev.polder.model.CommandInfo;
import dev.polder.model.TaskId;
import dev.polder.model.TaskInfo;

/**
 * One attempt at a task. Each has an id of its own, so that the news of one are never taken for those of another.
 *
 * @param task as it is launched
 * @param first the id of the first attempt, by which the task is known
 * @param number 1 for the first
 */
record Attempt(TaskInfo task, TaskId first, int number) {
    static Attempt first(TaskInfo task) {
        return new Attempt(task, task.id(), 1);
    }

    TaskId id() {
        return task.id();
    }

    /** Returns the attempt that follows: {@code count-3}, {@code count-3-again-1}, {@code count-3-again-2}. */
    Attempt next() {
        TaskInfo.Builder next =
                TaskInfo.builder(first + "-again-" + number).name(task.name()).resources(task.resources());
        CommandInfo command = task.command();
        if (command.shell()) {
            next.shell(command.value());
        } else {
            next.command(command.value(), command.arguments().stream().skip(1).toArray(String[]::new));
        }
        next.user(command.user());
        command.environment().forEach(next::environment);
        task.labels().forEach(label -> next.label(label.key(), label.value()));
        task.killGracePeriod().ifPresent(next::killGracePeriod);
        task.maxCompletionTime().ifPresent(next::maxCompletionTime);
        task.discovery().ifPresent(next::discovery);
        return new Attempt(next.build(), first, number + 1);
    }
}
