package dev.polder.isolation.image;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A container's tree, put together.
 *
 * @param root its root on this host
 * @param written where on this host the container's own writes are; the root itself if layers are copied
 */
public record RootFilesystem(Path root, Path written) {
    /**
     * Sees to it that there is a directory to mount something on, and returns its place on this host. Links in the image
     * are followed as the container would follow them, so never out of the root. To be called before the container
     * runs, as nobody else may write to the tree meanwhile.
     *
     * @param path absolute, as the container sees it
     * @throws ImageException if the path is not absolute, or leads through a file or too many links
     */
    public Path directoryAt(String path) throws IOException {
        return new PathInRoot(root).make(path, false);
    }

    /**
     * Likewise for an empty file.
     *
     * @param path absolute, as the container sees it
     * @throws ImageException if the path is not absolute, or leads through a file or too many links, or is a directory
     */
    public Path fileAt(String path) throws IOException {
        return new PathInRoot(root).make(path, true);
    }
}
