package dev.polder.isolation.runtime;

import dev.polder.isolation.SeccompChoice;
import dev.polder.isolation.oci.Architecture;
import dev.polder.isolation.oci.KernelVersion;
import dev.polder.isolation.oci.SeccompFilter;
import dev.polder.isolation.oci.SeccompProfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The filters of system calls that containers of images get: {@link DefaultSeccomp}, or profiles of an operator's, files in
 * the format of Docker's, which are read again when they have changed. Any thread may call.
 */
public final class SeccompProfiles {
    /** So many filters are kept. */
    private static final int KEPT_MAX = 64;

    private final SeccompFilter standard;
    private final Optional<Path> directory;
    private final Optional<String> usual;
    private final Map<Key, SeccompFilter> kept = new LinkedHashMap<>();

    /** What decides over a filter: its file as it was, which its times of content alone do not tell, and what the container may do. */
    private record Key(Path file, Object changed, Object number, long bytes, Set<String> capabilities) {}

    private SeccompProfiles(SeccompFilter standard, Optional<Path> directory, Optional<String> usual) {
        this.standard = standard;
        this.directory = directory;
        this.usual = usual;
    }

    /**
     * Opens them.
     *
     * @param directory where profiles are; empty for none
     * @param usual the one for containers that choose none; empty for {@link DefaultSeccomp}
     * @throws IOException if that one cannot be used, or the system calls of this processor are not known
     */
    public static SeccompProfiles open(Optional<Path> directory, Optional<String> usual) throws IOException {
        SeccompProfiles opened = new SeccompProfiles(DefaultSeccomp.filter(), directory, usual);
        if (usual.isPresent()) {
            SeccompFilter unused = opened.read(usual.get(), Set.of());
        }
        return opened;
    }

    /** Returns the filter of containers of which an operator has said nothing. */
    SeccompFilter standard() {
        return standard;
    }

    /**
     * Returns a container's filter; empty for none.
     *
     * @param capabilities of its bounding set, as {@code CAP_CHOWN}
     * @throws IOException if the profile cannot be had, in words for the task's owner
     */
    Optional<SeccompFilter> filter(SeccompChoice choice, Set<String> capabilities) throws IOException {
        if (choice instanceof SeccompChoice.Profile profile) {
            return Optional.of(read(profile.name(), capabilities));
        }
        if (choice instanceof SeccompChoice.Unconfined) {
            return Optional.empty();
        }
        return Optional.of(usual.isPresent() ? read(usual.get(), capabilities) : standard);
    }

    private SeccompFilter read(String name, Set<String> capabilities) throws IOException {
        Path place = directory
                .orElseThrow(() -> new IOException(
                        "seccomp profile '" + name + "': this node has no directory of profiles (seccomp-config-dir)"))
                .normalize();
        Path file = place.resolve(name).normalize();
        if (name.isEmpty() || !file.startsWith(place) || file.equals(place) || !Files.isRegularFile(file)) {
            throw new IOException("seccomp profile '" + name + "': there is no such file in " + place);
        }
        long bytes = Files.size(file);
        Key key = new Key(
                file,
                Files.getAttribute(file, "unix:ctime"),
                Files.getAttribute(file, "unix:ino"),
                bytes,
                Set.copyOf(capabilities));
        synchronized (kept) {
            SeccompFilter found = kept.get(key);
            if (found != null) {
                return found;
            }
        }
        if (bytes > SeccompProfile.BYTES_MAX) {
            throw new IOException(
                    "seccomp profile '" + name + "' has " + bytes + " bytes > BYTES_MAX=" + SeccompProfile.BYTES_MAX);
        }
        SeccompFilter filter = SeccompProfile.parse(Files.readAllBytes(file), "seccomp profile '" + name + "'")
                .filter(Architecture.here(), capabilities, KernelVersion.here());
        synchronized (kept) {
            if (kept.size() >= KEPT_MAX) {
                kept.clear();
            }
            kept.put(key, filter);
        }
        return filter;
    }
}
