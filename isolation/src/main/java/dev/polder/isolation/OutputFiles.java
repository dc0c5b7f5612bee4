package dev.polder.isolation;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;

/**
 * The files {@code stdout} and {@code stderr} of a task that a runtime runs, which opens them with the node's rights. They
 * are in the sandbox and in a directory of the node's, where only the node can exchange them: the task's user could put a
 * link in their place before they are opened.
 */
public final class OutputFiles {
    private static final List<String> NAMES = List.of("stdout", "stderr");

    private OutputFiles() {}

    /**
     * Makes them, empty.
     *
     * @param directory the node's, on the file system of the sandbox
     * @param owner empty for the node's own account
     * @throws IOException if the sandbox has a file of that name already, or the disk fails
     */
    public static void make(Path directory, Path sandbox, Optional<Account> owner) throws IOException {
        for (String name : NAMES) {
            Path file = Files.createFile(
                    directory.resolve(name),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--")));
            if (owner.isPresent()) {
                Files.setAttribute(file, "unix:uid", owner.get().uid());
                Files.setAttribute(file, "unix:gid", owner.get().gid());
            }
            try {
                Files.createLink(sandbox.resolve(name), file);
            } catch (FileAlreadyExistsException e) {
                throw new IOException("there is a file " + name + " in the sandbox already", e);
            }
        }
    }
}
