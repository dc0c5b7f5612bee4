package dev.polder.isolation.docker;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.ContainerId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What runs in a container of an engine, as Mesos's {@code ContainerInfo.docker} and {@code CommandInfo} say it.
 *
 * @param image one that the engine has
 * @param entrypoint instead of the image's; an empty list means none
 * @param command behind the entrypoint, instead of the image's; the image's if it is empty
 * @param environment on top of the image's
 * @param ports only with a network of the kinds BRIDGE and USER
 * @param privileged has all rights and devices of the host
 * @param limits none if empty
 * @param surroundings what else the image would say
 * @param terminal has it a terminal, and an input that stays open?
 * @param parameters applied last; one that is not known is refused when the record is made
 */
public record DockerRun(
        String image,
        Optional<List<String>> entrypoint,
        List<String> command,
        Map<String, String> environment,
        List<DockerMount> mounts,
        DockerNetwork network,
        List<DockerPort> ports,
        boolean privileged,
        Optional<DockerLimits> limits,
        Surroundings surroundings,
        boolean terminal,
        List<DockerParameter> parameters) {
    /** The label whose value is the container's id with us. */
    public static final String LABEL = "dev.polder.container";

    /** How names of containers begin. */
    public static final String NAME_PREFIX = "polder-";

    /** The label whose value is the node that has made the container: nodes may share an engine. */
    public static final String NODE_LABEL = "dev.polder.node";

    /**
     * What a container may have otherwise than its image says; empty leaves it to the image and the engine.
     *
     * @param user a name or a number of the image's, or {@code user:group}
     * @param workingDirectory absolute, in the container
     */
    public record Surroundings(Optional<String> user, Optional<String> hostname, Optional<String> workingDirectory) {
        /** Refuses a directory that is not absolute. */
        public Surroundings {
            workingDirectory.filter(path -> !path.startsWith("/")).ifPresent(path -> {
                throw new IllegalArgumentException("workingDirectory " + path + " is not absolute");
            });
        }

        /** As the image says. */
        public static Surroundings ofTheImage() {
            return new Surroundings(Optional.empty(), Optional.empty(), Optional.empty());
        }
    }

    /** Copies; refuses what the engine could not do, or should not. */
    public DockerRun {
        EngineCalls.image(image);
        entrypoint = entrypoint.map(List::copyOf);
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        mounts = List.copyOf(mounts);
        ports = List.copyOf(ports);
        parameters = List.copyOf(parameters);
        requireNonNull(limits, "limits");
        requireNonNull(surroundings, "surroundings");
        if (!ports.isEmpty() && !network.hasPorts()) {
            throw new IllegalArgumentException("ports " + ports + " do not go with the network " + network.kind());
        }
        for (String name : environment.keySet()) {
            if (name.isEmpty() || name.contains("=")) {
                throw new IllegalArgumentException("environment has a variable named '" + name + "'");
            }
        }
        CreateRequest trial = new CreateRequest();
        parameters.forEach(parameter -> RunOptions.apply(trial, parameter));
    }

    /** An image's own command on the engine's bridge, without limits. */
    public static DockerRun of(String image) {
        return new DockerRun(
                image,
                Optional.empty(),
                List.of(),
                Map.of(),
                List.of(),
                DockerNetwork.of(DockerNetwork.Kind.BRIDGE),
                List.of(),
                false,
                Optional.empty(),
                Surroundings.ofTheImage(),
                false,
                List.of());
    }

    /** Returns this one with a command. */
    public DockerRun withCommand(String... words) {
        return new DockerRun(
                image,
                entrypoint,
                List.of(words),
                environment,
                mounts,
                network,
                ports,
                privileged,
                limits,
                surroundings,
                terminal,
                parameters);
    }

    /** Returns this one in a network, with these ports. */
    public DockerRun withNetwork(DockerNetwork other, DockerPort... its) {
        return new DockerRun(
                image,
                entrypoint,
                command,
                environment,
                mounts,
                other,
                List.of(its),
                privileged,
                limits,
                surroundings,
                terminal,
                parameters);
    }

    /** Returns this one with limits. */
    public DockerRun withLimits(DockerLimits its) {
        return new DockerRun(
                image,
                entrypoint,
                command,
                environment,
                mounts,
                network,
                ports,
                privileged,
                Optional.of(its),
                surroundings,
                terminal,
                parameters);
    }

    /** Returns this one with these mounts, no other ones. */
    public DockerRun withMounts(List<DockerMount> other) {
        return new DockerRun(
                image,
                entrypoint,
                command,
                environment,
                other,
                network,
                ports,
                privileged,
                limits,
                surroundings,
                terminal,
                parameters);
    }

    /** Returns this one with a terminal. */
    public DockerRun withTerminal() {
        return new DockerRun(
                image,
                entrypoint,
                command,
                environment,
                mounts,
                network,
                ports,
                privileged,
                limits,
                surroundings,
                true,
                parameters);
    }

    /** Returns this one with these parameters, no other ones. */
    public DockerRun withParameters(DockerParameter... other) {
        return new DockerRun(
                image,
                entrypoint,
                command,
                environment,
                mounts,
                network,
                ports,
                privileged,
                limits,
                surroundings,
                terminal,
                List.of(other));
    }

    /** Returns the name that a container has at the engine. */
    public static String nameOf(ContainerId id) {
        return NAME_PREFIX + id;
    }

    /** Returns the body of the call that makes the container. */
    Map<String, Object> toCreate(ContainerId id, Optional<String> node) {
        CreateRequest request = new CreateRequest();
        request.put("Image", image);
        entrypoint.ifPresent(words -> request.put("Entrypoint", words));
        if (!command.isEmpty()) {
            request.put("Cmd", command);
        }
        new TreeMap<>(environment).forEach((name, value) -> request.add("Env", name + "=" + value));
        mounts.forEach(mount -> request.addHost("Mounts", mount.toJson()));
        request.putHost("NetworkMode", network.mode());
        for (DockerPort port : ports) {
            request.putIn("ExposedPorts", port.inner(), Map.of());
            request.putInHost("PortBindings", port.inner(), List.of(Map.of("HostPort", Integer.toString(port.host()))));
        }
        request.putHost("Privileged", privileged);
        limits.ifPresent(given -> given.addTo(request));
        surroundings.user().ifPresent(user -> request.put("User", user));
        surroundings.hostname().ifPresent(name -> request.put("Hostname", name));
        surroundings.workingDirectory().ifPresent(path -> request.put("WorkingDir", path));
        request.put("Tty", terminal);
        request.put("OpenStdin", terminal);
        request.putIn("Labels", LABEL, id.toString());
        node.ifPresent(name -> request.putIn("Labels", NODE_LABEL, name));
        parameters.forEach(parameter -> RunOptions.apply(request, parameter));
        return request.toJson();
    }
}
