package dev.polder.isolation.image;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Layers of one container, mounted over each other.
 *
 * <pre>
 *  DIRECTORY/0, 1, …   links to the layers, the highest first
 *  DIRECTORY/upper     what the container writes
 *  DIRECTORY/work      the kernel's own
 *  DIRECTORY/root      the mount point
 * </pre>
 * The kernel takes a page of mount options at most, which some forty paths of layers fill; the links' names, relative
 * to the directory in which {@code mount} is run, leave room for all layers that an image may have. Attributes of the
 * name space {@code user} say which directories are opaque, since Java can set no others.
 */
final class OverlayMount {
    private static final Logger log = LoggerFactory.getLogger(OverlayMount.class);
    private static final String ROOT = "root";

    private OverlayMount() {}

    /**
     * Makes ready what is mounted, in a directory that is there and empty.
     *
     * @param layers the lowest first
     * @return the command, to be run in that directory
     */
    static List<String> prepare(Path directory, Map<Path, Whiteouts> layers) throws IOException {
        List<Path> highestFirst = new ArrayList<>(layers.keySet());
        Collections.reverse(highestFirst);
        Map<Path, Whiteouts> mounted = new LinkedHashMap<>();
        StringBuilder options = new StringBuilder("userxattr,nodev,lowerdir=");
        for (int i = 0; i < highestFirst.size(); i++) {
            Path layer = highestFirst.get(i);
            mounted.put(layer, requireNonNull(layers.get(layer)));
            Files.createSymbolicLink(directory.resolve(Integer.toString(i)), layer);
            options.append(i == 0 ? "" : ":").append(i);
        }
        Path upper = Files.createDirectory(directory.resolve("upper"));
        FileAttributes.of(highestFirst.get(0)).applyToDirectory(upper, true);
        LoneDirectories.makeIn(upper, mounted);
        Files.createDirectory(directory.resolve("work"));
        Path root = Files.createDirectory(root(directory));
        options.append(",upperdir=upper,workdir=work");
        return List.of(
                HostCommand.get("mount").program().toString(),
                "-t",
                "overlay",
                "-o",
                options.toString(),
                "overlay",
                root.toString());
    }

    static Path root(Path directory) {
        return directory.resolve(ROOT);
    }

    /** Mounts here. The directory is there and empty. */
    static Path mount(Path directory, Map<Path, Whiteouts> layers) throws IOException {
        List<String> command = prepare(directory, layers);
        HostCommand.get("mount")
                .run(directory, command.subList(1, command.size()).toArray(new String[0]));
        return root(directory);
    }

    /** Lets nobody write any more. */
    static void makeReadOnly(Path root) throws IOException {
        HostCommand.get("mount").run(Path.of("/"), "-o", "remount,ro", root.toString());
    }

    /** Unmounts everything at or below a directory. What is still in use leaves the tree and ends with its users. */
    static void unmountBelow(Path directory) throws IOException {
        List<Path> mounted = MountTable.below(directory);
        if (mounted.isEmpty()) {
            return;
        }
        for (Path point : mounted) {
            try {
                HostCommand.get("umount").run(Path.of("/"), point.toString());
            } catch (IOException busy) {
                log.warn("mount is still in use, it is detached mount={}", point, busy);
                HostCommand.get("umount").run(Path.of("/"), "-l", point.toString());
            }
        }
        List<Path> left = MountTable.below(directory);
        if (!left.isEmpty()) {
            throw new IOException("still mounted: " + left);
        }
    }

    /**
     * Tries it: two layers, a whiteout and an opaque directory, a write.
     *
     * @return why it does not work, empty if it does
     */
    static String tryOut(Path scratch) {
        try {
            Files.createDirectory(scratch);
            SpecialFiles specialFiles = new SpecialFiles(Files.createDirectory(scratch.resolve("nodes")));
            Path low = Files.createDirectory(scratch.resolve("low"));
            Path high = Files.createDirectory(scratch.resolve("high"));
            Files.createFile(low.resolve("hidden"));
            Files.createDirectory(low.resolve("opaque"));
            Files.createFile(low.resolve("opaque/hidden"));
            Files.createFile(low.resolve("shown"));
            specialFiles.whiteout(high.resolve("hidden"));
            Path opaque = Files.createDirectory(high.resolve("opaque"));
            Files.getFileAttributeView(opaque, UserDefinedFileAttributeView.class)
                    .write(TreeWriter.OPAQUE_ATTRIBUTE, ByteBuffer.wrap(new byte[] {'y'}));
            Map<Path, Whiteouts> layers = new LinkedHashMap<>();
            layers.put(low, new Whiteouts(List.of(), List.of()));
            layers.put(high, new Whiteouts(List.of(), List.of()));
            Path root = mount(Files.createDirectory(scratch.resolve("mount")), layers);
            Files.createFile(root.resolve("written"));
            boolean works = Files.exists(root.resolve("shown"))
                    && !Files.exists(root.resolve("hidden"))
                    && !Files.exists(root.resolve("opaque/hidden"))
                    && Files.exists(scratch.resolve("mount/upper/written"));
            return works ? "" : "a mounted overlay does not show what it should";
        } catch (IOException | UnsupportedOperationException e) {
            return String.valueOf(e.getMessage());
        } finally {
            discard(scratch);
        }
    }

    private static void discard(Path scratch) {
        try {
            unmountBelow(scratch);
            TreeDeletion.delete(scratch);
        } catch (IOException e) {
            log.warn("the trial of overlay was not cleaned away directory={}", scratch, e);
        }
    }
}
