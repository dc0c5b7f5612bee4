package dev.polder.isolation;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * How one volume comes into a container: it is mounted on a place of the node's own first, where nobody else can exchange
 * anything, and moved to its target when it is seen to be the right one. All of it is done in the container's own mount
 * namespace, and vanishes with it.
 *
 * @param source a file or directory of this host, absolute
 * @param identity the numbers of its device and itself, {@code DEVICE:INODE}; another one is not mounted
 * @param place the node's own, absolute: an empty directory if the source is one, else an empty file
 * @param readOnly nothing in it can be changed, below either
 * @param receivesMounts what is mounted below the source later appears in the container, too
 * @param target absolute; in the tree of an image if the container has one, else on this host, of the same kind as the source
 */
public record VolumeMount(
        Path source, String identity, Path place, boolean readOnly, boolean receivesMounts, String target) {
    private static final Pattern IDENTITY = Pattern.compile("\\d{1,20}:\\d{1,20}");

    /** Refuses what is not as said. */
    public VolumeMount {
        requireNonNull(target, "target");
        if (!source.isAbsolute() || !place.isAbsolute() || !target.startsWith("/")) {
            throw new IllegalArgumentException(source + ", " + place + " and " + target + " are not all absolute");
        }
        if (!IDENTITY.matcher(identity).matches()) {
            throw new IllegalArgumentException("identity '" + identity + "' is not of the form " + IDENTITY);
        }
    }
}
