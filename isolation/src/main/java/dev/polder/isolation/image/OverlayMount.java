package dev.polder.isolation.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
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

    /** Mounts. The directory is there and empty. */
    static Path mount(Path directory, List<Path> layers) throws IOException {
        List<Path> highestFirst = new ArrayList<>(layers);
        java.util.Collections.reverse(highestFirst);
        StringBuilder options = new StringBuilder("userxattr,nodev,lowerdir=");
        for (int i = 0; i < highestFirst.size(); i++) {
            Files.createSymbolicLink(directory.resolve(Integer.toString(i)), highestFirst.get(i));
            options.append(i == 0 ? "" : ":").append(i);
        }
        Path upper = Files.createDirectory(directory.resolve("upper"));
        FileAttributes.of(highestFirst.get(0)).applyToDirectory(upper, true);
        Files.createDirectory(directory.resolve("work"));
        Path root = Files.createDirectory(directory.resolve(ROOT));
        options.append(",upperdir=upper,workdir=work");
        HostCommand.get("mount").run(directory, "-t", "overlay", "-o", options.toString(), "overlay", root.toString());
        return root;
    }

    /** Lets nobody write any more. */
    static void makeReadOnly(Path root) throws IOException {
        HostCommand.get("mount").run(Path.of("/"), "-o", "remount,ro", root.toString());
    }

    /**
     * Hides whiteouts that the kernel shows: in a directory that one layer alone has there is nothing to hide, so it
     * lists the devices as files, which then are not found. A directory that is also in the upper layer is looked
     * through, and it is there once something of it is set.
     */
    static void hideStrays(Path root, List<EntryName> hidden) throws IOException {
        Set<EntryName> directories = new LinkedHashSet<>();
        hidden.forEach(name -> directories.add(name.parent()));
        for (EntryName name : directories) {
            Path directory = RawPaths.resolve(root, name);
            if (isRealDirectory(root, name) && showsStrays(directory)) {
                Files.setLastModifiedTime(directory, Files.getLastModifiedTime(directory));
            }
        }
    }

    private static boolean isRealDirectory(Path root, EntryName name) {
        Path place = root;
        for (String part : name.parts()) {
            place = RawPaths.child(place, part);
            if (!Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
                return false;
            }
        }
        return true;
    }

    private static boolean showsStrays(Path directory) throws IOException {
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
            for (Path child : children) {
                if (!Files.exists(child, LinkOption.NOFOLLOW_LINKS)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Unmounts everything at or below a directory. What is still in use leaves the tree and ends with its users. */
    static void unmountBelow(Path directory) throws IOException {
        for (Path point : MountTable.below(directory)) {
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
            Path root = mount(Files.createDirectory(scratch.resolve("mount")), List.of(low, high));
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
