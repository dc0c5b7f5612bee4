package dev.polder.isolation.cgroup;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** The files by which the kernel is asked and told. Tests have a kernel of their own behind it. */
interface ControlFiles {
    /** Reads from the begin of a file until its end or the buffer's. Returns how many bytes. */
    int read(Path file, byte[] into) throws IOException;

    /** Returns the whole text of a file. */
    String text(Path file) throws IOException;

    /** Writes the text with one call to the kernel, as it takes each for one order. */
    void write(Path file, String text) throws IOException;

    /** Makes a group. */
    void makeGroup(Path directory) throws IOException;

    /** Removes a group that has neither processes nor groups; absent is as good as removed. */
    void removeGroup(Path directory) throws IOException;

    /** Returns the groups right below one, so many at most; none if it is absent. */
    List<Path> nested(Path directory, int max) throws IOException;

    boolean exists(Path file);

    boolean isWritable(Path file);

    /** Returns the kernel's reason without the file's name. */
    static String reason(IOException failure) {
        if (failure instanceof NoSuchFileException || failure instanceof FileNotFoundException) {
            return "no such file";
        }
        if (failure instanceof AccessDeniedException) {
            return "permission denied";
        }
        String reason = failure instanceof FileSystemException named ? named.getReason() : failure.getMessage();
        return reason == null ? failure.getClass().getSimpleName() : reason;
    }
}
