package dev.polder;

import dev.polder.agent.SandboxSettings;
import dev.polder.isolation.PortRanges;
import dev.polder.isolation.host.DeviceSettings;
import dev.polder.isolation.host.DockerSettings;
import dev.polder.isolation.host.ImageSettings;
import dev.polder.isolation.host.IsolationSettings;
import dev.polder.isolation.host.NetworkSettings;
import dev.polder.isolation.host.PortsSettings;
import dev.polder.isolation.host.VolumeSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/**
 * All settings of a node: immutable, checked together when built. Each has a builder method and a property of the same
 * name; {@link #toString()} of one that was built without settings lists the defaults.
 */
public final class ClusterConfig {
    private final Builder values;

    private ClusterConfig(Builder values) {
        this.values = values;
    }

    /** Returns a builder with all defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Reads settings from properties; keys begin with {@code polder.}, other keys are not looked at.
     *
     * @throws IllegalArgumentException if a key is not known or a value is not acceptable; lists every mistake
     */
    public static ClusterConfig from(Properties properties) {
        Builder builder = builder();
        List<String> mistakes = new ArrayList<>();
        for (String name : new TreeSet<>(properties.stringPropertyNames())) {
            if (name.startsWith(ClusterConfigKeys.PREFIX)) {
                String mistake = ClusterConfigKeys.apply(builder, name, properties.getProperty(name));
                if (!mistake.isEmpty()) {
                    mistakes.add(mistake);
                }
            }
        }
        mistakes.addAll(builder.mistakes());
        throwIfAny(mistakes);
        return new ClusterConfig(builder.copy());
    }

    private static void throwIfAny(List<String> mistakes) {
        if (!mistakes.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", mistakes));
        }
    }

    /** Returns the node's name. */
    public String name() {
        return values.name;
    }

    /** Returns where the node keeps what must last; empty for a temporary directory that is deleted at close. */
    public Optional<Path> dataDir() {
        return values.dataDir;
    }

    /** Returns the address to listen on. */
    public String bind() {
        return values.bind;
    }

    /** Returns the address under which others reach this node. */
    public String advertise() {
        return values.advertise.isEmpty() ? values.bind : values.advertise;
    }

    /** Returns the port of the master's HTTP APIs, 0 for any free one. */
    public int masterPort() {
        return values.masterPort;
    }

    /** Returns the port of the agent's HTTP endpoints, 0 for any free one. */
    public int agentPort() {
        return values.agentPort;
    }

    /** Returns the port for other members of the cluster; a cluster of one does not open it. */
    public int raftPort() {
        return values.raftPort;
    }

    /** Returns the members of the cluster, {@code host:raftPort}; empty for a cluster of one. */
    public List<String> seeds() {
        return values.seeds;
    }

    /** Tells whether this node is to become a master of a cluster that exists. */
    public boolean join() {
        return values.join;
    }

    /** Returns by what the members know each other. */
    RaftCredentials raftCredentials() {
        return values.raftCredentials;
    }

    /** Returns what the node does. */
    public Set<NodeRole> roles() {
        return values.roles;
    }

    /** Returns the agent's resources as text, what is not named is detected. */
    public String resources() {
        return values.resources;
    }

    /** Returns the agent's attributes as text. */
    public String attributes() {
        return values.attributes;
    }

    /** Returns below which directory the state of running containers is; empty for the data directory. */
    Optional<Path> runtimeDir() {
        return values.runtimeDir;
    }

    /** Returns how long an offer stands unanswered. */
    public Duration offerTimeout() {
        return values.offerTimeout;
    }

    /** Returns the shortest decline filter. */
    public Duration reofferDelay() {
        return values.reofferDelay;
    }

    /** Returns how long an agent may be away before it is unreachable. */
    public Duration agentTimeout() {
        return values.agentTimeout;
    }

    /** Returns how long every framework may be away after a change of leader. */
    public Duration frameworkReturnTimeout() {
        return values.frameworkReturnTimeout;
    }

    /** Returns how long a member waits without a leader before it stands for election; the same for all members. */
    public Duration electionTimeout() {
        return values.electionTimeout;
    }

    /** Returns how often a subscribed framework hears of its master. */
    public Duration heartbeatInterval() {
        return values.heartbeatInterval;
    }

    /** Returns what the agent keeps its tasks apart by. */
    public IsolationSettings isolation() {
        return IsolationSettings.parse(values.isolation, values.isolationRequired)
                .withCapabilities(values.effectiveCapabilities, values.boundingCapabilities)
                .withDevices(DeviceSettings.parse(values.allowedDevices).withGpus(values.nvidiaGpuDevices));
    }

    /** Returns how the agent keeps its sandboxes within bounds. */
    public SandboxSettings sandboxSettings() {
        return values.sandboxes;
    }

    /** Returns how the agent watches on which ports tasks listen. */
    public PortsSettings ports() {
        return values.ports;
    }

    /** Returns to which networks the agent attaches tasks. */
    public NetworkSettings networks() {
        return values.networks;
    }

    /** Returns which volumes the agent gives. */
    public VolumeSettings volumes() {
        return values.volumes;
    }

    /** Returns how the agent comes by images, and how many it keeps. */
    public ImageSettings images() {
        return values.images;
    }

    /** Returns which Docker engine runs containers for the agent. */
    public DockerSettings docker() {
        return values.docker;
    }

    /** Returns how the master shares out. */
    public OfferConfig offers() {
        return values.offers;
    }

    /** Tells whether the node may listen beyond loopback although nobody has to prove who he is. */
    public boolean trustNetwork() {
        return values.trustNetwork;
    }

    /** Tells whether tasks go on when the node is closed, to be found again by its next start. */
    public boolean keepTasksOnClose() {
        return values.keepTasksOnClose;
    }

    @Override
    public String toString() {
        return ClusterConfigKeys.print(values);
    }

    /** Collects settings. Not for use by several threads. */
    public static final class Builder {
        String name = "polder";
        Optional<Path> dataDir = Optional.empty();
        String bind = "127.0.0.1";
        String advertise = "";
        int masterPort;
        int agentPort;
        int raftPort;
        List<String> seeds = List.of();
        boolean join;
        RaftCredentials raftCredentials = RaftCredentials.NONE;
        Set<NodeRole> roles = EnumSet.allOf(NodeRole.class);
        String resources = "";
        String attributes = "";
        Optional<Path> runtimeDir = Optional.empty();
        String isolation = "auto";
        String isolationRequired = "";
        String effectiveCapabilities = "";
        String boundingCapabilities = "";
        String allowedDevices = "";
        String nvidiaGpuDevices = "";
        ImageSettings images = ImageSettings.DEFAULT;
        VolumeSettings volumes = VolumeSettings.DEFAULT;
        NetworkSettings networks = NetworkSettings.DEFAULT;
        DockerSettings docker = DockerSettings.DEFAULT;
        PortsSettings ports = PortsSettings.DEFAULT;
        SandboxSettings sandboxes = SandboxSettings.DEFAULT;
        Duration offerTimeout = Duration.ofMinutes(2);
        Duration reofferDelay = Duration.ofSeconds(1);
        Duration agentTimeout = Duration.ofSeconds(75);
        Duration frameworkReturnTimeout = Duration.ofSeconds(60);
        Duration electionTimeout = Duration.ofMillis(500);
        Duration heartbeatInterval = Duration.ofSeconds(15);
        OfferConfig offers = OfferConfig.DEFAULT;
        boolean trustNetwork;
        boolean keepTasksOnClose;

        private Builder() {}

        /** The node's name, for people and for thread names. Default {@code polder}. */
        public Builder name(String value) {
            name = value;
            return this;
        }

        /** Where the node keeps what must last. Default: a temporary directory that is deleted at close. */
        public Builder dataDir(Path value) {
            dataDir = Optional.of(value);
            return this;
        }

        /** The address to listen on. Default {@code 127.0.0.1}. */
        public Builder bind(String value) {
            bind = value;
            return this;
        }

        /** The address under which others reach this node. Default: the one it listens on. */
        public Builder advertise(String value) {
            advertise = value;
            return this;
        }

        /** The port of the master's HTTP APIs. Default 0, any free one. */
        public Builder masterPort(int value) {
            masterPort = value;
            return this;
        }

        /** The port of the agent's HTTP endpoints. Default 0, any free one. */
        public Builder agentPort(int value) {
            agentPort = value;
            return this;
        }

        /** The port for other members; a cluster of one does not open it. Default 0; with seeds a master needs one. */
        public Builder raftPort(int value) {
            raftPort = value;
            return this;
        }

        /**
         * The members of the cluster, each as {@code host:raftPort}, the same on every node in any order. A node with the
         * role master is the one that equals its own advertised host and Raft port; a node that is only an agent finds the
         * leader by them. They stay those of the first start, whoever is a member later. Default: none, a cluster of one.
         */
        public Builder seeds(String... value) {
            seeds = List.of(value);
            return this;
        }

        /**
         * Has a node with the role master join a cluster that exists: the seeds are some masters of that; if this
         * node is among them, for it was one before it lost its disk, it is left out. It waits, and decides nothing,
         * until the cluster is told of it, see {@link ClusterNode#addMember}. Its data directory remembers that: at later
         * starts it makes no difference. Default false.
         */
        public Builder join(boolean value) {
            join = value;
            return this;
        }

        /**
         * A file of at least 32 random bytes, the same on every node: whoever does not know them gets no word on the Raft
         * port, and nobody can change what others say there; it can be read. Default: none, whoever reaches the port may
         * take part.
         */
        public Builder raftSecretFile(Path value) {
            raftCredentials = raftCredentials.withSecret(value);
            return this;
        }

        /**
         * The node's certificate for the Raft port, PEM, with those between it and one of {@link #raftTrust}; a master's
         * names its host. With it all is encrypted, by TLS 1.3, and both ends prove who they are. Read again when it has
         * changed. Needs {@link #raftKey} and {@link #raftTrust}. Default: none.
         */
        public Builder raftCertificate(Path value) {
            raftCredentials = raftCredentials.withCertificate(value);
            return this;
        }

        /** The private key of {@link #raftCertificate}, PEM, PKCS#8, not encrypted. Default: none. */
        public Builder raftKey(Path value) {
            raftCredentials = raftCredentials.withKey(value);
            return this;
        }

        /** The certificates of who may vouch for other nodes, PEM. Default: none. */
        public Builder raftTrust(Path value) {
            raftCredentials = raftCredentials.withTrust(value);
            return this;
        }

        /** What the node does. Default: everything. */
        public Builder roles(Set<NodeRole> value) {
            roles = value.isEmpty() ? Set.of() : EnumSet.copyOf(value);
            return this;
        }

        /** The agent's resources, {@code cpus:4;mem:1024;ports:[31000-31999]}. Default: what the machine has. */
        public Builder resources(String value) {
            resources = value;
            return this;
        }

        /** The agent's attributes, {@code rack:r1;zone:7}. Default: none. */
        public Builder attributes(String value) {
            attributes = value;
            return this;
        }

        /**
         * Below which directory the state of running containers is, absolute: best one in memory, as {@code /run/polder} is
         * where root runs the node. On a disk it is what many launches a second wait for; after a restart of the host it
         * tells nothing but how those have ended that ended while the node was away. Made if it is missing; it must be the
         * node's user's or root's, and nobody else may write to it. The node has a directory of its own there, which it
         * removes at close, unless the end of a container is still to be told; one that is killed and never started again
         * leaves it until the host is restarted. While containers are there it cannot be changed. Default: the data
         * directory.
         */
        public Builder runtimeDir(Path value) {
            runtimeDir = Optional.of(value);
            return this;
        }

        /**
         * What the agent keeps its tasks apart by: names of Mesos's isolators, {@code cgroups/mem,namespaces/pid}, of which
         * this host must have all; {@code none}; or {@code auto}, control groups where this host has them, images where it
         * has an OCI runtime, volumes where the node is root's, networks where they are set up, too ({@link #cniConfigDir}), and
         * a Docker engine where one answers. Images by name are {@code filesystem/linux,docker/runtime}, volumes {@code
         * volume/host_path}, {@code volume/sandbox_path}, {@code volume/image}, which come with the first of these, {@code
         * volume/secret} and {@code docker/volume}, networks {@code network/cni}, and the engine is {@code docker}. By name
         * alone there are {@code network/ports}, see {@link #enforceContainerPorts}, {@code cgroups/devices}, see {@link
         * #allowedDevices}, {@code cgroups/pids}, {@code cgroups/cpuset}, {@code cgroups/blkio}, {@code cgroups/hugetlb},
         * {@code cgroups/net_cls}, {@code gpu/nvidia}, see {@link #nvidiaGpuDevices}, and {@code cgroups/all} for what the
         * host has of all groups. Default {@code auto}.
         */
        public Builder isolation(String value) {
            isolation = value;
            return this;
        }

        /** With {@code auto}, the isolators without which the node does not start, by their names. Default: none. */
        public Builder isolationRequired(String value) {
            isolationRequired = value;
            return this;
        }

        /**
         * The rights of root that tasks have which do not say what they want: {@code NET_RAW,MKNOD}, or {@code none}.
         * Default: empty, those that their users have.
         */
        public Builder effectiveCapabilities(String value) {
            effectiveCapabilities = value;
            return this;
        }

        /**
         * The rights of root that a task can get at most: {@code NET_RAW,MKNOD}, or {@code none}. Default: empty, no
         * bound.
         */
        public Builder boundingCapabilities(String value) {
            boundingCapabilities = value;
            return this;
        }

        /**
         * Where profiles of system calls are, in the format of Docker's, of which tasks in images may choose one by the name
         * of its file ({@code linux/seccomp}, in {@code auto}); absolute, read again when they change. Default: nowhere.
         */
        public Builder seccompConfigDir(Path value) {
            images = images.withSeccomp(Optional.of(value), images.seccompProfile());
            return this;
        }

        /** Of the profiles in {@link #seccompConfigDir}, the one of tasks in images that choose none. Default: like Docker's. */
        public Builder seccompProfileName(String value) {
            images = images.withSeccomp(
                    images.seccompDirectory(), value.isEmpty() ? Optional.empty() : Optional.of(value));
            return this;
        }

        /**
         * The devices that tasks may use beside the usual ones, with {@code cgroups/devices}, in the form of Mesos's flag:
         * {@code {"allowed_devices":[{"device":{"path":"/dev/fuse"},"access":{"read":true,"write":true}}]}}. Default: none.
         */
        public Builder allowedDevices(String value) {
            allowedDevices = value;
            return this;
        }

        /**
         * The graphics processors that tasks are given, with {@code gpu/nvidia}: the numbers of their nodes, {@code 0,1} for
         * {@code /dev/nvidia0} and {@code /dev/nvidia1}. As many as {@link #resources} has of {@code gpus}. Default: none.
         */
        public Builder nvidiaGpuDevices(String value) {
            nvidiaGpuDevices = value;
            return this;
        }

        /**
         * Where the agent keeps images, as an absolute path; one node at a time uses it. Default: below its data directory.
         */
        public Builder imageStoreDir(Path value) {
            images = images.withStore(value);
            return this;
        }

        /**
         * The registry of images whose name has none, {@code host[:port]}; or, as with Mesos's {@code --docker_registry}, a
         * directory of this host from which all images come, {@code NAME:TAG.tar} of {@code docker save} or an OCI layout.
         * Default {@code docker.io}.
         */
        public Builder imageRegistry(String value) {
            images = images.withRegistryDefault(value);
            return this;
        }

        /**
         * Registries that are talked to without TLS, {@code host[:port]}; those on a loopback address are in any case.
         * Default: none.
         */
        public Builder imageInsecureRegistries(Set<String> value) {
            images = images.withInsecureRegistries(value);
            return this;
        }

        /**
         * A {@code config.json} of Docker with who the agent is to registries, unless a task says otherwise. Default: none,
         * nobody.
         */
        public Builder imageCredentialsFile(Path value) {
            images = images.withCredentialsFile(value);
            return this;
        }

        /**
         * How many bytes all unpacked layers may have together before those go that no container uses; they go, too, when
         * less than a tenth of the disk is free. Default 64 GiB.
         */
        public Builder imageStoreBytesMax(long value) {
            images = images.withBytesMax(value, images.layerBytesMax());
            return this;
        }

        /**
         * Below which paths of the host tasks may have volumes, absolute; {@code /} for all, as with Mesos. What such a path
         * leads to by links must be below one of these, too. Default: none.
         */
        public Builder hostPathVolumeAllow(List<Path> value) {
            volumes = volumes.withHostPathsAllowed(value);
            return this;
        }

        /**
         * Where plug-ins for volumes, of the kind that Docker uses, make themselves known by {@code NAME.sock} or {@code
         * NAME.spec}. Default: where Docker looks for them, {@code /run/docker/plugins}, {@code /etc/docker/plugins} and
         * {@code /usr/lib/docker/plugins}.
         */
        public Builder dockerVolumePluginDirs(List<Path> value) {
            volumes = volumes.withDockerPluginDirectories(value);
            return this;
        }

        /**
         * Where files say to which networks tasks can be attached, by the Container Network Interface: {@code *.conf} and
         * {@code *.conflist}, read at each launch; absolute. Default: nowhere, and tasks have the host's network.
         */
        public Builder cniConfigDir(Path value) {
            networks = networks.withConfigurations(value);
            return this;
        }

        /**
         * Where the plug-ins of networks are, absolute; the first directory that has one counts. Default: {@code
         * /opt/cni/bin} and {@code /usr/lib/cni}.
         */
        public Builder cniPluginsDir(List<Path> value) {
            networks = networks.withPlugins(value);
            return this;
        }

        /**
         * Where the Docker engine listens that runs tasks with containers of the type DOCKER, as an absolute path. Where there
         * is none, no such tasks run. Default {@code /var/run/docker.sock}.
         */
        public Builder dockerSocket(Path value) {
            docker = new DockerSettings(value);
            return this;
        }

        /** The largest layer that is fetched, in bytes as it comes. Default 10 GiB. */
        public Builder imageLayerBytesMax(long value) {
            images = images.withBytesMax(images.storeBytesMax(), value);
            return this;
        }

        /**
         * How long a sandbox is kept after its task has ended, on an empty disk: the fuller the disk is, the less. Default 7
         * days.
         */
        public Builder gcDelay(Duration value) {
            sandboxes = sandboxes.withCollecting(
                    value, sandboxes.gcDiskHeadroomThousandths(), sandboxes.diskWatchInterval());
            return this;
        }

        /** The part of the disk that is to stay free of old sandboxes, in thousandths. Default 100, a tenth. */
        public Builder gcDiskHeadroom(int thousandths) {
            sandboxes = sandboxes.withCollecting(sandboxes.gcDelay(), thousandths, sandboxes.diskWatchInterval());
            return this;
        }

        /** How often the disk is looked at, and old sandboxes are deleted. Default 1 min. */
        public Builder diskWatchInterval(Duration value) {
            sandboxes = sandboxes.withCollecting(sandboxes.gcDelay(), sandboxes.gcDiskHeadroomThousandths(), value);
            return this;
        }

        /**
         * How large a segment of a task's {@code stdout} is, in bytes, a multiple of 64 KiB: the last ten full ones are
         * kept; 0 to keep all. Default 10 MiB.
         */
        public Builder maxStdoutSize(long bytes) {
            sandboxes = sandboxes.withOutput(bytes, sandboxes.maxStderrSize());
            return this;
        }

        /** The same of a task's {@code stderr}. */
        public Builder maxStderrSize(long bytes) {
            sandboxes = sandboxes.withOutput(sandboxes.maxStdoutSize(), bytes);
            return this;
        }

        /** How often it is measured what each task's sandbox takes of the disk. Default 15 s. */
        public Builder containerDiskWatchInterval(Duration value) {
            sandboxes = sandboxes.withContainerDisk(value, sandboxes.enforceContainerDiskQuota());
            return this;
        }

        /** Ends tasks whose sandboxes take more of the disk than the tasks have of it. Default false. */
        public Builder enforceContainerDiskQuota(boolean value) {
            sandboxes = sandboxes.withContainerDisk(sandboxes.containerDiskWatchInterval(), value);
            return this;
        }

        /** How often it is looked at on which ports tasks listen, with {@code network/ports}. Default 30 s. */
        public Builder containerPortsWatchInterval(Duration value) {
            ports = ports.withWatchInterval(value);
            return this;
        }

        /** Ends tasks that listen on ports which are not theirs, with {@code network/ports}. Default false: the log says so. */
        public Builder enforceContainerPorts(boolean value) {
            ports = ports.withEnforced(value);
            return this;
        }

        /**
         * Looks at no other ports than those that the agent has to offer; not together with {@link
         * #containerPortsIsolatedRange}. Default false: at all.
         */
        public Builder checkAgentPortRangeOnly(boolean value) {
            ports = ports.withAgentRangeOnly(value);
            return this;
        }

        /** Looks at these ports alone; empty for all. Default: all. */
        public Builder containerPortsIsolatedRange(Optional<PortRanges> value) {
            ports = ports.withIsolatedRange(value);
            return this;
        }

        /** How long an offer stands unanswered. Default 2 min. */
        public Builder offerTimeout(Duration value) {
            offerTimeout = value;
            return this;
        }

        /** The shortest decline filter. Default 1 s. */
        public Builder reofferDelay(Duration value) {
            reofferDelay = value;
            return this;
        }

        /** How long an agent may be away before it is unreachable. Default 75 s. */
        public Builder agentTimeout(Duration value) {
            agentTimeout = value;
            return this;
        }

        /** How long every framework may be away after a change of leader. Default 60 s. */
        public Builder frameworkReturnTimeout(Duration value) {
            frameworkReturnTimeout = value;
            return this;
        }

        /**
         * How long a member waits without a leader before it stands for election. Default 500 ms. May be changed one member
         * at a time; to make it shorter, keep each member down for as long as the one it had before.
         */
        public Builder electionTimeout(Duration value) {
            electionTimeout = value;
            return this;
        }

        /**
         * How often a subscribed framework hears of its master. One that hears nothing five times in a row takes the master
         * for lost, the more often, the sooner; a master whose process dies is noticed at once in any case. Default 15 s.
         */
        public Builder heartbeatInterval(Duration value) {
            heartbeatInterval = value;
            return this;
        }

        /**
         * What an offer must have at least, unless a framework says otherwise for a role: one of some alternatives.
         * Default {@code cpus:0.01|mem:32}; empty for everything.
         */
        public Builder minAllocatableResources(String value) {
            offers = offers.withMinAllocatableResources(value);
            return this;
        }

        /** Keeps agents with GPUs for frameworks that know of them. Default true. */
        public Builder filterGpuResources(boolean value) {
            offers = offers.withFilterGpuResources(value);
            return this;
        }

        /** The order among sibling roles. Default DRF. */
        public Builder roleSorter(OfferConfig.Sorter value) {
            offers = offers.withSorters(value, offers.frameworkSorter());
            return this;
        }

        /** The order among the frameworks of a role. Default DRF. */
        public Builder frameworkSorter(OfferConfig.Sorter value) {
            offers = offers.withSorters(offers.roleSorter(), value);
            return this;
        }

        /** Scalars that do not count for shares. Default none. */
        public Builder fairSharingExcludedResourceNames(Set<String> value) {
            offers = offers.withFairShareExcluded(value);
            return this;
        }

        /** How large a regular expression of an offer constraint may be, in bytes. Default 4096. */
        public Builder offerConstraintsRe2MaxMem(int value) {
            offers = offers.withRegexLimits(value, offers.regexProgramMax());
            return this;
        }

        /** How large a regular expression of an offer constraint may be, in instructions. Default 100. */
        public Builder offerConstraintsRe2MaxProgramSize(int value) {
            offers = offers.withRegexLimits(offers.regexMemoryMax(), value);
            return this;
        }

        /** Allows an address beyond loopback although nobody has to prove who he is. Default false. */
        public Builder trustNetwork(boolean value) {
            trustNetwork = value;
            return this;
        }

        /** Lets tasks go on when the node is closed; needs a data directory. Default false. */
        public Builder keepTasksOnClose(boolean value) {
            keepTasksOnClose = value;
            return this;
        }

        /**
         * Checks all settings together.
         *
         * @throws IllegalArgumentException if any is not acceptable; lists every mistake
         */
        public ClusterConfig build() {
            throwIfAny(mistakes());
            return new ClusterConfig(copy());
        }

        List<String> mistakes() {
            return ClusterConfigKeys.mistakes(this);
        }

        private Builder copy() {
            Builder copy = new Builder();
            copy.name = name;
            copy.dataDir = dataDir;
            copy.bind = bind;
            copy.advertise = advertise;
            copy.masterPort = masterPort;
            copy.agentPort = agentPort;
            copy.raftPort = raftPort;
            copy.seeds = seeds;
            copy.join = join;
            copy.raftCredentials = raftCredentials;
            copy.roles = Set.copyOf(roles);
            copy.resources = resources;
            copy.attributes = attributes;
            copy.runtimeDir = runtimeDir;
            copy.isolation = isolation;
            copy.isolationRequired = isolationRequired;
            copy.effectiveCapabilities = effectiveCapabilities;
            copy.boundingCapabilities = boundingCapabilities;
            copy.allowedDevices = allowedDevices;
            copy.nvidiaGpuDevices = nvidiaGpuDevices;
            copy.images = images;
            copy.volumes = volumes;
            copy.networks = networks;
            copy.docker = docker;
            copy.ports = ports;
            copy.sandboxes = sandboxes;
            copy.offerTimeout = offerTimeout;
            copy.reofferDelay = reofferDelay;
            copy.agentTimeout = agentTimeout;
            copy.frameworkReturnTimeout = frameworkReturnTimeout;
            copy.electionTimeout = electionTimeout;
            copy.heartbeatInterval = heartbeatInterval;
            copy.offers = offers;
            copy.trustNetwork = trustNetwork;
            copy.keepTasksOnClose = keepTasksOnClose;
            return copy;
        }
    }
}
