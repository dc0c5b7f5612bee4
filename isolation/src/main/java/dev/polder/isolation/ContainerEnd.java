package dev.polder.isolation;

/** How a container's task ended. */
public sealed interface ContainerEnd {
    /** Its process has ended so. */
    record Exited(ExitStatus status) implements ContainerEnd {}

    /** No process of it exists or ever will. */
    record NotStarted(String why) implements ContainerEnd {}

    /** Its process is gone, and nobody knows how it ended. */
    record Lost(String why) implements ContainerEnd {}
}
