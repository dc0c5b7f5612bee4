package dev.polder.agent;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerLimits;
import dev.polder.isolation.ImageTask;
import dev.polder.isolation.docker.DockerLimits;
import dev.polder.isolation.docker.DockerNetwork;
import dev.polder.isolation.docker.DockerParameter;
import dev.polder.isolation.docker.DockerPort;
import dev.polder.isolation.docker.DockerRun;
import dev.polder.wire.proto.Mesos.CommandInfo;
import dev.polder.wire.proto.Mesos.ContainerInfo;
import dev.polder.wire.proto.Mesos.ContainerInfo.DockerInfo;
import dev.polder.wire.proto.Mesos.Environment;
import dev.polder.wire.proto.Mesos.NetworkInfo;
import dev.polder.wire.proto.Mesos.Resource;
import dev.polder.wire.proto.Mesos.TaskInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a Docker engine runs for a task with a container of the type DOCKER, as Mesos's Docker containerizer has it.
 *
 * @param run all that the engine is told
 * @param image what it must have first
 */
record TaskDocker(DockerRun run, Image image) {
    private static final String SHELL = "/bin/sh";
    private static final String LOG_DRIVER = "log-driver";

    /**
     * An image that an engine is to have.
     *
     * @param pullAlways even if it has one of that name
     */
    record Image(String name, boolean pullAlways) {
        Image {
            requireNonNull(name, "name");
        }
    }

    /** Tells whether a task wants an engine. */
    static boolean has(TaskInfo task) {
        return task.hasContainer() && task.getContainer().getType() == ContainerInfo.Type.DOCKER;
    }

    /** Returns what Mesos's master refuses; empty if nothing is wrong. */
    static Optional<String> invalid(ContainerInfo wanted) {
        if (!wanted.hasDocker()) {
            return Optional.of("DockerInfo 'docker' is not set for DOCKER typed ContainerInfo");
        }
        return wanted.getDocker().getParametersList().stream()
                        .anyMatch(parameter -> parameter.getKey().equals("name"))
                ? Optional.of("Parameter in DockerInfo must not be 'name'")
                : Optional.empty();
    }

    /**
     * Reads a wish.
     *
     * @throws IllegalArgumentException if it is none that can be met, in Mesos's words where it has some
     */
    static TaskDocker of(TaskInfo task, ContainerId container, Path sandbox) {
        ContainerInfo wanted = task.getContainer();
        DockerInfo docker = wanted.getDocker();
        refuseOtherFeatures(wanted);
        DockerNetwork network = network(wanted);
        CommandInfo command = task.getCommand();
        DockerRun run = new DockerRun(
                docker.getImage(),
                command.getShell() ? Optional.of(List.of(SHELL)) : Optional.empty(),
                arguments(command),
                environment(task, container),
                DockerMounts.of(wanted, sandbox),
                network,
                ports(task, network),
                docker.getPrivileged(),
                Optional.of(limits(TaskLimits.of(task))),
                new DockerRun.Surroundings(Optional.empty(), hostname(wanted, network), Optional.empty()),
                false,
                parameters(docker));
        return new TaskDocker(run, new Image(docker.getImage(), docker.getForcePullImage()));
    }

    /** Mesos leaves these out silently. */
    private static void refuseOtherFeatures(ContainerInfo wanted) {
        String instead = " of a container of the type DOCKER are not supported; Docker's parameters say the like";
        if (wanted.hasLinuxInfo() || wanted.hasRlimitInfo()) {
            throw new IllegalArgumentException("linux_info and rlimit_info" + instead);
        }
        if (wanted.hasTtyInfo() || wanted.hasMesos()) {
            throw new IllegalArgumentException("tty_info and mesos" + instead);
        }
    }

    private static List<String> arguments(CommandInfo command) {
        if (command.getShell()) {
            if (!command.hasValue()) {
                throw new IllegalArgumentException("Shell specified but no command value provided");
            }
            return List.of("-c", command.getValue());
        }
        List<String> arguments = new ArrayList<>();
        if (command.hasValue()) {
            arguments.add(command.getValue());
        }
        arguments.addAll(command.getArgumentsList());
        return arguments;
    }

    /** The last three are not the task's to set. */
    private static Map<String, String> environment(TaskInfo task, ContainerId container) {
        Map<String, String> environment = new LinkedHashMap<>();
        for (Environment.Variable variable : task.getCommand().getEnvironment().getVariablesList()) {
            environment.put(variable.getName(), variable.getValue());
        }
        environment.put("MESOS_SANDBOX", ImageTask.SANDBOX);
        environment.put("MESOS_CONTAINER_NAME", DockerRun.nameOf(container));
        if (task.getResourcesCount() > 0) {
            environment.put(
                    "MESOS_ALLOCATION_ROLE",
                    task.getResources(0).getAllocationInfo().getRole());
        }
        return environment;
    }

    private static DockerNetwork network(ContainerInfo wanted) {
        return switch (wanted.getDocker().getNetwork()) {
            case HOST -> ofEngine(wanted, DockerNetwork.Kind.HOST);
            case BRIDGE -> ofEngine(wanted, DockerNetwork.Kind.BRIDGE);
            case NONE -> ofEngine(wanted, DockerNetwork.Kind.NONE);
            case USER -> {
                if (wanted.getNetworkInfosCount() == 0) {
                    throw new IllegalArgumentException("No network info found in container info");
                }
                if (wanted.getNetworkInfosCount() > 1) {
                    throw new IllegalArgumentException("Only a single network can be defined in Docker run");
                }
                if (!wanted.getNetworkInfos(0).hasName()) {
                    throw new IllegalArgumentException("No network name found in network info");
                }
                yield DockerNetwork.user(wanted.getNetworkInfos(0).getName());
            }
        };
    }

    private static DockerNetwork ofEngine(ContainerInfo wanted, DockerNetwork.Kind kind) {
        if (wanted.getNetworkInfosList().stream().anyMatch(NetworkInfo::hasName)) {
            throw new IllegalArgumentException("network_infos with a name need the network USER, not " + kind);
        }
        return DockerNetwork.of(kind);
    }

    private static Optional<String> hostname(ContainerInfo wanted, DockerNetwork network) {
        if (!wanted.hasHostname()) {
            return Optional.empty();
        }
        if (network.kind() == DockerNetwork.Kind.HOST) {
            throw new IllegalArgumentException("Unable to set hostname with host network mode");
        }
        return Optional.of(wanted.getHostname());
    }

    private static List<DockerPort> ports(TaskInfo task, DockerNetwork network) {
        List<DockerInfo.PortMapping> wanted = task.getContainer().getDocker().getPortMappingsList();
        if (wanted.isEmpty()) {
            return List.of();
        }
        if (network.kind() == DockerNetwork.Kind.HOST || network.kind() == DockerNetwork.Kind.NONE) {
            throw new IllegalArgumentException("Port mappings are only supported for bridge and user-defined networks");
        }
        List<Resource> resources = task.getResourcesList().stream()
                .filter(resource -> resource.getName().equals("ports"))
                .toList();
        if (resources.isEmpty()) {
            throw new IllegalArgumentException("Port mappings require port resources");
        }
        List<DockerPort> ports = new ArrayList<>();
        for (DockerInfo.PortMapping mapping : wanted) {
            long port = Integer.toUnsignedLong(mapping.getHostPort());
            boolean found = resources.stream()
                    .flatMap(resource -> resource.getRanges().getRangeList().stream())
                    .anyMatch(range -> port >= range.getBegin() && port <= range.getEnd());
            if (!found) {
                throw new IllegalArgumentException("Port [" + port + "] not included in resources");
            }
            ports.add(new DockerPort(
                    mapping.getHostPort(),
                    mapping.getContainerPort(),
                    mapping.hasProtocol() ? mapping.getProtocol() : "tcp"));
        }
        return ports;
    }

    private static DockerLimits limits(ContainerLimits limits) {
        return new DockerLimits(
                limits.cpuMillis(), limits.cpuMillisMax(), limits.memoryBytes(), limits.memoryBytesMax());
    }

    /** What a task writes is in its sandbox, within bounds; the engine keeps it only for who says so. */
    private static List<DockerParameter> parameters(DockerInfo docker) {
        List<DockerParameter> parameters = new ArrayList<>();
        docker.getParametersList().forEach(each -> parameters.add(new DockerParameter(each.getKey(), each.getValue())));
        if (parameters.stream().noneMatch(parameter -> parameter.key().equals(LOG_DRIVER))) {
            parameters.add(new DockerParameter(LOG_DRIVER, "none"));
        }
        return parameters;
    }
}
