package dev.polder.isolation.image;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/**
 * Makes FIFOs, devices and the whiteouts of overlay, by {@code mknod}. Made in a directory of its own and moved, so that
 * a program never gets a name that an image chose. For one thread at a time but for {@link #whiteout}.
 */
final class SpecialFiles {
    private static final String WHITEOUT = "whiteout";

    private final Path directory;

    /** Takes a directory on the same file system as all that will be made. */
    SpecialFiles(Path directory) {
        this.directory = directory;
    }

    void fifo(Path at) throws IOException {
        make(at, "p");
    }

    void device(Path at, boolean block, long major, long minor) throws IOException {
        make(at, block ? "b" : "c", Long.toString(major), Long.toString(minor));
    }

    private void make(Path at, String... kind) throws IOException {
        Path fresh = directory.resolve("node-" + UUID.randomUUID());
        String[] arguments = new String[3 + kind.length];
        arguments[0] = "-m";
        arguments[1] = "600";
        arguments[2] = fresh.toString();
        System.arraycopy(kind, 0, arguments, 3, kind.length);
        try {
            HostCommand.get("mknod").run(directory, arguments);
            Files.move(fresh, at, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    /** Makes a character device 0:0. All are links to one, for a program a file would take a layer's whole time. */
    void whiteout(Path at) throws IOException {
        Path template = directory.resolve(WHITEOUT);
        if (Files.exists(template)) {
            try {
                Files.createLink(at, template);
                return;
            } catch (FileSystemException full) {
                // it has as many links as a file may have, so the next one takes its place
            }
        }
        make(template, "c", "0", "0");
        Files.createLink(at, template);
    }
}
