package dev.polder.isolation.engine;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerNames;
import dev.polder.isolation.ShellText;
import dev.polder.isolation.image.TreeDeletion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;

/**
 * Which containers a node has an engine run, on disk. Any thread may call.
 *
 * <pre>
 *  DIRECTORY/node             the node's name at the engine: random, as others may have a directory of the same path
 *  DIRECTORY/client           the empty configuration of the engine's client
 *  DIRECTORY/containers/ID    of one container: there before the engine hears of it, until the engine has removed it
 * </pre>
 */
final class NodeNotes {
    private static final String PERMISSIONS = "rwx------";

    private final Path containers;
    private final Path clientConfig;
    private final String node;

    private NodeNotes(Path containers, Path clientConfig, String node) {
        this.containers = containers;
        this.clientConfig = clientConfig;
        this.node = node;
    }

    static NodeNotes open(Path directory) throws IOException {
        makeDirectory(directory);
        Path real = directory.toRealPath();
        Path name = real.resolve("node");
        if (!Files.exists(name)) {
            Path fresh = Files.writeString(real.resolve("node.new"), UUID.randomUUID() + "\n");
            Files.move(fresh, name, StandardCopyOption.ATOMIC_MOVE);
        }
        return new NodeNotes(
                makeDirectory(real.resolve("containers")),
                makeDirectory(real.resolve("client")),
                Files.readString(name, StandardCharsets.US_ASCII).strip());
    }

    /** Is there a container in a directory that has not been removed from its engine? */
    static boolean areIn(Path directory) throws IOException {
        return !ContainerNames.in(directory.resolve("containers")).isEmpty();
    }

    private static Path makeDirectory(Path directory) throws IOException {
        return Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(PERMISSIONS)));
    }

    String node() {
        return node;
    }

    Path clientConfig() {
        return clientConfig;
    }

    boolean has(ContainerId id) {
        return Files.exists(containers.resolve(id.toString()));
    }

    Set<ContainerId> all() throws IOException {
        return ContainerNames.in(containers);
    }

    /** Returns lines for a shell that execute a command for each container, {@code id}, after the shell has no arguments. */
    String forEach(String command) {
        return "set --\nfor note in " + ShellText.quote(containers.toString()) + "/*; do\n"
                + "    id=${note##*/}\n    [ ! -e \"$note\" ] || " + command + "\ndone\n";
    }

    /** Returns the directory of a container, which is new. */
    Path make(ContainerId id) throws IOException {
        return Files.createDirectory(
                containers.resolve(id.toString()),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(PERMISSIONS)));
    }

    void delete(ContainerId id) throws IOException {
        Path note = containers.resolve(id.toString());
        if (Files.exists(note)) {
            TreeDeletion.delete(note);
        }
    }
}
