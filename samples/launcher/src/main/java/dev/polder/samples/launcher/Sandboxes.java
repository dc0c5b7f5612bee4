package dev.polder.samples.launcher;

import dev.polder.model.FrameworkId;
import dev.polder.model.TaskStatus;
import java.nio.file.Path;
import java.util.Optional;

/** Where the agent of a node puts what its tasks write. */
record Sandboxes(Path root) {
    /** Returns the directory in which a task runs, once there is one. */
    Optional<Path> of(FrameworkId framework, TaskStatus status) {
        if (status.agentId().isEmpty() || status.containerId().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(root.resolve("slaves")
                .resolve(status.agentId().get().value())
                .resolve("frameworks")
                .resolve(framework.value())
                .resolve("executors")
                .resolve(status.taskId().value())
                .resolve("runs")
                .resolve(status.containerId().get()));
    }
}
