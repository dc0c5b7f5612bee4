package dev.polder.isolation.docker;

import static java.util.Map.entry;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Options of {@code docker run} as members of the Engine API. What is not here is refused: an option that this does not
 * know, one that says what a {@link DockerRun} says itself, and what would take a container out of our hands.
 */
final class RunOptions {
    private static final Map<String, String> ELSEWHERE = Map.ofEntries(
            entry("name", "is what the container is found by again"),
            entry("rm", "would take the exit code away"),
            entry("restart", "would start the container without the scheduler"),
            entry("detach", "is always so"),
            entry("privileged", "has a field of its own"),
            entry("network", "has a field of its own"),
            entry("net", "has a field of its own"),
            entry("publish", "has a field of its own"),
            entry("memory", "is what the task's resources say"),
            entry("cpus", "is what the task's resources say"),
            entry("cpu-shares", "is what the task's resources say"),
            entry("cpu-quota", "is what the task's resources say"),
            entry("cpu-period", "is what the task's resources say"));

    private static final Map<String, String> HOST_TEXTS = Map.of(
            "ipc", "IpcMode",
            "pid", "PidMode",
            "uts", "UTSMode",
            "userns", "UsernsMode",
            "runtime", "Runtime",
            "cgroup-parent", "CgroupParent",
            "cpuset-cpus", "CpusetCpus",
            "cpuset-mems", "CpusetMems",
            "volume-driver", "VolumeDriver");

    private static final Map<String, String> HOST_LISTS = Map.of(
            "volume", "Binds",
            "volumes-from", "VolumesFrom",
            "cap-add", "CapAdd",
            "cap-drop", "CapDrop",
            "dns", "Dns",
            "dns-search", "DnsSearch",
            "dns-option", "DnsOptions",
            "add-host", "ExtraHosts",
            "group-add", "GroupAdd");

    private static final Map<String, String> HOST_BYTES =
            Map.of("shm-size", "ShmSize", "memory-swap", "MemorySwap", "memory-reservation", "MemoryReservation");

    private static final Map<String, String> HOST_NUMBERS = Map.of(
            "pids-limit", "PidsLimit",
            "oom-score-adj", "OomScoreAdj",
            "memory-swappiness", "MemorySwappiness",
            "blkio-weight", "BlkioWeight");

    private static final Map<String, String> HOST_FLAGS =
            Map.of("read-only", "ReadonlyRootfs", "init", "Init", "oom-kill-disable", "OomKillDisable");

    private static final Map<String, String> TEXTS = Map.of(
            "hostname", "Hostname",
            "domainname", "Domainname",
            "user", "User",
            "workdir", "WorkingDir",
            "stop-signal", "StopSignal");

    private RunOptions() {}

    static void apply(CreateRequest request, DockerParameter parameter) {
        String key = parameter.key();
        if (ELSEWHERE.containsKey(key)) {
            throw parameter.refusal("is refused: it " + ELSEWHERE.get(key));
        } else if (HOST_TEXTS.containsKey(key)) {
            request.putHost(HOST_TEXTS.get(key), parameter.value());
        } else if (HOST_LISTS.containsKey(key)) {
            request.addHost(HOST_LISTS.get(key), parameter.value());
        } else if (HOST_BYTES.containsKey(key)) {
            request.putHost(HOST_BYTES.get(key), parameter.bytes());
        } else if (HOST_NUMBERS.containsKey(key)) {
            request.putHost(HOST_NUMBERS.get(key), parameter.number());
        } else if (HOST_FLAGS.containsKey(key)) {
            request.putHost(HOST_FLAGS.get(key), parameter.flag());
        } else if (TEXTS.containsKey(key)) {
            request.put(TEXTS.get(key), parameter.value());
        } else {
            applySpecial(request, parameter);
        }
    }

    private static void applySpecial(CreateRequest request, DockerParameter parameter) {
        switch (parameter.key()) {
            case "label" -> label(request, parameter);
            case "env" -> request.add("Env", parameter.value());
            case "entrypoint" -> request.put("Entrypoint", List.of(parameter.value()));
            case "stop-timeout" -> request.put("StopTimeout", parameter.number());
            case "sysctl" ->
                request.putInHost("Sysctls", parameter.pair('=')[0], parameter.pair('=')[1]);
            case "tmpfs" -> tmpfs(request, parameter);
            case "ulimit" -> request.addHost("Ulimits", ulimit(parameter));
            case "device" -> request.addHost("Devices", device(parameter));
            case "security-opt" -> securityOption(request, parameter);
            case "log-driver" -> request.putInHost("LogConfig", "Type", parameter.value());
            case "log-opt" ->
                request.putLogOption(parameter.pair('=')[0], parameter.pair('=')[1]);
            default -> throw parameter.refusal("is not known; those that are: " + known());
        }
    }

    private static Set<String> known() {
        Set<String> known = new TreeSet<>(List.of(
                "label",
                "env",
                "entrypoint",
                "stop-timeout",
                "sysctl",
                "tmpfs",
                "ulimit",
                "device",
                "security-opt",
                "log-driver",
                "log-opt"));
        for (Map<String, String> some : List.of(HOST_TEXTS, HOST_LISTS, HOST_BYTES, HOST_NUMBERS, HOST_FLAGS, TEXTS)) {
            known.addAll(some.keySet());
        }
        return known;
    }

    private static void label(CreateRequest request, DockerParameter parameter) {
        String[] pair = parameter.pair('=');
        if (pair[0].equals(DockerRun.LABEL) || pair[0].equals(DockerRun.NODE_LABEL)) {
            throw parameter.refusal("is refused: it is what the container is found by again");
        }
        request.putIn("Labels", pair[0], pair[1]);
    }

    private static void tmpfs(CreateRequest request, DockerParameter parameter) {
        String[] parts = parameter.value().split(":", 2);
        request.putInHost("Tmpfs", parts[0], parts.length == 2 ? parts[1] : "");
    }

    private static Map<String, Object> ulimit(DockerParameter parameter) {
        String[] pair = parameter.pair('=');
        if (!pair[1].matches("-?\\d{1,18}(:-?\\d{1,18})?")) {
            throw parameter.refusal("is not of the form NAME=SOFT:HARD");
        }
        String[] limits = pair[1].split(":", 2);
        return Map.of(
                "Name", pair[0],
                "Soft", Long.parseLong(limits[0]),
                "Hard", Long.parseLong(limits[limits.length - 1]));
    }

    private static Map<String, Object> device(DockerParameter parameter) {
        String[] parts = parameter.value().split(":", -1);
        if (parts.length > 3 || !parts[0].startsWith("/")) {
            throw parameter.refusal("is not of the form /HOST:/CONTAINER:rwm");
        }
        Map<String, Object> device = new LinkedHashMap<>();
        device.put("PathOnHost", parts[0]);
        device.put("PathInContainer", parts.length > 1 ? parts[1] : parts[0]);
        device.put("CgroupPermissions", parts.length > 2 ? parts[2] : "rwm");
        return device;
    }

    private static void securityOption(CreateRequest request, DockerParameter parameter) {
        String value = parameter.value();
        // docker run puts the file in place of its name; the engine may be on another host and gets words only
        if (value.startsWith("seccomp=") && !value.equals("seccomp=unconfined") && !value.startsWith("seccomp={")) {
            throw parameter.refusal("names a file; put the profile's JSON there");
        }
        request.addHost("SecurityOpt", value);
    }
}
