package dev.polder.isolation.network;

import dev.polder.isolation.AttachedNetwork;
import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerNames;
import dev.polder.isolation.ContainerNetwork;
import dev.polder.isolation.ContainerSpec;
import dev.polder.isolation.Isolator;
import dev.polder.isolation.LaunchPlan;
import dev.polder.isolation.Namespace;
import dev.polder.isolation.image.TreeDeletion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Attaches containers to the networks that they want, as {@code network/cni} of Mesos does; who wants none has the host's. It
 * prepares before whoever gives volumes and runs images.
 *
 * <pre>
 *  DIRECTORY/containers/CONTAINER    what it reads of its network; made first, removed last
 *  DIRECTORY/namespaces/CONTAINER    where its processes are
 *  DIRECTORY/cni                     what it is attached to
 *
 *  prepare: directory ─► namespace ─► attached to each network ─► files
 *  cleanup: detached from each, the last first ─► namespace released ─► directory removed
 * </pre>
 * What cannot be detached keeps its namespace and its directory, and the next node tries again.
 */
public final class NetworkIsolator implements Isolator {
    private static final Logger log = LoggerFactory.getLogger(NetworkIsolator.class);

    private final CniRuntime runtime;
    private final NetworkNamespaces namespaces;
    private final Path containers;

    private NetworkIsolator(CniRuntime runtime, NetworkNamespaces namespaces, Path containers) {
        this.runtime = runtime;
        this.namespaces = namespaces;
        this.containers = containers;
    }

    /**
     * Opens a node's directory, and ends the plug-ins that a killed node has left.
     *
     * @param directory the node's own; made if it is missing
     * @param configurations the operator's files, read at each launch
     * @param plugins where the programs are; the first that has a name counts
     * @throws IOException if the directory cannot be used, or a plug-in does not end
     */
    public static NetworkIsolator open(Path directory, Path configurations, List<Path> plugins) throws IOException {
        Path own = PrivateDirectory.make(directory);
        CniRuntime runtime = CniRuntime.open(CniSettings.of(configurations, plugins, own.resolve("cni")));
        return new NetworkIsolator(
                runtime,
                NetworkNamespaces.open(own.resolve("namespaces")),
                PrivateDirectory.make(own.resolve("containers")));
    }

    @Override
    public String name() {
        return "network/cni";
    }

    @Override
    public void recover(Set<ContainerId> known) throws IOException {
        Set<ContainerId> former = new HashSet<>(ContainerNames.in(containers));
        // after a power loss the directory may be gone, and what was forced to disk is not
        former.addAll(runtime.containers());
        former.addAll(namespaces.containers());
        former.removeAll(known);
        for (ContainerId id : former) {
            try {
                remove(id);
            } catch (IOException e) {
                // a plug-in that is not there must not keep the node from its other tasks
                log.error("a former container stays attached to networks id={}", id, e);
            }
        }
    }

    @Override
    public void prepare(ContainerSpec spec, LaunchPlan plan) throws IOException {
        if (spec.networks().isEmpty()) {
            return;
        }
        ContainerId id = spec.id();
        Path own = PrivateDirectory.make(containers.resolve(id.toString()));
        Path namespace = namespaces.create(id);
        List<CniResult> results = new ArrayList<>();
        for (ContainerNetwork network : spec.networks()) {
            results.add(runtime.attach(new NetworkRequest(
                    id,
                    network.name(),
                    interfaceName(results.size()),
                    namespace,
                    network.ports(),
                    Optional.empty(),
                    network.groups(),
                    network.labels())));
        }
        String hostname = spec.hostname().orElse(id.toString());
        new MountedFiles(own, spec.image().isPresent()).write(hostname, results, plan);
        plan.enterNetwork(namespace);
        plan.unshare(Namespace.UTS);
        plan.hostname(hostname);
    }

    private static String interfaceName(int number) {
        return "eth" + number;
    }

    @Override
    public List<AttachedNetwork> attached(ContainerId id) throws IOException {
        List<AttachedNetwork> found = new ArrayList<>();
        Optional<AttachedNetwork> next = runtime.attached(id, interfaceName(0));
        while (next.isPresent()) {
            found.add(next.get());
            next = runtime.attached(id, interfaceName(found.size()));
        }
        return found;
    }

    @Override
    public void cleanup(ContainerId id) throws IOException {
        if (Files.exists(containers.resolve(id.toString()))) {
            remove(id);
        }
    }

    private void remove(ContainerId id) throws IOException {
        runtime.detach(id);
        namespaces.release(id);
        TreeDeletion.delete(containers.resolve(id.toString()));
    }
}
