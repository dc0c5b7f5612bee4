package dev.polder.isolation.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * A layer's tree as it grows. Nobody else writes there, and this class remembers which names are directories that it
 * made itself, so that no entry ever goes through a link. Directories get their attributes last, since files made in
 * them would change their times.
 */
final class TreeWriter {
    /** What the kernel reads as {@code user.overlay.opaque}. */
    static final String OPAQUE_ATTRIBUTE = "overlay.opaque";

    private record Directory(EntryName name, FileAttributes attributes) {}

    private final Path tree;
    private final boolean root;
    private final LayerForm form;
    private final SpecialFiles specialFiles;
    private final NavigableMap<String, Directory> directories = new TreeMap<>();
    private final Map<String, EntryName> whiteouts = new TreeMap<>();
    private final Map<String, EntryName> opaque = new TreeMap<>();

    /** Makes the tree, a directory that does not exist yet. */
    TreeWriter(Path tree, boolean root, LayerForm form, SpecialFiles specialFiles) throws IOException {
        this.tree = tree;
        this.root = root;
        this.form = form;
        this.specialFiles = specialFiles;
        Files.createDirectory(tree);
        remember(EntryName.root(), FileAttributes.OF_IMPLIED_DIRECTORY);
    }

    private void remember(EntryName name, FileAttributes attributes) {
        directories.put(name.key(), new Directory(name, attributes));
    }

    void directory(EntryName name, FileAttributes attributes) throws IOException {
        if (!directories.containsKey(name.key())) {
            Files.createDirectory(vacate(name));
        }
        remember(name, attributes);
    }

    void file(EntryName name, FileAttributes attributes, InputStream content, byte[] buffer) throws IOException {
        Path file = vacate(name);
        try (FileChannel to = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            int read = content.read(buffer);
            while (read >= 0) {
                ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, read);
                while (bytes.hasRemaining()) {
                    to.write(bytes);
                }
                read = content.read(buffer);
            }
        }
        attributes.applyToFile(file, root);
    }

    void symbolicLink(EntryName name, FileAttributes attributes, String target) throws IOException {
        if (target.isEmpty() || target.indexOf('\0') >= 0 || target.indexOf('\ufffd') >= 0) {
            throw new ImageException(
                    "symbolic link '" + name + "' has a target that is empty, has a NUL or is not UTF-8");
        }
        if (target.getBytes(StandardCharsets.UTF_8).length > EntryName.BYTES_MAX) {
            throw new ImageException("symbolic link '" + name + "' has a target longer than BYTES_MAX="
                    + EntryName.BYTES_MAX + " bytes");
        }
        Path link = vacate(name);
        Files.createSymbolicLink(link, RawPaths.target(target));
        attributes.applyToLink(link, root);
    }

    /** Makes another name of a file of this layer. */
    void hardLink(EntryName name, EntryName target) throws IOException {
        if (target.equals(name)) {
            throw new ImageException("hard link '" + name + "' leads to itself");
        }
        Path file = RawPaths.resolve(tree, target);
        if (target.isRoot()
                || directories.containsKey(target.key())
                || !directories.containsKey(target.parent().key())
                || !Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new ImageException(
                    "hard link '" + name + "' leads to '" + target + "', which is no file of this layer");
        }
        Path link = vacate(name);
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new ImageException("hard link '" + name + "' takes the place of '" + target + "', to which it leads");
        }
        Files.createLink(link, file);
    }

    void fifo(EntryName name, FileAttributes attributes) throws IOException {
        Path file = vacate(name);
        specialFiles.fifo(file);
        attributes.applyToSpecial(file, root);
    }

    void device(EntryName name, FileAttributes attributes, boolean block, long major, long minor) throws IOException {
        Path file = vacate(name);
        specialFiles.device(file, block, major, minor);
        attributes.applyToSpecial(file, root);
    }

    void hide(EntryName name) {
        whiteouts.put(name.key(), name);
    }

    void hideBelow(EntryName directory) {
        opaque.put(directory.key(), directory);
    }

    /** Returns where the entry goes; what this layer had there is gone, its directory is there. */
    private Path vacate(EntryName name) throws IOException {
        if (name.isRoot()) {
            throw new ImageException("the layer's root is not a directory");
        }
        Path place = RawPaths.child(parent(name), name.last());
        if (directories.remove(name.key()) != null) {
            directories.subMap(name.key() + '\0', name.key() + '\1').clear();
            TreeDeletion.delete(place);
        } else {
            Files.deleteIfExists(place);
        }
        return place;
    }

    /** Returns the directory of an entry, made if the layer has not said anything of it. */
    private Path parent(EntryName name) throws IOException {
        Path place = tree;
        for (int i = 1; i < name.parts().size(); i++) {
            EntryName above = new EntryName(name.parts().subList(0, i));
            place = RawPaths.child(place, above.last());
            if (!directories.containsKey(above.key())) {
                if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
                    throw new ImageException(
                            "entry '" + name + "' goes through '" + above + "', which is no directory");
                }
                Files.createDirectory(place);
                remember(above, FileAttributes.OF_IMPLIED_DIRECTORY);
            }
        }
        return place;
    }

    /** Makes the whiteouts, gives directories their attributes, and returns what the layer hides. */
    Whiteouts finish() throws IOException {
        makeDirectoriesOfWhiteouts();
        List<EntryName> hidden = new ArrayList<>();
        for (EntryName name : whiteouts.values()) {
            // a layer that has the name itself hides only what was a directory below
            if (directories.containsKey(name.key())) {
                hideBelow(name);
            } else if (isFree(name)) {
                hidden.add(name);
            }
        }
        Whiteouts found = new Whiteouts(
                hidden,
                opaque.values().stream()
                        .filter(name -> directories.containsKey(name.key()))
                        .toList());
        mark(found);
        for (Directory directory : directories.descendingMap().values()) {
            directory.attributes().applyToDirectory(RawPaths.resolve(tree, directory.name()), root);
        }
        return found;
    }

    /** Before any is made, for the directory of one may be the name that another hides. */
    private void makeDirectoriesOfWhiteouts() throws IOException {
        for (EntryName name : whiteouts.values()) {
            if (isFree(name)) {
                parent(name);
            }
        }
        for (EntryName name : opaque.values()) {
            if (isFree(name)) {
                directory(name, FileAttributes.OF_IMPLIED_DIRECTORY);
            }
        }
    }

    private void mark(Whiteouts found) throws IOException {
        for (EntryName name : found.hidden()) {
            Path directory = parent(name);
            if (form == LayerForm.OVERLAY) {
                specialFiles.whiteout(RawPaths.child(directory, name.last()));
            }
        }
        if (form == LayerForm.OVERLAY) {
            for (EntryName name : found.opaque()) {
                Files.getFileAttributeView(RawPaths.resolve(tree, name), UserDefinedFileAttributeView.class)
                        .write(OPAQUE_ATTRIBUTE, ByteBuffer.wrap(new byte[] {'y'}));
            }
        }
    }

    /** Has this layer nothing under that name, nor a file above it, which would hide all below it anyway? */
    private boolean isFree(EntryName name) {
        for (int i = 1; i <= name.parts().size(); i++) {
            EntryName above = new EntryName(name.parts().subList(0, i));
            if (!directories.containsKey(above.key())) {
                return !Files.exists(RawPaths.resolve(tree, above), LinkOption.NOFOLLOW_LINKS);
            }
        }
        return false;
    }
}
