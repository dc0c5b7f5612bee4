package dev.polder.agent;

import dev.polder.isolation.AttachedNetwork;
import dev.polder.isolation.ContainerNetwork;
import dev.polder.isolation.PortMapping;
import dev.polder.wire.proto.Mesos.Label;
import dev.polder.wire.proto.Mesos.NetworkInfo;
import dev.polder.wire.proto.Mesos.TaskInfo;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The networks that a task wants: those of its {@code network_infos} that have a name. One without is the host's. */
final class TaskNetworks {
    private TaskNetworks() {}

    /** Does it want any? */
    static boolean has(TaskInfo task) {
        return task.getContainer().getNetworkInfosList().stream().anyMatch(NetworkInfo::hasName);
    }

    /**
     * Reads wishes.
     *
     * @throws IllegalArgumentException if one cannot be met, in Mesos's words where it has some
     */
    static List<ContainerNetwork> of(TaskInfo task) {
        List<ContainerNetwork> networks = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (NetworkInfo wanted : task.getContainer().getNetworkInfosList()) {
            if (wanted.hasName()) {
                if (!names.add(wanted.getName())) {
                    throw new IllegalArgumentException(
                            "Attempted to join CNI network '" + wanted.getName() + "' multiple times");
                }
                networks.add(of(wanted));
            } else if (wanted.getPortMappingsCount() > 0) {
                throw new IllegalArgumentException(
                        "port_mappings of a network without a name, which is the host's: none of its ports leads elsewhere");
            }
        }
        if (networks.size() > ContainerNetwork.COUNT_MAX) {
            throw new IllegalArgumentException(
                    "too many networks: " + networks.size() + " > countMax=" + ContainerNetwork.COUNT_MAX);
        }
        return networks;
    }

    private static ContainerNetwork of(NetworkInfo wanted) {
        return new ContainerNetwork(
                wanted.getName(),
                wanted.getPortMappingsList().stream().map(TaskNetworks::port).toList(),
                wanted.getGroupsList(),
                wanted.getLabels().getLabelsList().stream()
                        .map(TaskNetworks::label)
                        .toList());
    }

    private static PortMapping port(NetworkInfo.PortMapping wanted) {
        PortMapping.Protocol protocol = switch (wanted.getProtocol()) {
            case "", "tcp" -> PortMapping.Protocol.TCP;
            case "udp" -> PortMapping.Protocol.UDP;
            default ->
                throw new IllegalArgumentException(
                        "protocol '" + wanted.getProtocol() + "' of a port mapping must be tcp or udp");
        };
        return new PortMapping(wanted.getHostPort(), wanted.getContainerPort(), protocol);
    }

    private static ContainerNetwork.Label label(Label wanted) {
        return new ContainerNetwork.Label(wanted.getKey(), wanted.getValue());
    }

    /** Returns what a task wants, with the addresses that it has been given. */
    static List<NetworkInfo> attached(TaskInfo task, List<AttachedNetwork> given) {
        List<NetworkInfo> infos = new ArrayList<>();
        for (NetworkInfo wanted : task.getContainer().getNetworkInfosList()) {
            if (wanted.hasName() && infos.size() < given.size()) {
                NetworkInfo.Builder info = wanted.toBuilder().clearIpAddresses();
                given.get(infos.size()).addresses().forEach(each -> info.addIpAddresses(address(each)));
                infos.add(info.build());
            }
        }
        return infos;
    }

    /** Returns an address with its kind. */
    static NetworkInfo.IPAddress address(String ip) {
        return NetworkInfo.IPAddress.newBuilder()
                .setProtocol(ip.indexOf(':') < 0 ? NetworkInfo.Protocol.IPv4 : NetworkInfo.Protocol.IPv6)
                .setIpAddress(ip)
                .build();
    }
}
