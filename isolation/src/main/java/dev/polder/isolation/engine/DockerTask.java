package dev.polder.isolation.engine;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.EngineTask;
import dev.polder.isolation.docker.DockerRun;

/**
 * What a Docker engine runs for a task. The engine has the image when the task is prepared.
 *
 * @param run all that the engine is told. What is bound in it is below the sandbox, where directories that are missing are
 *     made, or below a path of the host that the node allows
 */
public record DockerTask(DockerRun run) implements EngineTask {
    /** Refuses null. */
    public DockerTask {
        requireNonNull(run, "run");
    }
}
