package dev.polder.isolation.network;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerNetwork;
import dev.polder.isolation.PortMapping;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A container that is to be attached to a network.
 *
 * @param network the name of one that an operator has set up
 * @param interfaceName what the interface is called in the container, as {@code eth0}; one name for each network
 * @param namespace the container's network namespace, absolute, as {@link NetworkNamespaces} makes them
 * @param ports refused if no plug-in of the network maps ports
 * @param bandwidth refused if no plug-in of the network limits it
 * @param groups words for plug-ins that know them, as Mesos's {@code NetworkInfo} has them
 * @param labels likewise; a key may come twice
 */
public record NetworkRequest(
        ContainerId container,
        String network,
        String interfaceName,
        Path namespace,
        List<PortMapping> ports,
        Optional<Bandwidth> bandwidth,
        List<String> groups,
        List<ContainerNetwork.Label> labels) {
    /** Checks the values. */
    public NetworkRequest {
        requireNonNull(container, "container");
        CniNames.requireNetwork(network);
        CniNames.requireInterface(interfaceName);
        if (!namespace.isAbsolute()) {
            throw new IllegalArgumentException("namespace " + namespace + " must be absolute");
        }
        ports = List.copyOf(ports);
        requireNonNull(bandwidth, "bandwidth");
        groups = List.copyOf(groups);
        labels = List.copyOf(labels);
    }

    /** Returns a request for nothing but an interface. */
    public static NetworkRequest of(ContainerId container, String network, String interfaceName, Path namespace) {
        return new NetworkRequest(
                container, network, interfaceName, namespace, List.of(), Optional.empty(), List.of(), List.of());
    }

    /** Returns the same with other ports. */
    public NetworkRequest withPorts(List<PortMapping> mappings) {
        return new NetworkRequest(container, network, interfaceName, namespace, mappings, bandwidth, groups, labels);
    }

    /** Returns the same with a limit. */
    public NetworkRequest withBandwidth(Bandwidth limit) {
        return new NetworkRequest(
                container, network, interfaceName, namespace, ports, Optional.of(limit), groups, labels);
    }

    /** Returns the same with other words for plug-ins. */
    public NetworkRequest withWords(List<String> otherGroups, List<ContainerNetwork.Label> otherLabels) {
        return new NetworkRequest(
                container, network, interfaceName, namespace, ports, bandwidth, otherGroups, otherLabels);
    }

    /** Returns what is given to plug-ins by the name of the capability that they must have for it. */
    Map<String, Object> runtimeConfig() {
        Map<String, Object> config = new LinkedHashMap<>();
        if (!ports.isEmpty()) {
            List<Object> mappings = new ArrayList<>();
            for (PortMapping port : ports) {
                mappings.add(Map.of(
                        "hostPort", port.hostPort(),
                        "containerPort", port.containerPort(),
                        "protocol", port.protocol().toString()));
            }
            config.put("portMappings", mappings);
        }
        bandwidth.ifPresent(limit -> config.put(
                "bandwidth",
                Map.of(
                        "ingressRate", limit.ingressRate(),
                        "ingressBurst", limit.ingressBurst(),
                        "egressRate", limit.egressRate(),
                        "egressBurst", limit.egressBurst())));
        return config;
    }

    /** Returns Mesos's {@code NetworkInfo}, as its plug-ins find it in {@code args}. */
    Map<String, Object> networkInfo() {
        Map<String, Object> info = new LinkedHashMap<>();
        info.put("name", network);
        if (!groups.isEmpty()) {
            info.put("groups", groups);
        }
        if (!labels.isEmpty()) {
            List<Object> pairs = new ArrayList<>();
            labels.forEach(label -> pairs.add(Map.of("key", label.key(), "value", label.value())));
            info.put("labels", Map.of("labels", pairs));
        }
        if (!ports.isEmpty()) {
            List<Object> mappings = new ArrayList<>();
            for (PortMapping port : ports) {
                mappings.add(Map.of(
                        "host_port", port.hostPort(),
                        "container_port", port.containerPort(),
                        "protocol", port.protocol().toString()));
            }
            info.put("port_mappings", mappings);
        }
        return info;
    }
}
