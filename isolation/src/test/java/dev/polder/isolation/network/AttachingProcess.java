package dev.polder.isolation.network;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.PortMapping;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/** An agent that attaches a container with a port, detaches it, and is killed somewhere on the way. */
final class AttachingProcess {
    private AttachingProcess() {}

    /** Takes the directories of networks, plug-ins and state, the container, its namespace. */
    public static void main(String[] arguments) throws Exception {
        CniSettings settings =
                CniSettings.of(Path.of(arguments[0]), List.of(Path.of(arguments[1])), Path.of(arguments[2]));
        ContainerId container = new ContainerId(UUID.fromString(arguments[3]));
        CniRuntime runtime = CniRuntime.open(settings);
        runtime.attach(NetworkRequest.of(container, "plot", "eth0", Path.of(arguments[4]))
                .withPorts(List.of(new PortMapping(31006, 80, PortMapping.Protocol.TCP))));
        runtime.detach(container);
    }
}
