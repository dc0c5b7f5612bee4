package dev.polder.isolation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All isolators of a host, in their order. A container of an engine is there for some of them alone. Has no state of its own. */
final class Isolators {
    private static final Logger log = LoggerFactory.getLogger(Isolators.class);

    private final List<Isolator> inOrder;
    private final List<Isolator> inReverse;
    private final List<EngineIsolator> engines;

    /** @throws IllegalArgumentException if two have one name */
    Isolators(List<Isolator> isolators) {
        inOrder = List.copyOf(isolators);
        List<Isolator> reverse = new ArrayList<>(inOrder);
        Collections.reverse(reverse);
        inReverse = List.copyOf(reverse);
        engines = inOrder.stream()
                .filter(EngineIsolator.class::isInstance)
                .map(EngineIsolator.class::cast)
                .toList();
        List<String> names = new ArrayList<>();
        for (Isolator isolator : inOrder) {
            if (names.contains(isolator.name())) {
                throw new IllegalArgumentException("isolator '" + isolator.name() + "' is there twice");
            }
            names.add(isolator.name());
        }
    }

    List<Isolator> inOrder() {
        return inOrder;
    }

    /** Is there one that has an engine run containers? */
    boolean haveAnEngine() {
        return !engines.isEmpty();
    }

    /** Is this a container of an engine, which is not yet cleaned up? Any thread may ask. */
    boolean isOfAnEngine(ContainerId id) {
        return engines.stream().anyMatch(engine -> engine.runs(id));
    }

    private static List<Isolator> of(List<Isolator> all, boolean byEngine) {
        return byEngine ? all.stream().filter(Isolator::isForEngines).toList() : all;
    }

    void recover(Set<ContainerId> containers) throws IOException {
        for (Isolator isolator : inOrder) {
            try {
                isolator.recover(containers);
            } catch (IOException e) {
                throw named(isolator, e);
            }
        }
    }

    void observe(ContainerProcesses processes) {
        inOrder.forEach(isolator -> isolator.observe(processes));
    }

    /** Returns the processes that the first of them knows, who knows any. */
    Set<Long> processes(ContainerId id) {
        for (Isolator isolator : inOrder) {
            try {
                Set<Long> found = isolator.processes(id);
                if (!found.isEmpty()) {
                    return found;
                }
            } catch (IOException | RuntimeException e) {
                // it may just have ended
                log.debug("processes not seen isolator={} id={}", isolator.name(), id, e);
            }
        }
        return Set.of();
    }

    /** Returns the task, to be started as all of them want it. */
    TaskSpec prepare(ContainerSpec spec) throws IOException {
        LaunchPlan plan = new LaunchPlan(spec.task(), privileges(spec));
        for (Isolator isolator : of(inOrder, spec.engine().isPresent())) {
            try {
                isolator.prepare(spec, plan);
            } catch (IOException | RuntimeException e) {
                throw named(isolator, e);
            }
        }
        if (spec.hostname().isPresent() && !plan.hasHostname()) {
            throw new IOException(
                    "hostname '" + spec.hostname().get() + "': no isolator here gives a container its own");
        }
        if (!spec.networks().isEmpty() && !plan.hasNetwork()) {
            throw new IOException("network '" + spec.networks().get(0).name()
                    + "': no isolator here attaches a container to networks");
        }
        if (spec.engine().isPresent() && !plan.hasRuntime()) {
            throw new IOException("no isolator here has an engine that runs it");
        }
        return plan.contained(spec.task());
    }

    /** Returns the privileges that all of them together give a container. */
    Privileges privileges(ContainerSpec spec) throws IOException {
        Privileges given = spec.task().containment().privileges();
        for (Isolator isolator : of(inOrder, spec.engine().isPresent())) {
            try {
                given = isolator.privileges(spec, given);
            } catch (IOException | RuntimeException e) {
                throw named(isolator, e);
            }
        }
        checkPrivileges(spec.privileges(), given);
        return given;
    }

    /** What is wanted and nobody gives is never left out silently. */
    private static void checkPrivileges(Privileges wanted, Privileges given) throws IOException {
        if (wanted.hasCapabilities() && !given.hasCapabilities()) {
            throw new IOException("capabilities: no isolator here gives a container its own");
        }
        if (!given.rlimits().containsAll(wanted.rlimits())) {
            throw new IOException("rlimits: no isolator here sets those of a container");
        }
        if (wanted.noNewPrivileges() && !given.noNewPrivileges()) {
            throw new IOException("noNewPrivileges: no isolator here sees to that");
        }
    }

    /** Returns the networks that a container is attached to; none if that cannot be seen. */
    List<AttachedNetwork> attached(ContainerId id) {
        List<AttachedNetwork> networks = new ArrayList<>();
        for (Isolator isolator : inOrder) {
            try {
                networks.addAll(isolator.attached(id));
            } catch (IOException | RuntimeException e) {
                log.warn("networks not seen isolator={} id={}", isolator.name(), id, e);
            }
        }
        return networks;
    }

    /** Returns the first limit that one of all finds reached. */
    Optional<Limitation> limitation(ContainerId id) {
        return limitation(id, inOrder);
    }

    /** Returns the first limit that one of these finds reached. */
    Optional<Limitation> limitation(ContainerId id, List<Isolator> asked) {
        for (Isolator isolator : of(asked, isOfAnEngine(id))) {
            try {
                Optional<Limitation> found = isolator.watch(id);
                if (found.isPresent()) {
                    return found;
                }
            } catch (IOException | RuntimeException e) {
                log.warn("limit not seen isolator={} id={}", isolator.name(), id, e);
            }
        }
        return Optional.empty();
    }

    /** Returns what all of them have measured together; of two that measure the same the first counts. */
    ContainerUsage usage(ContainerId id) {
        ContainerUsage usage = ContainerUsage.NONE;
        for (Isolator isolator : of(inOrder, isOfAnEngine(id))) {
            try {
                usage = usage.or(isolator.usage(id));
            } catch (IOException | RuntimeException e) {
                // it may just have ended
                log.debug("usage not seen isolator={} id={}", isolator.name(), id, e);
            }
        }
        return usage;
    }

    void update(ContainerId id, ContainerLimits limits) throws IOException {
        if (isOfAnEngine(id)) {
            throw new IOException("the limits of container " + id + " are its engine's, which is not told of others");
        }
        for (Isolator isolator : inOrder) {
            try {
                isolator.update(id, limits);
            } catch (IOException | RuntimeException e) {
                throw named(isolator, e);
            }
        }
    }

    String endScript() {
        return inReverse.stream().map(Isolator::endScript).collect(Collectors.joining());
    }

    List<Path> joinFiles(ContainerId id) {
        return inOrder.stream()
                .flatMap(isolator -> isolator.joinFiles(id).stream())
                .toList();
    }

    Optional<Entrance> entrance(ContainerId id) {
        return inOrder.stream()
                .flatMap(isolator -> isolator.entrance(id).stream())
                .findFirst();
    }

    /** Returns what is left, in words; empty for nothing. Each of them is asked, whatever becomes of the others. */
    Optional<String> cleanup(ContainerId id) {
        List<String> left = new ArrayList<>();
        for (Isolator isolator : of(inReverse, isOfAnEngine(id))) {
            try {
                isolator.cleanup(id);
            } catch (IOException | RuntimeException e) {
                log.error("container not cleaned up isolator={} id={}", isolator.name(), id, e);
                left.add(isolator.name() + ": " + e.getMessage());
            }
        }
        return left.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", left));
    }

    void close() {
        inReverse.forEach(Isolator::close);
    }

    private static IOException named(Isolator isolator, Exception cause) {
        return new IOException(isolator.name() + ": " + cause.getMessage(), cause);
    }
}
