package dev.polder.isolation;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A container: a task, what it may use, and what it wants to have for itself. Isolators make of it how the task is
 * contained.
 *
 * @param task what to run; its own containment is added to. In an image it is said by {@code image} what to run, and
 *     not by the task's program and arguments
 * @param limits empty for no limit at all
 * @param shared the namespaces of this host that it wants to be in, although it could have its own
 * @param hostname the name that it wants its host to have; empty for the host's own
 * @param image what it runs in an image, which is here and held for it; empty to run in the host's own tree
 * @param privileges those that it wants to have
 * @param volumes what it wants to find in its tree
 * @param networks those that it wants to be attached to; empty for its host's
 * @param engine what an engine runs in place of the task's program and arguments, with limits, tree and privileges that it
 *     says itself; empty for a task of this node's own
 */
public record ContainerSpec(
        TaskSpec task,
        Optional<ContainerLimits> limits,
        Set<Namespace> shared,
        Optional<String> hostname,
        Optional<ImageTask> image,
        Privileges privileges,
        List<ContainerVolume> volumes,
        List<ContainerNetwork> networks,
        Optional<EngineTask> engine) {
    /**
     * Copies and checks.
     *
     * @throws IllegalArgumentException if there are more than {@value ContainerVolume#COUNT_MAX} volumes, or
     *     {@value ContainerNetwork#COUNT_MAX} networks, or it is an engine's and wants what engines are not asked for here:
     *     an image, volumes, networks, privileges or a hostname
     */
    public ContainerSpec {
        requireNonNull(task, "task");
        requireNonNull(limits, "limits");
        Set<Namespace> ordered = EnumSet.noneOf(Namespace.class);
        ordered.addAll(shared);
        shared = Collections.unmodifiableSet(ordered);
        requireNonNull(hostname, "hostname");
        requireNonNull(image, "image");
        requireNonNull(privileges, "privileges");
        volumes = List.copyOf(volumes);
        if (volumes.size() > ContainerVolume.COUNT_MAX) {
            throw new IllegalArgumentException(
                    "too many volumes: " + volumes.size() + " > countMax=" + ContainerVolume.COUNT_MAX);
        }
        networks = List.copyOf(networks);
        if (networks.size() > ContainerNetwork.COUNT_MAX) {
            throw new IllegalArgumentException(
                    "too many networks: " + networks.size() + " > countMax=" + ContainerNetwork.COUNT_MAX);
        }
        if (requireNonNull(engine, "engine").isPresent()
                && (image.isPresent()
                        || hostname.isPresent()
                        || !volumes.isEmpty()
                        || !networks.isEmpty()
                        || !privileges.isUsual())) {
            throw new IllegalArgumentException("container " + task.id()
                    + " of an engine has an image, a hostname, volumes, networks or privileges beside it");
        }
    }

    /** A container in the host's own tree, with the usual privileges. */
    public ContainerSpec(
            TaskSpec task, Optional<ContainerLimits> limits, Set<Namespace> shared, Optional<String> hostname) {
        this(
                task,
                limits,
                shared,
                hostname,
                Optional.empty(),
                Privileges.USUAL,
                List.of(),
                List.of(),
                Optional.empty());
    }

    /** A task with limits, which has all for itself that its host can give it. */
    public static ContainerSpec of(TaskSpec task, ContainerLimits limits) {
        return new ContainerSpec(task, Optional.of(limits), Set.of(), Optional.empty());
    }

    /** A task without limits, which has all for itself that its host can give it. */
    public static ContainerSpec of(TaskSpec task) {
        return new ContainerSpec(task, Optional.empty(), Set.of(), Optional.empty());
    }

    /** Returns the same in an image. */
    public ContainerSpec in(ImageTask other) {
        return new ContainerSpec(
                task, limits, shared, hostname, Optional.of(other), privileges, volumes, networks, engine);
    }

    /** Returns the same with other privileges. */
    public ContainerSpec with(Privileges others) {
        return new ContainerSpec(task, limits, shared, hostname, image, others, volumes, networks, engine);
    }

    /** Returns the same with other volumes. */
    public ContainerSpec with(List<ContainerVolume> others) {
        return new ContainerSpec(task, limits, shared, hostname, image, privileges, others, networks, engine);
    }

    /** Returns the same attached to other networks. */
    public ContainerSpec attachedTo(List<ContainerNetwork> others) {
        return new ContainerSpec(task, limits, shared, hostname, image, privileges, volumes, others, engine);
    }

    /** Returns the same with another name for its host. */
    public ContainerSpec named(Optional<String> other) {
        return new ContainerSpec(task, limits, shared, other, image, privileges, volumes, networks, engine);
    }

    /** Returns the same, run by an engine. */
    public ContainerSpec by(EngineTask other) {
        return new ContainerSpec(
                task, limits, shared, hostname, image, privileges, volumes, networks, Optional.of(other));
    }

    /** Returns the container's id. */
    public ContainerId id() {
        return task.id();
    }
}
