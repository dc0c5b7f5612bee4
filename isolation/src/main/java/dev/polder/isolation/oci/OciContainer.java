package dev.polder.isolation.oci;

import static dev.polder.isolation.Namespace.MOUNT;
import static dev.polder.isolation.Namespace.USER;
import static dev.polder.isolation.Namespace.UTS;
import static java.util.Objects.requireNonNull;

import dev.polder.isolation.DeviceNode;
import dev.polder.isolation.DeviceRule;
import dev.polder.isolation.Namespace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What surrounds a container's processes.
 *
 * @param root the host's directory that they see as {@code /}, absolute
 * @param readOnlyRoot nothing in it can be changed, apart from what is mounted there
 * @param mounts in this order
 * @param namespaces at most one of a kind; the others are the host's; one of {@link Namespace#MOUNT} must be there
 * @param idMappings for accounts and groups alike; there if and only if it has a user namespace of its own
 * @param hostname only with a namespace of {@link Namespace#UTS}
 * @param cgroupsPath below the control groups' mounts, beginning with a slash; without it the runtime takes a name of its
 *     own below the groups that it runs in. Either way it removes the group in the end
 * @param seccomp which calls it may make, all if empty
 * @param devices that it may use beside those that every container has
 * @param nodes of devices that it finds beside those that every container has
 */
public record OciContainer(
        Path root,
        boolean readOnlyRoot,
        List<OciMount> mounts,
        List<OciNamespace> namespaces,
        List<IdMapping> idMappings,
        Optional<String> hostname,
        Optional<String> cgroupsPath,
        Optional<SeccompFilter> seccomp,
        List<DeviceRule> devices,
        List<DeviceNode> nodes) {
    private static final Pattern HOSTNAME = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]{0,62}[A-Za-z0-9])?");
    private static final List<String> MASKED_PATHS = List.of(
            "/proc/acpi",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/proc/timer_list",
            "/proc/sched_debug",
            "/proc/scsi",
            "/sys/firmware");
    private static final List<String> READ_ONLY_PATHS =
            List.of("/proc/asound", "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    /** Copies; refuses what does not go together. */
    public OciContainer {
        requireNonNull(seccomp, "seccomp");
        mounts = List.copyOf(mounts);
        devices = List.copyOf(devices);
        nodes = List.copyOf(nodes);
        namespaces = List.copyOf(namespaces);
        idMappings = List.copyOf(idMappings);
        if (!root.isAbsolute()) {
            throw new IllegalArgumentException("root " + root + " is not absolute");
        }
        List<Namespace> kinds = namespaces.stream().map(OciNamespace::kind).toList();
        if (kinds.stream().distinct().count() != kinds.size()) {
            throw new IllegalArgumentException("namespaces " + kinds + " name one twice");
        }
        if (!kinds.contains(MOUNT)) {
            throw new IllegalArgumentException("namespaces " + kinds + " lack MOUNT: the root would be the host's");
        }
        boolean mapped = namespaces.contains(OciNamespace.fresh(USER));
        if (mapped == idMappings.isEmpty()) {
            throw new IllegalArgumentException("namespaces " + kinds + " do not go with idMappings " + idMappings);
        }
        hostname.ifPresent(name -> requireHostname(name, kinds));
        cgroupsPath.ifPresent(path -> OciNames.requireInnerPath("cgroupsPath", path));
    }

    private static void requireHostname(String name, List<Namespace> kinds) {
        if (!HOSTNAME.matcher(name).matches()) {
            throw new IllegalArgumentException("hostname '" + name + "' is not of the form " + HOSTNAME);
        }
        if (!kinds.contains(UTS)) {
            throw new IllegalArgumentException("hostname " + name + " without a namespace of UTS would be the host's");
        }
    }

    /** A read-only root with the usual mounts, and new namespaces of all kinds but {@link Namespace#USER}. */
    public static OciContainer of(Path root) {
        List<OciNamespace> namespaces = new ArrayList<>();
        for (Namespace kind : Namespace.values()) {
            if (kind != USER) {
                namespaces.add(OciNamespace.fresh(kind));
            }
        }
        return new OciContainer(
                root,
                true,
                OciMount.usual(),
                namespaces,
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of());
    }

    /** Returns this one with a root that can be changed, or not. */
    public OciContainer withReadOnlyRoot(boolean other) {
        return new OciContainer(
                root, other, mounts, namespaces, idMappings, hostname, cgroupsPath, seccomp, devices, nodes);
    }

    /** Returns this one with further mounts. */
    public OciContainer withMounts(OciMount... further) {
        List<OciMount> all = new ArrayList<>(mounts);
        all.addAll(List.of(further));
        return new OciContainer(
                root, readOnlyRoot, all, namespaces, idMappings, hostname, cgroupsPath, seccomp, devices, nodes);
    }

    /** Returns this one with these namespaces, no other ones. */
    public OciContainer withNamespaces(List<OciNamespace> other) {
        return new OciContainer(
                root, readOnlyRoot, mounts, other, idMappings, hostname, cgroupsPath, seccomp, devices, nodes);
    }

    /** Returns this one with a user namespace of its own. */
    public OciContainer withUserNamespace(List<IdMapping> mappings) {
        List<OciNamespace> all = new ArrayList<>(namespaces);
        all.add(OciNamespace.fresh(USER));
        return new OciContainer(
                root, readOnlyRoot, mounts, all, mappings, hostname, cgroupsPath, seccomp, devices, nodes);
    }

    /** Returns this one with a name. */
    public OciContainer withHostname(String name) {
        return new OciContainer(
                root,
                readOnlyRoot,
                mounts,
                namespaces,
                idMappings,
                Optional.of(name),
                cgroupsPath,
                seccomp,
                devices,
                nodes);
    }

    /** Returns this one in a control group. */
    public OciContainer withCgroupsPath(String path) {
        return new OciContainer(
                root,
                readOnlyRoot,
                mounts,
                namespaces,
                idMappings,
                hostname,
                Optional.of(path),
                seccomp,
                devices,
                nodes);
    }

    /** Returns this one with a filter of system calls. */
    public OciContainer withSeccomp(SeccompFilter filter) {
        return new OciContainer(
                root,
                readOnlyRoot,
                mounts,
                namespaces,
                idMappings,
                hostname,
                cgroupsPath,
                Optional.of(filter),
                devices,
                nodes);
    }

    /** Returns this one with devices that it may use, and nodes that it finds, beside those that every container has. */
    public OciContainer withDevices(List<DeviceRule> rules, List<DeviceNode> found) {
        return new OciContainer(
                root, readOnlyRoot, mounts, namespaces, idMappings, hostname, cgroupsPath, seccomp, rules, found);
    }

    /** Adds it to a configuration in the form of an OCI runtime. */
    void addTo(Map<String, Object> config) {
        config.put("root", Map.of("path", root.toString(), "readonly", readOnlyRoot));
        hostname.ifPresent(name -> config.put("hostname", name));
        config.put("mounts", mounts.stream().map(OciMount::toOci).toList());
        Map<String, Object> linux = new LinkedHashMap<>();
        linux.put("namespaces", namespaces.stream().map(OciNamespace::toOci).toList());
        if (!idMappings.isEmpty()) {
            List<Map<String, Object>> mappings =
                    idMappings.stream().map(IdMapping::toOci).toList();
            linux.put("uidMappings", mappings);
            linux.put("gidMappings", mappings);
        }
        cgroupsPath.ifPresent(path -> linux.put("cgroupsPath", path));
        // the runtimes add those that every container has; whoever may make devices still cannot open others
        List<Object> rules = new ArrayList<>();
        rules.add(Map.of("allow", false, "access", "rwm"));
        devices.forEach(rule -> rules.add(rule.toOci()));
        linux.put("resources", Map.of("devices", rules));
        if (!nodes.isEmpty()) {
            linux.put("devices", nodes.stream().map(DeviceNode::toOci).toList());
        }
        linux.put("maskedPaths", MASKED_PATHS);
        linux.put("readonlyPaths", READ_ONLY_PATHS);
        seccomp.ifPresent(filter -> linux.put("seccomp", filter.toOci()));
        config.put("linux", linux);
    }
}
