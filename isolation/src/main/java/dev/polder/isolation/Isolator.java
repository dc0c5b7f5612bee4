package dev.polder.isolation;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Adds one limit, or one part of the host that a container has for itself, from before its task is started until after it
 * has ended. Each container is prepared by all isolators in their order, and cleaned up by them in the opposite one.
 *
 * <p>May block: called by the containerizer's own threads, for different containers at the same time, for one container
 * by one thread at a time. Keeps in memory no more than can be found again on the host, since a node may be killed between
 * any two calls.
 */
public interface Isolator extends AutoCloseable {
    /** Returns what it is known by, such as {@code cgroups/cpu}. */
    String name();

    /**
     * Tells whether it has to do with containers that an engine runs, too, see {@link EngineIsolator}. Who has not is not
     * asked about them.
     */
    default boolean isForEngines() {
        return false;
    }

    /**
     * Called once, before all else: cleans up whatever belongs to none of these containers, which a former node has left
     * running or has just launched.
     *
     * @throws IOException if it cannot be seen what there is
     */
    default void recover(Set<ContainerId> containers) throws IOException {}

    /** Called once, after {@link #recover} and before a container is prepared: who acts for containers is asked there. */
    default void observe(ContainerProcesses processes) {}

    /**
     * Returns the privileges that a container is given, as far as this isolator decides over them. All are asked, one after
     * the other, before they prepare it, and again for what is started in it later; nothing is done yet.
     *
     * @param soFar those that it would have without this isolator
     * @throws IOException if it is not to have what it wants, with the reason for the task's owner
     */
    default Privileges privileges(ContainerSpec spec, Privileges soFar) throws IOException {
        return soFar;
    }

    /**
     * Makes ready what the container needs, and adds to how its task is started.
     *
     * @throws IOException if that cannot be done; the container is not started then, and is told why. {@link #cleanup}
     *     follows
     */
    default void prepare(ContainerSpec spec, LaunchPlan plan) throws IOException {}

    /** Returns how often {@link #watch} is to be called for each running container; empty for never. */
    default Optional<Duration> watchInterval() {
        return Optional.empty();
    }

    /**
     * Returns the limit that a container has reached, if it has reached one. Called now and then, and once when the
     * container has ended, before {@link #cleanup}.
     *
     * @throws IOException if that cannot be seen
     */
    default Optional<Limitation> watch(ContainerId id) throws IOException {
        return Optional.empty();
    }

    /**
     * Returns what a container uses, as far as this isolator measures it. Called by any thread, beside other calls, and
     * seldom waits: it is called for all containers every second.
     *
     * @throws IOException if that cannot be seen
     */
    default ContainerUsage usage(ContainerId id) throws IOException {
        return ContainerUsage.NONE;
    }

    /**
     * Changes a running container's limits.
     *
     * @throws IOException if that cannot be done; says what is as it was before
     */
    default void update(ContainerId id, ContainerLimits limits) throws IOException {}

    /**
     * Returns the networks that a container is attached to, in the order in which it wants them; empty for its host's. Asked
     * after {@link #prepare}, or after {@link #recover} of a container that a former node has launched.
     *
     * @throws IOException if that cannot be seen
     */
    default List<AttachedNetwork> attached(ContainerId id) throws IOException {
        return List.of();
    }

    /**
     * Returns lines for a POSIX shell that remove what containers of a node have elsewhere on the host, when the node was
     * killed that should have, and its tasks have ended; empty for nothing. For nodes without a lasting directory, which
     * nobody recovers. They may call {@code remove_groups} with control groups, which are removed with all below.
     */
    default String endScript() {
        return "";
    }

    /**
     * Returns the numbers of a container's processes; empty if it does not know them, or there are none.
     *
     * @throws IOException if that cannot be seen
     */
    default Set<Long> processes(ContainerId id) throws IOException {
        return Set.of();
    }

    /** Returns the files into which a process writes itself to be where the container's are; empty for none. */
    default List<Path> joinFiles(ContainerId id) {
        return List.of();
    }

    /** Returns how a program comes into a running container, where that takes more than its namespaces; empty otherwise. */
    default Optional<Entrance> entrance(ContainerId id) {
        return Optional.empty();
    }

    /**
     * Removes what {@link #prepare} has made, and ends what is left of the container. What is not there any more, or never
     * was, is no failure.
     *
     * @throws IOException if something is left
     */
    default void cleanup(ContainerId id) throws IOException {}

    /** Gives back what belongs to no container. Running ones stay as they are. */
    @Override
    default void close() {}
}
