package dev.polder.isolation.image;

import java.nio.file.Path;
import java.util.List;

/**
 * An image that is on this host, held for a container so that nothing of it is thrown away.
 *
 * @param manifest the name of exactly this image
 * @param layers its unpacked layers, the lowest first; not to be written to
 * @param remarks what of it was left out when it was unpacked just now, in words
 */
public record Image(
        ImageReference reference, Digest manifest, ImageConfig config, List<Path> layers, List<String> remarks) {
    /** Copies. */
    public Image {
        layers = List.copyOf(layers);
        remarks = List.copyOf(remarks);
    }
}
