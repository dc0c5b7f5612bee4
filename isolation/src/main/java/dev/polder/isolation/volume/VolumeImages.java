package dev.polder.isolation.volume;

import dev.polder.isolation.ContainerId;
import java.io.IOException;
import java.nio.file.Path;

/** Trees of images that are held for containers. Any thread may call; calls block. */
public interface VolumeImages {
    /**
     * Puts a tree together, which whoever runs images takes apart when the container has ended.
     *
     * @param number tells the trees of one container apart
     * @param reference the image's full name
     * @return its root on this host
     * @throws IOException if the container does not hold the image, or the kernel refuses
     */
    Path provide(ContainerId holder, int number, String reference, boolean readOnly) throws IOException;
}
