package dev.polder.isolation.image;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.util.Map;

/**
 * What a file has beside its bytes.
 *
 * @param mode permissions with set-user-id, set-group-id and sticky
 * @param uid the owner, as an unsigned number of 32 bits
 * @param gid the group, likewise
 */
record FileAttributes(int mode, long uid, long gid, FileTime modified) {
    static final int MODE_MASK = 07777;

    private static final long ID_MAX = 0xffff_fffeL;
    private static final int IDENTITY_CHANGING = 06000;
    private static final int OWNER_ALL = 0700;
    private static final int OWNER_READ_WRITE = 0600;

    /** What a directory gets of which a layer has only the content. */
    static final FileAttributes OF_IMPLIED_DIRECTORY = new FileAttributes(0755, 0, 0, FileTime.fromMillis(0));

    static FileAttributes check(EntryName name, int mode, long uid, long gid, FileTime modified) throws ImageException {
        if (uid < 0 || uid > ID_MAX || gid < 0 || gid > ID_MAX) {
            throw new ImageException(
                    "entry '" + name + "' has the owner " + uid + ":" + gid + ", which are not 0 to " + ID_MAX);
        }
        return new FileAttributes(mode & MODE_MASK, uid, gid, modified);
    }

    /** Reads those of a file, of a symbolic link itself. */
    static FileAttributes of(Path file) throws IOException {
        Map<String, Object> read =
                Files.readAttributes(file, "unix:mode,uid,gid,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
        return new FileAttributes(
                known(read, "mode", Integer.class) & MODE_MASK,
                Integer.toUnsignedLong(known(read, "uid", Integer.class)),
                Integer.toUnsignedLong(known(read, "gid", Integer.class)),
                known(read, "lastModifiedTime", FileTime.class));
    }

    /** Returns one of the attributes that were read. */
    static <T> T known(Map<String, Object> read, String name, Class<T> kind) {
        return kind.cast(requireNonNull(read.get(name), name));
    }

    void applyToDirectory(Path directory, boolean root) throws IOException {
        applyTime(directory);
        applyOwner(directory, root);
        setMode(directory, root ? mode : (mode & ~IDENTITY_CHANGING) | OWNER_ALL);
    }

    /** For a regular file; one that is not root's could do no more than run as ourselves. */
    void applyToFile(Path file, boolean root) throws IOException {
        applyTime(file);
        applyOwner(file, root);
        setMode(file, root ? mode : (mode & ~IDENTITY_CHANGING) | OWNER_READ_WRITE);
    }

    /** For FIFOs and devices, whose times cannot be set without opening them. */
    void applyToSpecial(Path file, boolean root) throws IOException {
        applyOwner(file, root);
        setMode(file, mode);
    }

    void applyToLink(Path link, boolean root) throws IOException {
        applyTime(link);
        applyOwner(link, root);
    }

    private void applyTime(Path file) throws IOException {
        Files.getFileAttributeView(file, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .setTimes(modified, null, null);
    }

    private void applyOwner(Path file, boolean root) throws IOException {
        if (root) {
            Files.setAttribute(file, "unix:uid", (int) uid, LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(file, "unix:gid", (int) gid, LinkOption.NOFOLLOW_LINKS);
        }
    }

    private static void setMode(Path file, int mode) throws IOException {
        Files.setAttribute(file, "unix:mode", mode);
    }
}
