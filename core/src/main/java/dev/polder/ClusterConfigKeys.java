package dev.polder;

import dev.polder.agent.MachineResources;
import dev.polder.isolation.PortRanges;
import dev.polder.isolation.files.ByteSize;
import dev.polder.isolation.host.DeviceSettings;
import dev.polder.isolation.host.IsolationSettings;
import dev.polder.isolation.host.IsolatorName;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The settings by their property names: how each is read, printed and checked. */
final class ClusterConfigKeys {
    static final String PREFIX = "polder.";

    /** How one setting is read and printed; the name has no prefix. */
    private record Key(
            String name,
            BiConsumer<ClusterConfig.Builder, String> reader,
            Function<ClusterConfig.Builder, Object> printer) {
        String property() {
            return PREFIX + name;
        }
    }

    private static final List<Key> KEYS = List.of(
            new Key("name", (b, text) -> b.name(text), b -> b.name),
            new Key(
                    "data-dir",
                    (b, text) -> b.dataDir(Path.of(text)),
                    b -> b.dataDir.map(Path::toString).orElse("")),
            new Key("bind", (b, text) -> b.bind(text), b -> b.bind),
            new Key("advertise", (b, text) -> b.advertise(text), b -> b.advertise),
            new Key("master-port", (b, text) -> b.masterPort(Integer.parseInt(text)), b -> b.masterPort),
            new Key("agent-port", (b, text) -> b.agentPort(Integer.parseInt(text)), b -> b.agentPort),
            new Key("raft-port", (b, text) -> b.raftPort(Integer.parseInt(text)), b -> b.raftPort),
            new Key("seeds", (b, text) -> b.seeds(parseSeeds(text)), b -> String.join(",", b.seeds)),
            new Key("join", (b, text) -> b.join(parseBoolean(text)), b -> b.join),
            new Key(
                    "raft-secret-file",
                    (b, text) -> givenPath(text).ifPresent(b::raftSecretFile),
                    b -> RaftCredentials.text(b.raftCredentials.secret())),
            new Key(
                    "raft-certificate",
                    (b, text) -> givenPath(text).ifPresent(b::raftCertificate),
                    b -> RaftCredentials.text(b.raftCredentials.certificate())),
            new Key(
                    "raft-key",
                    (b, text) -> givenPath(text).ifPresent(b::raftKey),
                    b -> RaftCredentials.text(b.raftCredentials.key())),
            new Key(
                    "raft-trust",
                    (b, text) -> givenPath(text).ifPresent(b::raftTrust),
                    b -> RaftCredentials.text(b.raftCredentials.trust())),
            new Key("roles", (b, text) -> b.roles(parseRoles(text)), b -> printRoles(b.roles)),
            new Key("resources", (b, text) -> b.resources(text), b -> b.resources),
            new Key("attributes", (b, text) -> b.attributes(text), b -> b.attributes),
            new Key(
                    "runtime-dir",
                    (b, text) -> givenPath(text).ifPresent(b::runtimeDir),
                    b -> b.runtimeDir.map(Path::toString).orElse("")),
            new Key("isolation", (b, text) -> b.isolation(text), b -> b.isolation),
            new Key("isolation-required", (b, text) -> b.isolationRequired(text), b -> b.isolationRequired),
            new Key("effective-capabilities", (b, text) -> b.effectiveCapabilities(text), b -> b.effectiveCapabilities),
            new Key("bounding-capabilities", (b, text) -> b.boundingCapabilities(text), b -> b.boundingCapabilities),
            new Key(
                    "seccomp-config-dir",
                    (b, text) -> givenPath(text).ifPresent(b::seccompConfigDir),
                    b -> b.images.seccompDirectory().map(Path::toString).orElse("")),
            new Key(
                    "seccomp-profile-name",
                    (b, text) -> b.seccompProfileName(text),
                    b -> b.images.seccompProfile().orElse("")),
            new Key("allowed-devices", (b, text) -> b.allowedDevices(text), b -> b.allowedDevices),
            new Key("nvidia-gpu-devices", (b, text) -> b.nvidiaGpuDevices(text), b -> b.nvidiaGpuDevices),
            new Key(
                    "image-store-dir",
                    (b, text) -> givenPath(text).ifPresent(b::imageStoreDir),
                    b -> b.images.store().map(Path::toString).orElse("")),
            new Key("image-registry", (b, text) -> b.imageRegistry(text), b -> b.images.registryDefault()),
            new Key(
                    "image-insecure-registries",
                    (b, text) -> b.imageInsecureRegistries(OfferConfig.parseNames(text)),
                    b -> String.join(",", new TreeSet<>(b.images.insecureRegistries()))),
            new Key(
                    "image-credentials-file",
                    (b, text) -> givenPath(text).ifPresent(b::imageCredentialsFile),
                    b -> b.images.credentialsFile().map(Path::toString).orElse("")),
            new Key(
                    "image-store-bytes-max",
                    (b, text) -> b.imageStoreBytesMax(Long.parseLong(text)),
                    b -> b.images.storeBytesMax()),
            new Key(
                    "image-layer-bytes-max",
                    (b, text) -> b.imageLayerBytesMax(Long.parseLong(text)),
                    b -> b.images.layerBytesMax()),
            new Key(
                    "host-path-volume-allow",
                    (b, text) -> b.hostPathVolumeAllow(parsePaths(text)),
                    b -> printPaths(b.volumes.hostPathsAllowed())),
            new Key(
                    "docker-volume-plugin-dirs",
                    (b, text) -> b.dockerVolumePluginDirs(parsePaths(text)),
                    b -> printPaths(b.volumes.dockerPluginDirectories())),
            new Key(
                    "cni-config-dir",
                    (b, text) -> givenPath(text).ifPresent(b::cniConfigDir),
                    b -> b.networks.configurations().map(Path::toString).orElse("")),
            new Key(
                    "cni-plugins-dir",
                    (b, text) -> b.cniPluginsDir(parsePaths(text)),
                    b -> printPaths(b.networks.plugins())),
            new Key("docker-socket", (b, text) -> b.dockerSocket(Path.of(text)), b -> b.docker.socket()),
            new Key("gc-delay", (b, text) -> b.gcDelay(parseDuration(text)), b -> print(b.sandboxes.gcDelay())),
            new Key(
                    "gc-disk-headroom",
                    (b, text) -> b.gcDiskHeadroom(parseThousandths(text)),
                    b -> printThousandths(b.sandboxes.gcDiskHeadroomThousandths())),
            new Key(
                    "disk-watch-interval",
                    (b, text) -> b.diskWatchInterval(parseDuration(text)),
                    b -> print(b.sandboxes.diskWatchInterval())),
            new Key(
                    "max-stdout-size",
                    (b, text) -> b.maxStdoutSize(ByteSize.parse(text)),
                    b -> ByteSize.print(b.sandboxes.maxStdoutSize())),
            new Key(
                    "max-stderr-size",
                    (b, text) -> b.maxStderrSize(ByteSize.parse(text)),
                    b -> ByteSize.print(b.sandboxes.maxStderrSize())),
            new Key(
                    "container-disk-watch-interval",
                    (b, text) -> b.containerDiskWatchInterval(parseDuration(text)),
                    b -> print(b.sandboxes.containerDiskWatchInterval())),
            new Key(
                    "enforce-container-disk-quota",
                    (b, text) -> b.enforceContainerDiskQuota(parseBoolean(text)),
                    b -> b.sandboxes.enforceContainerDiskQuota()),
            new Key(
                    "container-ports-watch-interval",
                    (b, text) -> b.containerPortsWatchInterval(parseDuration(text)),
                    b -> print(b.ports.watchInterval())),
            new Key(
                    "enforce-container-ports",
                    (b, text) -> b.enforceContainerPorts(parseBoolean(text)),
                    b -> b.ports.enforces()),
            new Key(
                    "check-agent-port-range-only",
                    (b, text) -> b.checkAgentPortRangeOnly(parseBoolean(text)),
                    b -> b.ports.agentRangeOnly()),
            new Key(
                    "container-ports-isolated-range",
                    (b, text) -> b.containerPortsIsolatedRange(
                            text.isEmpty() ? Optional.empty() : Optional.of(PortRanges.parse(text))),
                    b -> b.ports.isolatedRange().map(PortRanges::toString).orElse("")),
            new Key("offer-timeout", (b, text) -> b.offerTimeout(parseDuration(text)), b -> print(b.offerTimeout)),
            new Key("reoffer-delay", (b, text) -> b.reofferDelay(parseDuration(text)), b -> print(b.reofferDelay)),
            new Key("agent-timeout", (b, text) -> b.agentTimeout(parseDuration(text)), b -> print(b.agentTimeout)),
            new Key(
                    "framework-return-timeout",
                    (b, text) -> b.frameworkReturnTimeout(parseDuration(text)),
                    b -> print(b.frameworkReturnTimeout)),
            new Key(
                    "election-timeout",
                    (b, text) -> b.electionTimeout(parseDuration(text)),
                    b -> print(b.electionTimeout)),
            new Key(
                    "heartbeat-interval",
                    (b, text) -> b.heartbeatInterval(parseDuration(text)),
                    b -> print(b.heartbeatInterval)),
            new Key(
                    "min-allocatable-resources",
                    (b, text) -> b.minAllocatableResources(text),
                    b -> b.offers.minAllocatableResources()),
            new Key(
                    "filter-gpu-resources",
                    (b, text) -> b.filterGpuResources(parseBoolean(text)),
                    b -> b.offers.filterGpuResources()),
            new Key(
                    "role-sorter",
                    (b, text) -> b.roleSorter(OfferConfig.parseSorter(text)),
                    b -> OfferConfig.print(b.offers.roleSorter())),
            new Key(
                    "framework-sorter",
                    (b, text) -> b.frameworkSorter(OfferConfig.parseSorter(text)),
                    b -> OfferConfig.print(b.offers.frameworkSorter())),
            new Key(
                    "fair-sharing-excluded-resource-names",
                    (b, text) -> b.fairSharingExcludedResourceNames(OfferConfig.parseNames(text)),
                    b -> b.offers.fairShareExcludedText()),
            new Key(
                    "offer-constraints-re2-max-mem",
                    (b, text) -> b.offerConstraintsRe2MaxMem(Integer.parseInt(text)),
                    b -> b.offers.regexMemoryMax()),
            new Key(
                    "offer-constraints-re2-max-program-size",
                    (b, text) -> b.offerConstraintsRe2MaxProgramSize(Integer.parseInt(text)),
                    b -> b.offers.regexProgramMax()),
            new Key("trust-network", (b, text) -> b.trustNetwork(parseBoolean(text)), b -> b.trustNetwork),
            new Key(
                    "keep-tasks-on-close",
                    (b, text) -> b.keepTasksOnClose(parseBoolean(text)),
                    b -> b.keepTasksOnClose));

    private static final IsolationSettings NO_ISOLATION = IsolationSettings.parse("none", "");
    private static final Pattern DURATION = Pattern.compile("(\\d+)(ms|s|min|h|d)");
    private static final int PORT_MAX = 65_535;
    /** Some heartbeats of the leader, so that one that is late makes nobody stand. */
    private static final Duration ELECTION_TIMEOUT_MIN = MasterParts.RAFT_HEARTBEAT_INTERVAL.multipliedBy(4);

    private static final int NAME_LENGTH_MAX = 64;

    private ClusterConfigKeys() {}

    /** Sets one property; returns what is wrong with it, empty if nothing is. */
    static String apply(ClusterConfig.Builder builder, String name, String text) {
        for (Key key : KEYS) {
            if (key.property().equals(name)) {
                try {
                    key.reader.accept(builder, text.strip());
                    return "";
                } catch (NumberFormatException e) {
                    return name + " '" + text + "': not a whole number";
                } catch (IllegalArgumentException e) {
                    return name + " '" + text + "': " + e.getMessage();
                }
            }
        }
        return name + ": no such setting; "
                + Spelling.nearest(name.substring(PREFIX.length()), names())
                        .map(meant -> "did you mean " + PREFIX + meant + "?")
                        .orElseGet(() -> "there are " + PREFIX + String.join(", " + PREFIX, names()));
    }

    private static List<String> names() {
        return KEYS.stream().map(Key::name).toList();
    }

    /** Returns all settings, one a line, as properties. */
    static String print(ClusterConfig.Builder builder) {
        return KEYS.stream()
                .map(key -> key.property() + "=" + key.printer.apply(builder))
                .collect(Collectors.joining("\n"));
    }

    /** Returns everything that is wrong with the settings together. */
    static List<String> mistakes(ClusterConfig.Builder builder) {
        List<String> mistakes = new ArrayList<>();
        if (!builder.name.matches("[A-Za-z0-9._-]{1," + NAME_LENGTH_MAX + "}")) {
            mistakes.add("name '" + builder.name + "': 1 to " + NAME_LENGTH_MAX + " letters, digits, '.', '_' and '-'");
        }
        checkPort(mistakes, "masterPort", builder.masterPort);
        checkPort(mistakes, "agentPort", builder.agentPort);
        checkPort(mistakes, "raftPort", builder.raftPort);
        checkApart(mistakes, "masterPort", builder.masterPort, "agentPort", builder.agentPort);
        checkApart(mistakes, "masterPort", builder.masterPort, "raftPort", builder.raftPort);
        checkApart(mistakes, "agentPort", builder.agentPort, "raftPort", builder.raftPort);
        checkDuration(mistakes, "offerTimeout", builder.offerTimeout, Duration.ofMillis(100));
        checkDuration(mistakes, "reofferDelay", builder.reofferDelay, Duration.ofMillis(1));
        checkDuration(mistakes, "agentTimeout", builder.agentTimeout, Duration.ofMillis(500));
        checkDuration(mistakes, "frameworkReturnTimeout", builder.frameworkReturnTimeout, Duration.ofMillis(100));
        checkDuration(mistakes, "electionTimeout", builder.electionTimeout, ELECTION_TIMEOUT_MIN);
        checkDuration(mistakes, "heartbeatInterval", builder.heartbeatInterval, Duration.ofMillis(100));
        if (builder.roles.isEmpty()) {
            mistakes.add("roles: at least one of master, agent");
        }
        checkText(mistakes, "resources", builder.resources, MachineResources::requireResources);
        checkText(mistakes, "attributes", builder.attributes, MachineResources::attributes);
        builder.runtimeDir
                .filter(path -> !path.isAbsolute())
                .ifPresent(path -> mistakes.add("runtimeDir '" + path + "': must be absolute"));
        checkText(mistakes, "isolation", builder.isolation, text -> IsolationSettings.parse(text, ""));
        if (mistakes.stream().noneMatch(mistake -> mistake.startsWith("isolation "))) {
            checkText(
                    mistakes,
                    "isolationRequired",
                    builder.isolationRequired,
                    text -> IsolationSettings.parse(builder.isolation, text));
        }
        checkText(
                mistakes,
                "boundingCapabilities",
                builder.boundingCapabilities,
                text -> NO_ISOLATION.withCapabilities("", text));
        if (mistakes.stream().noneMatch(mistake -> mistake.startsWith("boundingCapabilities "))) {
            checkText(
                    mistakes,
                    "effectiveCapabilities",
                    builder.effectiveCapabilities,
                    text -> NO_ISOLATION.withCapabilities(text, builder.boundingCapabilities));
        }
        checkText(mistakes, "allowedDevices", builder.allowedDevices, DeviceSettings::parse);
        checkText(mistakes, "nvidiaGpuDevices", builder.nvidiaGpuDevices, DeviceSettings.NONE::withGpus);
        if (mistakes.isEmpty()) {
            checkDevices(mistakes, builder);
        }
        mistakes.addAll(Seeds.mistakes(builder));
        mistakes.addAll(builder.raftCredentials.mistakes());
        mistakes.addAll(builder.images.mistakes());
        mistakes.addAll(builder.volumes.mistakes());
        mistakes.addAll(builder.networks.mistakes());
        mistakes.addAll(builder.docker.mistakes());
        mistakes.addAll(builder.ports.mistakes());
        mistakes.addAll(builder.sandboxes.mistakes());
        mistakes.addAll(builder.offers.mistakes());
        if (builder.keepTasksOnClose && builder.dataDir.isEmpty()) {
            mistakes.add("keepTasksOnClose: needs dataDir, or nobody would find the tasks again");
        }
        checkAddress(mistakes, "bind", builder.bind, builder.trustNetwork);
        if (!builder.advertise.isEmpty()) {
            checkAddress(mistakes, "advertise", builder.advertise, true);
        }
        return mistakes;
    }

    private static void checkPort(List<String> mistakes, String name, int port) {
        if (port < 0 || port > PORT_MAX) {
            mistakes.add(name + " " + port + ": 0 to " + PORT_MAX);
        }
    }

    private static void checkApart(List<String> mistakes, String a, int portA, String b, int portB) {
        if (portA == portB && portA != 0) {
            mistakes.add(a + " and " + b + " are both " + portA + ": they must differ");
        }
    }

    private static void checkDuration(List<String> mistakes, String name, Duration duration, Duration least) {
        if (duration.compareTo(least) < 0 || duration.compareTo(Duration.ofDays(365)) > 0) {
            mistakes.add(name + " " + print(duration) + ": " + print(least) + " to 365d");
        }
    }

    private static void checkText(List<String> mistakes, String name, String text, Consumer<String> reader) {
        try {
            reader.accept(text);
        } catch (IllegalArgumentException e) {
            mistakes.add(name + " '" + text + "': " + e.getMessage());
        }
    }

    /** What limits devices must be there; and as in Mesos, who names processors gives so many away, and by the isolator alone. */
    private static void checkDevices(List<String> mistakes, ClusterConfig.Builder builder) {
        IsolationSettings isolation = IsolationSettings.parse(builder.isolation, builder.isolationRequired);
        if (!builder.allowedDevices.isEmpty() && !isolation.wanted().contains(IsolatorName.CGROUPS_DEVICES)) {
            mistakes.add("allowedDevices '" + builder.allowedDevices + "': needs " + IsolatorName.CGROUPS_DEVICES
                    + " among the isolators");
        }
        boolean gives = isolation.wanted().contains(IsolatorName.GPU_NVIDIA);
        int named =
                DeviceSettings.NONE.withGpus(builder.nvidiaGpuDevices).gpus().size();
        if (named > 0 && !gives) {
            mistakes.add("nvidiaGpuDevices '" + builder.nvidiaGpuDevices + "': needs " + IsolatorName.GPU_NVIDIA
                    + " among the isolators");
        }
        if (gives && MachineResources.gpuMillis(builder.resources) != named * 1_000L) {
            mistakes.add("nvidiaGpuDevices '" + builder.nvidiaGpuDevices + "': resources '" + builder.resources
                    + "' must have as many gpus");
        }
    }

    private static void checkAddress(List<String> mistakes, String name, String host, boolean trusted) {
        try {
            if (!InetAddress.getByName(host).isLoopbackAddress() && !trusted) {
                mistakes.add(name + " '" + host + "': beyond loopback nobody has to prove who he is;"
                        + " set trustNetwork (--trust-network) if that is wanted");
            }
        } catch (UnknownHostException e) {
            mistakes.add(name + " '" + host + "': not an address or name of a host");
        }
    }

    private static Optional<Path> givenPath(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text));
    }

    private static List<Path> parsePaths(String text) {
        return text.isEmpty()
                ? List.of()
                : Arrays.stream(text.split("\\s*,\\s*", -1)).map(Path::of).toList();
    }

    private static String printPaths(List<Path> paths) {
        return paths.stream().map(Path::toString).collect(Collectors.joining(","));
    }

    private static Duration parseDuration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (matcher.matches()) {
            long amount = Long.parseLong(matcher.group(1));
            return switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(amount);
                case "s" -> Duration.ofSeconds(amount);
                case "min" -> Duration.ofMinutes(amount);
                case "h" -> Duration.ofHours(amount);
                default -> Duration.ofDays(amount);
            };
        }
        try {
            return Duration.parse(text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("not a duration; 500ms, 30s, 5min, 2h, 7d are", e);
        }
    }

    private static int parseThousandths(String text) {
        try {
            return new BigDecimal(text).movePointRight(3).intValueExact();
        } catch (ArithmeticException | NumberFormatException e) {
            throw new IllegalArgumentException("not a number of at most three decimals; 0.1 is", e);
        }
    }

    static String printThousandths(int thousandths) {
        return BigDecimal.valueOf(thousandths, 3).stripTrailingZeros().toPlainString();
    }

    private static boolean parseBoolean(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("true or false");
        };
    }

    private static String[] parseSeeds(String text) {
        return text.isEmpty() ? new String[0] : text.split("\\s*,\\s*", -1);
    }

    private static Set<NodeRole> parseRoles(String text) {
        Set<NodeRole> roles = EnumSet.noneOf(NodeRole.class);
        for (String one : text.split(",", -1)) {
            try {
                roles.add(NodeRole.valueOf(one.strip().toUpperCase(Locale.ROOT)));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("'" + one + "' is none of master, agent", e);
            }
        }
        return roles;
    }

    private static String printRoles(Set<NodeRole> roles) {
        return roles.stream()
                .sorted()
                .map(role -> role.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(","));
    }

    private static String print(Duration duration) {
        long ms = duration.toMillis();
        return ms % 1000 == 0 ? ms / 1000 + "s" : ms + "ms";
    }
}
