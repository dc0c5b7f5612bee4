package dev.polder.isolation.host;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.Capability;
import dev.polder.isolation.Privileges;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which isolators a node has.
 *
 * @param wanted those that it has where its host can do them
 * @param required those of the wanted without which it does not start
 * @param privileges of these, the capabilities that tasks have which do not say what they want, and those that a task can
 *     get at most
 * @param devices those that tasks may use beside the usual ones, with {@link IsolatorName#CGROUPS_DEVICES}
 */
public record IsolationSettings(
        Set<IsolatorName> wanted, Set<IsolatorName> required, Privileges privileges, DeviceSettings devices) {
    /** Names of Mesos's isolators that isolate nothing: every node does what they do. */
    private static final Set<String> ALWAYS =
            Set.of("posix/cpu", "posix/mem", "process", "filesystem/posix", "disk/du", "posix/disk");

    /** They do nothing to a task that does not want it. */
    private static final Set<IsolatorName> WHEN_WANTED =
            EnumSet.of(IsolatorName.LINUX_CAPABILITIES, IsolatorName.POSIX_RLIMITS, IsolatorName.NETWORK_CNI);

    private static final Set<IsolatorName> CGROUPS = EnumSet.of(IsolatorName.CGROUPS_CPU, IsolatorName.CGROUPS_MEM);

    /** Mesos's name for all that a host has of them. */
    private static final String CGROUPS_ALL = "cgroups/all";

    /** Mesos's two, neither of which is of use here without the other. */
    private static final Set<IsolatorName> IMAGES =
            EnumSet.of(IsolatorName.FILESYSTEM_LINUX, IsolatorName.DOCKER_RUNTIME);

    /** What Mesos's filesystem/linux brings with it. */
    private static final Set<IsolatorName> WITH_FILESYSTEM =
            EnumSet.of(IsolatorName.VOLUME_HOST_PATH, IsolatorName.VOLUME_SANDBOX_PATH, IsolatorName.VOLUME_IMAGE);

    private static final Set<IsolatorName> OTHER_VOLUMES =
            EnumSet.of(IsolatorName.VOLUME_SECRET, IsolatorName.DOCKER_VOLUME);

    /**
     * Copies and checks.
     *
     * @throws IllegalArgumentException if something is required that is not wanted, one of the two that run images is
     *     wanted without the other, or system calls without these, or graphics processors are wanted and devices not limited
     */
    public IsolationSettings {
        wanted = ordered(wanted);
        required = ordered(required);
        requireNonNull(privileges, "privileges");
        requireNonNull(devices, "devices");
        if (!wanted.containsAll(required)) {
            Set<IsolatorName> missing = EnumSet.copyOf(required);
            missing.removeAll(wanted);
            throw new IllegalArgumentException("required and not chosen: " + text(missing));
        }
        if (wanted.stream().anyMatch(IsolatorName::isOfImages) && !wanted.containsAll(IMAGES)) {
            throw new IllegalArgumentException(text(IMAGES) + " run images together, and only one of them is chosen");
        }
        if (wanted.contains(IsolatorName.LINUX_SECCOMP) && !wanted.containsAll(IMAGES)) {
            throw new IllegalArgumentException(
                    IsolatorName.LINUX_SECCOMP + " is for tasks in images, and needs " + text(IMAGES) + " beside it");
        }
        if (wanted.contains(IsolatorName.GPU_NVIDIA) && !wanted.contains(IsolatorName.CGROUPS_DEVICES)) {
            throw new IllegalArgumentException(
                    IsolatorName.GPU_NVIDIA + " needs " + IsolatorName.CGROUPS_DEVICES + ", which is not chosen");
        }
    }

    /** Tasks have the capabilities of their users, unless they want others, and the usual devices. */
    public IsolationSettings(Set<IsolatorName> wanted, Set<IsolatorName> required) {
        this(wanted, required, Privileges.USUAL, DeviceSettings.NONE);
    }

    private static Set<IsolatorName> ordered(Set<IsolatorName> names) {
        Set<IsolatorName> ordered = EnumSet.noneOf(IsolatorName.class);
        ordered.addAll(names);
        return Collections.unmodifiableSet(ordered);
    }

    /**
     * Reads what an operator has written.
     *
     * @param isolation {@code auto} for control groups, capabilities, limits of processes, images, volumes, networks and a
     *     Docker engine, where the host has what they need, and no namespaces: a task in these sees another host, which
     *     somebody must want; {@code none}; or names of isolators, separated by commas, which are then required, but for
     *     {@code cgroups/all}, which is what the host has of control groups
     * @param required names of isolators which with {@code auto} are required; empty for none
     * @throws IllegalArgumentException if a name is not known or comes twice, in words that name it
     */
    public static IsolationSettings parse(String isolation, String required) {
        if (words(required).contains(CGROUPS_ALL)) {
            throw new IllegalArgumentException(
                    "'" + CGROUPS_ALL + "' is what the host has of control groups, and cannot be required");
        }
        Set<IsolatorName> needed = required.isEmpty() ? EnumSet.noneOf(IsolatorName.class) : names(required);
        return switch (requireNonNull(isolation, "isolation")) {
            case "auto" -> {
                Set<IsolatorName> wanted = EnumSet.copyOf(CGROUPS);
                wanted.addAll(WHEN_WANTED);
                wanted.addAll(IMAGES);
                wanted.add(IsolatorName.LINUX_SECCOMP);
                wanted.addAll(WITH_FILESYSTEM);
                wanted.addAll(OTHER_VOLUMES);
                wanted.add(IsolatorName.DOCKER);
                wanted.addAll(needed);
                yield new IsolationSettings(wanted, needed);
            }
            case "none" -> new IsolationSettings(Set.of(), needed);
            default -> {
                Set<IsolatorName> chosen = names(isolation);
                needed.addAll(chosen);
                Set<IsolatorName> wanted = chosen.contains(IsolatorName.FILESYSTEM_LINUX)
                        ? EnumSet.copyOf(WITH_FILESYSTEM)
                        : EnumSet.noneOf(IsolatorName.class);
                wanted.addAll(chosen);
                wanted.addAll(groups(isolation));
                yield new IsolationSettings(wanted, needed);
            }
        };
    }

    /**
     * Returns these with other capabilities, as an operator has written them: names without {@code CAP_}, separated by
     * commas; {@code none}; or nothing.
     *
     * @param effective for tasks that do not say what they want; nothing for those of their users
     * @param bounding what a task can get at most; nothing for no bound
     * @throws IllegalArgumentException if a name is not known, or something effective is out of bounds, in words
     */
    public IsolationSettings withCapabilities(String effective, String bounding) {
        return new IsolationSettings(
                wanted,
                required,
                privileges.withCapabilities(capabilities(effective), capabilities(bounding)),
                devices);
    }

    /** Returns these with other devices. */
    public IsolationSettings withDevices(DeviceSettings others) {
        return new IsolationSettings(wanted, required, privileges, others);
    }

    private static Optional<Set<Capability>> capabilities(String text) {
        return switch (text) {
            case "" -> Optional.empty();
            case "none" -> Optional.of(Set.of());
            default ->
                Optional.of(Arrays.stream(text.split(",", -1))
                        .map(word -> Capability.of(word.strip()))
                        .collect(Collectors.toSet()));
        };
    }

    private static List<String> words(String text) {
        return Arrays.stream(text.split(",", -1)).map(String::strip).toList();
    }

    /** Returns those of control groups, if all of them are named together. */
    private static Set<IsolatorName> groups(String text) {
        return words(text).contains(CGROUPS_ALL)
                ? Arrays.stream(IsolatorName.values())
                        .filter(name -> name.controller().isPresent())
                        .collect(Collectors.toSet())
                : Set.of();
    }

    private static Set<IsolatorName> names(String text) {
        Set<IsolatorName> names = EnumSet.noneOf(IsolatorName.class);
        List<String> words = words(text);
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (words.indexOf(word) < i) {
                throw new IllegalArgumentException("'" + word + "' comes twice");
            }
            if (word.equals("cgroups")) {
                names.addAll(CGROUPS);
            } else if (!ALWAYS.contains(word) && !word.equals(CGROUPS_ALL)) {
                names.add(IsolatorName.of(word)
                        .orElseThrow(() -> new IllegalArgumentException("'" + word + "' is no isolator; there are "
                                + text(EnumSet.allOf(IsolatorName.class)) + ", or auto, or none")));
            }
        }
        return names;
    }

    /** Returns the names, separated by commas. */
    static String text(Set<IsolatorName> names) {
        return names.stream().map(IsolatorName::toString).collect(Collectors.joining(","));
    }
}
