package dev.polder.agent;

import dev.polder.isolation.TaskSpec;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.Optional;
import java.util.Set;

/**
 * The directories that tasks run in. Those above a sandbox can be passed but not listed by the tasks' users; a sandbox
 * belongs to its task's user alone. Stateless; any thread may call.
 */
final class Sandboxes {
    private static final Set<PosixFilePermission> PASSABLE = PosixFilePermissions.fromString("rwx--x--x");
    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rwx------");

    private final Path root;

    /** Makes sandboxes below a directory that exists. */
    Sandboxes(Path root) {
        this.root = root;
    }

    /**
     * Makes the sandbox of a task, and {@code latest} beside it point to it.
     *
     * @return why it could not, in words for the framework; empty if it is there
     */
    Optional<String> create(TaskSpec spec) {
        Path sandbox = spec.sandbox();
        try {
            Path parent = root;
            for (Path name : root.relativize(sandbox)) {
                Path directory = parent.resolve(name);
                if (directory.equals(sandbox)) {
                    return createIn(parent, spec);
                }
                makePassable(directory);
                parent = directory;
            }
            throw new IllegalArgumentException("sandbox " + sandbox + " is not below " + root);
        } catch (IOException e) {
            return Optional.of(Statuses.sandboxFailure(sandbox, e.toString()));
        }
    }

    private static Optional<String> createIn(Path runs, TaskSpec spec) throws IOException {
        Path sandbox = spec.sandbox();
        Files.createDirectory(sandbox);
        Files.setPosixFilePermissions(sandbox, PRIVATE);
        String user = spec.user();
        if (user != null && !chown(sandbox, user)) {
            Files.delete(sandbox);
            return Optional.of(Statuses.sandboxFailure(
                    sandbox, "Failed to chown directory to '" + user + "': No such user '" + user + "'"));
        }
        pointTo(runs.resolve("latest"), sandbox);
        return Optional.empty();
    }

    private static boolean chown(Path sandbox, String user) throws IOException {
        try {
            Files.setOwner(
                    sandbox,
                    sandbox.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user));
            return true;
        } catch (UserPrincipalNotFoundException e) {
            return false;
        }
    }

    private static void makePassable(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        try {
            Files.createDirectory(directory);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory)) {
                throw e;
            }
            // made for another sandbox at the same moment
            return;
        }
        Files.setPosixFilePermissions(directory, PASSABLE);
    }

    /** Relative, so that the data directory may be moved; replaced in one step, so that readers always find it. */
    private static void pointTo(Path link, Path sandbox) throws IOException {
        Path fresh = link.resolveSibling(".latest-" + sandbox.getFileName());
        Files.createSymbolicLink(fresh, sandbox.getFileName());
        Files.move(fresh, link, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
