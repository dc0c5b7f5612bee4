package dev.polder.isolation.host;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.Ability;
import dev.polder.isolation.CapabilitiesIsolator;
import dev.polder.isolation.DeviceRule;
import dev.polder.isolation.Isolator;
import dev.polder.isolation.Namespace;
import dev.polder.isolation.NamespaceIsolator;
import dev.polder.isolation.NamespaceProbe;
import dev.polder.isolation.NoNewPrivilegesIsolator;
import dev.polder.isolation.PortRanges;
import dev.polder.isolation.PrivilegeProbe;
import dev.polder.isolation.RlimitsIsolator;
import dev.polder.isolation.cgroup.CgroupIsolator;
import dev.polder.isolation.cgroup.CgroupSettings;
import dev.polder.isolation.cgroup.Cgroups;
import dev.polder.isolation.cgroup.Controller;
import dev.polder.isolation.runtime.SeccompProfiles;
import dev.polder.isolation.volume.VolumeKind;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What this host can do of what a node wants, found out once at its start. What has to be given back is given back by the
 * isolators when they are closed, and by {@link #images}, to be closed after them.
 */
public final class HostIsolation implements Closeable {
    private final List<Ability> abilities;
    private final List<Isolator> isolators;
    private final Set<IsolatorName> names;
    private final Optional<HostImages> images;
    private final Optional<HostDocker> docker;

    private HostIsolation(
            List<Ability> abilities,
            List<Isolator> isolators,
            Set<IsolatorName> names,
            Optional<HostImages> images,
            Optional<HostDocker> docker) {
        this.abilities = List.copyOf(abilities);
        this.isolators = List.copyOf(isolators);
        this.names = Collections.unmodifiableSet(names);
        this.images = images;
        this.docker = docker;
    }

    /** Where the images of a node are, and how it comes by them. */
    public record ImagePlace(Path directory, ImageSettings settings) {
        /** Refuses null. */
        public ImagePlace {
            requireNonNull(directory, "directory");
            requireNonNull(settings, "settings");
        }
    }

    /** Where a node keeps what it knows of volumes, and which it gives. */
    public record VolumePlace(Path directory, VolumeSettings settings) {
        /** Refuses null. */
        public VolumePlace {
            requireNonNull(directory, "directory");
            requireNonNull(settings, "settings");
        }
    }

    /** Where a node keeps what it knows of networks, and which there are. */
    public record NetworkPlace(Path directory, NetworkSettings settings) {
        /** Refuses null. */
        public NetworkPlace {
            requireNonNull(directory, "directory");
            requireNonNull(settings, "settings");
        }
    }

    /**
     * Where a node keeps what it knows of ports, and how it watches them.
     *
     * @param ofAgent the ports that the node has to offer
     */
    public record PortsPlace(Path directory, String threadName, PortRanges ofAgent, PortsSettings settings) {
        /** Refuses null. */
        public PortsPlace {
            requireNonNull(directory, "directory");
            requireNonNull(threadName, "threadName");
            requireNonNull(ofAgent, "ofAgent");
            requireNonNull(settings, "settings");
        }
    }

    /** Where a node notes which containers have which graphics processors, and where the nodes of these are. */
    public record GpuPlace(Path directory, Path dev) {
        /** Refuses null. */
        public GpuPlace {
            requireNonNull(directory, "directory");
            requireNonNull(dev, "dev");
        }
    }

    /** Where a node notes which containers a Docker engine runs for it, and which engine that is. */
    public record DockerPlace(Path directory, String nodeName, DockerSettings settings) {
        /** Refuses null. */
        public DockerPlace {
            requireNonNull(directory, "directory");
            requireNonNull(nodeName, "nodeName");
            requireNonNull(settings, "settings");
        }
    }

    /**
     * Where a node keeps what it knows of what not every node has.
     *
     * @param images empty for a node without images
     * @param volumes empty for a node without volumes
     * @param networks empty for a node without networks
     * @param docker empty for a node without an engine
     * @param ports empty for a node that watches no ports
     * @param gpus empty for a node without graphics processors
     */
    public record Places(
            Optional<ImagePlace> images,
            Optional<VolumePlace> volumes,
            Optional<NetworkPlace> networks,
            Optional<DockerPlace> docker,
            Optional<PortsPlace> ports,
            Optional<GpuPlace> gpus) {
        /** Of a node that has none of that. */
        public static final Places NONE = new Places(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());

        /** Refuses null. */
        public Places {
            requireNonNull(images, "images");
            requireNonNull(volumes, "volumes");
            requireNonNull(networks, "networks");
            requireNonNull(docker, "docker");
            requireNonNull(ports, "ports");
            requireNonNull(gpus, "gpus");
        }

        /** Returns these with a place for images. */
        public Places with(ImagePlace place) {
            return new Places(Optional.of(place), volumes, networks, docker, ports, gpus);
        }

        /** Returns these with a place for volumes. */
        public Places with(VolumePlace place) {
            return new Places(images, Optional.of(place), networks, docker, ports, gpus);
        }

        /** Returns these with a place for networks. */
        public Places with(NetworkPlace place) {
            return new Places(images, volumes, Optional.of(place), docker, ports, gpus);
        }

        /** Returns these with a place for an engine. */
        public Places with(DockerPlace place) {
            return new Places(images, volumes, networks, Optional.of(place), ports, gpus);
        }

        /** Returns these with a place for what is known of ports. */
        public Places with(PortsPlace place) {
            return new Places(images, volumes, networks, docker, Optional.of(place), gpus);
        }

        /** Returns these with a place for graphics processors. */
        public Places with(GpuPlace place) {
            return new Places(images, volumes, networks, docker, ports, Optional.of(place));
        }
    }

    /**
     * Tries what is wanted. Takes some hundred milliseconds as root, as containers are run for it; some tens otherwise.
     *
     * @param groupName tells nodes of one host apart, see {@link CgroupSettings}
     * @throws IOException if this host cannot do what is required, or lacks a device that is to be allowed or a profile of
     *     system calls; then nothing is left
     */
    public static HostIsolation find(String groupName, IsolationSettings settings, Places places) throws IOException {
        return find(groupName, settings, places, Path.of("/proc"));
    }

    static HostIsolation find(String groupName, IsolationSettings settings, Places places, Path proc)
            throws IOException {
        checkSeccomp(settings, places);
        List<DeviceRule> devices = settings.wanted().contains(IsolatorName.CGROUPS_DEVICES)
                ? settings.devices().rules()
                : List.of();
        Set<Controller> controllers = EnumSet.noneOf(Controller.class);
        Set<Namespace> namespaces = EnumSet.noneOf(Namespace.class);
        for (IsolatorName name : settings.wanted()) {
            name.controller().ifPresent(controllers::add);
            name.namespace().ifPresent(namespaces::add);
        }
        Map<Namespace, String> refusals = NamespaceProbe.refusals(namespaces);
        Optional<Cgroups> cgroups = discover(groupName, controllers, proc);
        Trials trials =
                Trials.of(settings, places, cgroups.isPresent() && cgroups.get().has(Controller.DEVICES));
        Map<IsolatorName, Ability> rows = new EnumMap<>(IsolatorName.class);
        for (IsolatorName name : settings.wanted()) {
            rows.put(name, trials.ability(name).orElseGet(() -> ability(name, refusals, cgroups)));
        }
        Set<IsolatorName> able = EnumSet.noneOf(IsolatorName.class);
        rows.forEach((name, row) -> {
            if (row.available()) {
                able.add(name);
            }
        });
        Optional<Ability> missing = settings.required().stream()
                .filter(name -> !able.contains(name))
                .map(rows::get)
                .findFirst();
        boolean usesGroups = able.stream().anyMatch(name -> name.controller().isPresent());
        if (missing.isPresent() || !usesGroups) {
            cgroups.ifPresent(Cgroups::removeRoots);
        }
        if (missing.isPresent()) {
            trials.close();
            throw new IOException("isolation: this host lacks what is required: " + missing.get());
        }
        List<Isolator> isolators = new ArrayList<>();
        // the control groups are told of the devices that it gives
        trials.gpus().isolator().ifPresent(isolators::add);
        if (usesGroups) {
            isolators.add(new CgroupIsolator(cgroups.orElseThrow(), devices));
        }
        able.forEach(name -> name.namespace().map(NamespaceIsolator::new).ifPresent(isolators::add));
        able.forEach(name -> privilegeIsolator(name, settings).ifPresent(isolators::add));
        isolators.addAll(trials.isolators());
        return new HostIsolation(
                List.copyOf(rows.values()),
                isolators,
                able,
                trials.images().images(),
                trials.docker().docker());
    }

    private static Ability ability(IsolatorName name, Map<Namespace, String> refusals, Optional<Cgroups> cgroups) {
        if (name.namespace().isPresent()) {
            return ability(name, refusals.getOrDefault(name.namespace().get(), ""), "unshare");
        }
        return name.controller().isPresent() ? ability(name, cgroups.orElseThrow()) : abilityOfPrivileges(name);
    }

    /** An operator who names a profile does not want a node without it. */
    private static void checkSeccomp(IsolationSettings settings, Places places) throws IOException {
        if (places.images().isPresent() && settings.wanted().contains(IsolatorName.DOCKER_RUNTIME)) {
            ImageSettings images = places.images().get().settings();
            if (images.seccompProfile().isPresent()) {
                SeccompProfiles unused = SeccompProfiles.open(images.seccompDirectory(), images.seccompProfile());
            }
        }
    }

    private static Optional<Cgroups> discover(String groupName, Set<Controller> wanted, Path proc) {
        if (wanted.isEmpty()) {
            return Optional.empty();
        }
        Set<Controller> controllers = EnumSet.copyOf(wanted);
        if (controllers.contains(Controller.CPU)) {
            // what is used is measured where it is shared out; version 2 has both in one
            controllers.add(Controller.CPUACCT);
        }
        return Optional.of(Cgroups.discover(
                CgroupSettings.of(groupName).withWanted(controllers).withProc(proc)));
    }

    private static Ability ability(IsolatorName name, Cgroups cgroups) {
        String controller = name.controller().map(Controller::toString).orElse("");
        return cgroups.abilities().stream()
                .filter(row -> row.name().equals(controller))
                .map(row -> new Ability(name.toString(), row.available(), row.detail()))
                .findFirst()
                .orElseThrow();
    }

    private static Ability ability(IsolatorName name, String refusal, String program) {
        return new Ability(name.toString(), refusal.isEmpty(), refusal.isEmpty() ? "by " + program : refusal);
    }

    private static Ability abilityOfPrivileges(IsolatorName name) {
        return switch (name) {
            case LINUX_CAPABILITIES -> ability(name, PrivilegeProbe.refusalOfCapabilities(), "setpriv");
            case LINUX_NNP -> ability(name, PrivilegeProbe.refusalOfNoNewPrivileges(), "setpriv");
            case POSIX_RLIMITS -> ability(name, PrivilegeProbe.refusalOfRlimits(), "prlimit");
            default -> throw new IllegalArgumentException(name + " has nothing to do with privileges");
        };
    }

    private static Optional<Isolator> privilegeIsolator(IsolatorName name, IsolationSettings settings) {
        return switch (name) {
            case LINUX_CAPABILITIES ->
                Optional.of(new CapabilitiesIsolator(
                        settings.privileges().effective(), settings.privileges().bounding()));
            case LINUX_NNP -> Optional.of(new NoNewPrivilegesIsolator());
            case POSIX_RLIMITS -> Optional.of(new RlimitsIsolator());
            default -> Optional.empty();
        };
    }

    /** Gives everything back, for who has handed the isolators to nobody. */
    @Override
    public void close() throws IOException {
        isolators.forEach(Isolator::close);
        if (images.isPresent()) {
            images.get().close();
        }
    }

    /** Returns what was tried, a row an isolator. */
    public List<Ability> abilities() {
        return abilities;
    }

    /** Returns the isolators, in the order in which they prepare. */
    public List<Isolator> isolators() {
        return isolators;
    }

    /** Returns the images of this node; empty if it has none. To be closed after the isolators. */
    public Optional<HostImages> images() {
        return images;
    }

    /** Returns the Docker engine of this node; empty if it has none. */
    public Optional<HostDocker> docker() {
        return docker;
    }

    /** Returns why this node has no images, in words; empty if it has. */
    public String imagesRefusal() {
        if (images.isPresent()) {
            return "";
        }
        return abilities.stream()
                .filter(row -> row.name().equals(IsolatorName.DOCKER_RUNTIME.toString()))
                .map(Ability::toString)
                .findFirst()
                .orElse(IsolatorName.DOCKER_RUNTIME + " is not among the isolators of this agent");
    }

    /** Returns the names of those that this host can do. */
    public Set<IsolatorName> names() {
        return names;
    }

    /** Returns why this node has no volumes of a kind, in words; empty if it has. */
    public String volumesRefusal(VolumeKind kind) {
        return refusal(IsolatorName.of(kind));
    }

    /** Returns why this node attaches nothing to networks, in words; empty if it does. */
    public String networksRefusal() {
        return refusal(IsolatorName.NETWORK_CNI);
    }

    private String refusal(IsolatorName name) {
        return abilities.stream()
                .filter(row -> row.name().equals(name.toString()))
                .map(row -> row.available() ? "" : row.toString())
                .findFirst()
                .orElse(name + " is not among the isolators of this agent");
    }

    /** Returns the names of those that this host can do, separated by commas; {@code none} where there is nothing. */
    public String text() {
        return names.isEmpty() ? "none" : IsolationSettings.text(names);
    }
}
