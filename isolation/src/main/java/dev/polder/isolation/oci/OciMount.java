package dev.polder.isolation.oci;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Something that is mounted over a path in a container's root. A runtime follows links in it, within the root.
 *
 * @param destination absolute, within the container, not the root itself, without {@code .} and {@code ..}
 * @param type of the filesystem, {@code bind} for a path of the host
 * @param source the host's path, or the filesystem's name
 * @param options of {@code mount}
 */
public record OciMount(String destination, String type, String source, List<String> options) {
    /** Copies; refuses a destination that is not as said. */
    public OciMount {
        requireNonNull(type, "type");
        requireNonNull(source, "source");
        options = List.copyOf(options);
        OciNames.requireInnerPath("destination", destination);
        if (destination.equals("/")) {
            throw new IllegalArgumentException("destination / is the root itself");
        }
        OciNames.requireNoZero("source", source);
    }

    /** Shows a path of the host, with what is mounted below it; {@code source} must be absolute. */
    public static OciMount bind(Path source, String destination, boolean readOnly) {
        if (!source.isAbsolute()) {
            throw new IllegalArgumentException("source " + source + " is not absolute");
        }
        return new OciMount(
                destination, "bind", source.toString(), List.of("rbind", "rprivate", readOnly ? "ro" : "rw"));
    }

    /** An empty directory in memory that holds at most that many bytes, more than 0. */
    public static OciMount tmpfs(String destination, long bytes) {
        if (bytes <= 0) {
            throw new IllegalArgumentException("tmpfs " + destination + " of " + bytes + " bytes");
        }
        return new OciMount(destination, "tmpfs", "tmpfs", List.of("nosuid", "nodev", "mode=1777", "size=" + bytes));
    }

    /**
     * What every program expects: {@code /proc}, {@code /dev} with its terminals, shared memory and message queues, and
     * {@code /sys} to read.
     */
    public static List<OciMount> usual() {
        return List.of(
                new OciMount("/proc", "proc", "proc", List.of("nosuid", "noexec", "nodev")),
                new OciMount("/dev", "tmpfs", "tmpfs", List.of("nosuid", "strictatime", "mode=755", "size=65536k")),
                new OciMount(
                        "/dev/pts",
                        "devpts",
                        "devpts",
                        List.of("nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620")),
                new OciMount(
                        "/dev/shm", "tmpfs", "shm", List.of("nosuid", "noexec", "nodev", "mode=1777", "size=65536k")),
                new OciMount("/dev/mqueue", "mqueue", "mqueue", List.of("nosuid", "noexec", "nodev")),
                new OciMount("/sys", "sysfs", "sysfs", List.of("nosuid", "noexec", "nodev", "ro")));
    }

    /** Returns this one with more options. */
    public OciMount withOptions(String... more) {
        List<String> all = new ArrayList<>(options);
        all.addAll(List.of(more));
        return new OciMount(destination, type, source, all);
    }

    /** Returns it in the form of an OCI runtime. */
    Map<String, Object> toOci() {
        return Map.of("destination", destination, "type", type, "source", source, "options", options);
    }
}
