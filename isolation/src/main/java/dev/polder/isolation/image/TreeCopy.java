package dev.polder.isolation.image;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Lays a layer over a tree by copying it: what the layer hides is deleted, what it has takes the place of what was
 * there, directories are joined. Nobody else writes to the tree. Hard links within the layer stay links. For one layer.
 */
final class TreeCopy {
    private static final int KIND = 0170000;
    private static final int FIFO = 0010000;
    private static final int BLOCK = 0060000;
    private static final int CHARACTER = 0020000;

    private final Path to;
    private final boolean root;
    private final SpecialFiles specialFiles;
    /** Where the first name of each file with several went. */
    private final Map<Object, Path> linked = new HashMap<>();

    TreeCopy(Path to, boolean root, SpecialFiles specialFiles) {
        this.to = to;
        this.root = root;
        this.specialFiles = specialFiles;
    }

    void apply(Path layer, Whiteouts whiteouts) throws IOException {
        for (EntryName directory : whiteouts.opaque()) {
            if (isRealDirectory(directory.parts())) {
                for (Path child : children(RawPaths.resolve(to, directory))) {
                    TreeDeletion.delete(child);
                }
            }
        }
        for (EntryName name : whiteouts.hidden()) {
            if (isRealDirectory(name.parent().parts())) {
                TreeDeletion.delete(RawPaths.resolve(to, name));
            }
        }
        copyDirectory(layer, to);
    }

    private boolean isRealDirectory(List<String> parts) {
        Path place = to;
        for (String part : parts) {
            place = RawPaths.child(place, part);
            if (!Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
                return false;
            }
        }
        return true;
    }

    private static List<Path> children(Path directory) throws IOException {
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            return java.util.stream.StreamSupport.stream(stream.spliterator(), false)
                    .toList();
        }
    }

    private void copyDirectory(Path from, Path target) throws IOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted while copying a layer");
        }
        for (Path child : children(from)) {
            Path place = target.resolve(child.getFileName());
            Map<String, Object> read =
                    Files.readAttributes(child, "unix:mode,nlink,rdev,fileKey", LinkOption.NOFOLLOW_LINKS);
            if (Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
                if (!Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
                    Files.deleteIfExists(place);
                    Files.createDirectory(place);
                }
                copyDirectory(child, place);
            } else {
                TreeDeletion.delete(place);
                copyFile(child, place, read);
            }
        }
        FileAttributes.of(from).applyToDirectory(target, root);
    }

    private void copyFile(Path from, Path place, Map<String, Object> read) throws IOException {
        if (FileAttributes.known(read, "nlink", Integer.class) > 1) {
            Path first = linked.putIfAbsent(read.get("fileKey"), place);
            if (first != null) {
                Files.createLink(place, first);
                return;
            }
        }
        FileAttributes attributes = FileAttributes.of(from);
        int kind = FileAttributes.known(read, "mode", Integer.class) & KIND;
        if (Files.isSymbolicLink(from)) {
            Files.createSymbolicLink(place, Files.readSymbolicLink(from));
            attributes.applyToLink(place, root);
        } else if (kind == FIFO) {
            specialFiles.fifo(place);
            attributes.applyToSpecial(place, root);
        } else if (kind == BLOCK || kind == CHARACTER) {
            long device = FileAttributes.known(read, "rdev", Long.class);
            specialFiles.device(place, kind == BLOCK, major(device), minor(device));
            attributes.applyToSpecial(place, root);
        } else {
            Files.copy(from, place, LinkOption.NOFOLLOW_LINKS);
            attributes.applyToFile(place, root);
        }
    }

    /** As the C library packs the two numbers into one. */
    private static long major(long device) {
        return (device >>> 8 & 0xfff) | (device >>> 32 & 0xffff_f000L);
    }

    private static long minor(long device) {
        return (device & 0xff) | (device >>> 12 & 0xffff_ff00L);
    }
}
