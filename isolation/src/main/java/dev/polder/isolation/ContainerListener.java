package dev.polder.isolation;

import java.util.List;
import java.util.Optional;

/**
 * Hears of containers. Called on the containerizer's thread; an implementation hands over to its own and does not block.
 * For each container: at most one {@link #onAttached}, then at most one {@link #onStarted}, then exactly one {@link #onEnded};
 * nothing after {@link Containerizer#close()}.
 */
public interface ContainerListener {
    /**
     * The container is attached to networks. Comes before all else that is told of a container which has some, also of one
     * that a former node has launched.
     */
    default void onAttached(ContainerId id, List<AttachedNetwork> networks) {}

    /** The task's process exists. */
    void onStarted(ContainerId id, long pid);

    /**
     * The container is over, and nothing of it is left on this host, or {@code remains} says what.
     *
     * @param end how its task ended
     * @param limitation the limit that it had reached, empty for none
     * @param remains what could not be cleaned up, in words; empty for nothing
     */
    void onEnded(ContainerId id, ContainerEnd end, Optional<Limitation> limitation, Optional<String> remains);
}
