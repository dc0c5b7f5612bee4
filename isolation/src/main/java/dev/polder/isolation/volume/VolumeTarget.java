package dev.polder.isolation.volume;

import dev.polder.isolation.ContainerSpec;
import dev.polder.isolation.ContainerVolume;
import dev.polder.isolation.ImageTask;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where the volumes of one container are to be: none within another, and none over the sandbox.
 *
 * @param path absolute, in the tree of the image or of this host
 * @param inSandbox the same relative to the sandbox; empty for one that is elsewhere, in an image
 */
record VolumeTarget(Path path, Optional<Path> inSandbox) {
    private static final int PATH_LENGTH_MAX = 1024;

    /** Returns the targets in the order of the volumes. */
    static List<VolumeTarget> of(ContainerSpec spec, Path sandbox) throws IOException {
        boolean hasImage = spec.image().isPresent();
        Path seen = hasImage ? Path.of(ImageTask.SANDBOX) : sandbox;
        List<VolumeTarget> targets = new ArrayList<>();
        for (ContainerVolume volume : spec.volumes()) {
            VolumeTarget target = of(volume.path(), hasImage, seen);
            if (seen.startsWith(target.path())) {
                throw new IOException("container path '" + volume.path() + "' would hide the sandbox");
            }
            for (VolumeTarget other : targets) {
                if (other.path().startsWith(target.path()) || target.path().startsWith(other.path())) {
                    throw new IOException("container paths '" + other.path() + "' and '" + target.path()
                            + "' clash: one is within the other");
                }
            }
            targets.add(target);
        }
        return targets;
    }

    private static VolumeTarget of(String text, boolean hasImage, Path sandbox) throws IOException {
        Path path = path("container path", text);
        if (!path.isAbsolute() || path.startsWith(sandbox)) {
            Path relative = path.isAbsolute() ? sandbox.relativize(path) : path;
            return new VolumeTarget(sandbox.resolve(relative), Optional.of(relative));
        }
        if (!hasImage) {
            throw new IOException("container path '" + text + "' is absolute, and the container shares the host's tree,"
                    + " in which programs run as root; it must be relative, or the container have an image");
        }
        return new VolumeTarget(path, Optional.empty());
    }

    /** Reads a path that a user wrote. */
    static Path path(String what, String text) throws IOException {
        if (text.isEmpty() || text.length() > PATH_LENGTH_MAX || text.chars().anyMatch(Character::isISOControl)) {
            throw new IOException(what + " '" + text + "': must have 1 to " + PATH_LENGTH_MAX
                    + " characters, and no control characters");
        }
        Path path = Path.of(text);
        for (Path name : path) {
            if (name.toString().equals("..")) {
                throw new IOException(what + " '" + text + "' has a '..'");
            }
        }
        return path.normalize();
    }
}
