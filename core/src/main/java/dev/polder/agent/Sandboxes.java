package dev.polder.agent;

import dev.polder.isolation.TaskSpec;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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

    private static final int ATTEMPTS_MAX = 64;

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
        if (!sandbox.startsWith(root) || sandbox.equals(root)) {
            throw new IllegalArgumentException("sandbox " + sandbox + " is not below " + root);
        }
        try {
            makeDirectory(sandbox);
            return furnish(spec);
        } catch (IOException e) {
            return Optional.of(Statuses.sandboxFailure(sandbox, e.toString()));
        }
    }

    /** A directory above that has been empty for long may be deleted just before something is made in it. */
    private void makeDirectory(Path sandbox) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                makeAbove(sandbox);
                Files.createDirectory(sandbox);
                return;
            } catch (NoSuchFileException e) {
                if (attempt == ATTEMPTS_MAX) {
                    throw e;
                }
            }
        }
    }

    private void makeAbove(Path sandbox) throws IOException {
        Path directory = root;
        for (Path name : root.relativize(sandbox.getParent())) {
            directory = directory.resolve(name);
            makePassable(directory);
        }
    }

    private static Optional<String> furnish(TaskSpec spec) throws IOException {
        Path sandbox = spec.sandbox();
        Files.setPosixFilePermissions(sandbox, PRIVATE);
        String user = spec.user();
        if (user != null && !chown(sandbox, user)) {
            Files.delete(sandbox);
            return Optional.of(Statuses.sandboxFailure(
                    sandbox, "Failed to chown directory to '" + user + "': No such user '" + user + "'"));
        }
        pointTo(sandbox.resolveSibling("latest"), sandbox);
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
