package dev.polder.isolation.volume;

import dev.polder.isolation.files.OpenDirectory;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a path led to when no link was followed on the way.
 *
 * @param path absolute
 * @param identity the numbers of its device and itself, {@code DEVICE:INODE}
 */
record FoundFile(Path path, String identity, boolean directory) {
    /** The form that the JDK gives what tells files apart; it has no other for these numbers. */
    private static final Pattern KEY = Pattern.compile("\\(dev=([0-9a-f]{1,16}),ino=(\\d{1,20})\\)");

    /**
     * Walks from a directory that is trusted; others may exchange what is below it meanwhile.
     *
     * @return null if there is nothing
     * @throws IOException if a link is on the way or at its end, in words
     */
    static @Nullable FoundFile below(Path trusted, Path relative) throws IOException {
        OpenDirectory at = OpenDirectory.open(trusted);
        try {
            for (int i = 0; i < relative.getNameCount() - 1; i++) {
                OpenDirectory next = at.child(relative.getName(i).toString());
                at.close();
                at = next;
            }
            String last = relative.getFileName().toString();
            boolean isTrustedItself = last.isEmpty();
            PosixFileAttributes found = isTrustedItself ? at.attributes() : at.attributes(last);
            if (found.isSymbolicLink()) {
                throw new OpenDirectory.LinkException(trusted.resolve(relative));
            }
            Path path = isTrustedItself ? trusted : trusted.resolve(relative);
            return new FoundFile(path, identity(String.valueOf(found.fileKey())), found.isDirectory());
        } catch (NoSuchFileException absent) {
            return null;
        } catch (OpenDirectory.LinkException e) {
            throw new IOException("'" + e.getMessage() + "' is a symbolic link, or was exchanged just now", e);
        } catch (NotDirectoryException e) {
            throw new IOException("'" + e.getMessage() + "' is not a directory", e);
        } finally {
            at.close();
        }
    }

    static String identity(String key) throws IOException {
        Matcher matcher = KEY.matcher(key);
        if (!matcher.matches()) {
            throw new IOException("the file system does not tell files apart: " + key);
        }
        return Long.parseUnsignedLong(matcher.group(1), 16) + ":" + matcher.group(2);
    }
}
