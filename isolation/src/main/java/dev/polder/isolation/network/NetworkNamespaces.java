package dev.polder.isolation.network;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.ContainerId;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Network namespaces, one a container, each kept by a mount on a file below one directory; no process is needed to keep it,
 * and the processes of a container may come and go. Its loopback interface is up. Needs root, and the programs
 * {@code unshare}, {@code ip} and {@code umount}. Safe for many threads; calls for one container come one after the other.
 */
public final class NetworkNamespaces {
    private static final List<String> PROGRAMS =
            List.of("/usr/sbin", "/sbin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/local/bin");
    private static final long SECONDS_MAX = 30;
    private static final String MOUNTED_TYPE = "nsfs";

    private final Path directory;

    private NetworkNamespaces(Path directory) {
        this.directory = directory;
    }

    /** Opens a directory of namespaces, and makes it, mode 0700, if it is not there. */
    public static NetworkNamespaces open(Path directory) throws IOException {
        return new NetworkNamespaces(PrivateDirectory.make(directory));
    }

    /** Returns the containers whose namespaces are there, in whole or in part; those nobody needs are to be released. */
    public Set<ContainerId> containers() throws IOException {
        Set<ContainerId> containers = new LinkedHashSet<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                try {
                    containers.add(
                            new ContainerId(UUID.fromString(file.getFileName().toString())));
                } catch (IllegalArgumentException e) {
                    throw new IOException(file + " is not the name of a container", e);
                }
            }
        }
        return Collections.unmodifiableSet(containers);
    }

    /** Returns where a container's namespace is, or would be. */
    public Path path(ContainerId container) {
        return directory.resolve(requireNonNull(container, "container").toString());
    }

    /**
     * Makes a container's namespace; leaves nothing if that fails.
     *
     * @return its path, for {@code nsenter --net=} and for {@link NetworkRequest}
     * @throws FileAlreadyExistsException if it has one
     * @throws IOException if this host refuses, in its words
     */
    public Path create(ContainerId container) throws IOException {
        Path file = Files.createFile(path(container));
        try {
            // unshare mounts before ip begins
            run(List.of(program("unshare"), "--net=" + file, program("ip"), "link", "set", "lo", "up"));
            return file;
        } catch (IOException e) {
            boolean interrupted = Thread.interrupted();
            try {
                release(container);
            } catch (IOException notReleased) {
                e.addSuppressed(notReleased);
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
            throw e;
        }
    }

    /** Gives a container's namespace up; it ends with the last process in it. Does nothing if there is none. */
    public void release(ContainerId container) throws IOException {
        Path file = path(container);
        while (isMounted(file)) {
            run(List.of(program("umount"), file.toString()));
        }
        Files.deleteIfExists(file);
    }

    /** Tells whether a file stands for a namespace; after a reboot it is a plain one again. */
    static boolean isMounted(Path file) throws IOException {
        return Files.exists(file) && Files.getFileStore(file).type().equals(MOUNTED_TYPE);
    }

    private static String program(String name) throws IOException {
        for (String place : PROGRAMS) {
            Path file = Path.of(place, name);
            if (Files.isExecutable(file)) {
                return file.toString();
            }
        }
        throw new IOException("this host has no program " + name + " in " + PROGRAMS);
    }

    private static void run(List<String> line) throws IOException {
        Path words = Files.createTempFile("polder-network-namespace", "");
        try {
            Process process = new ProcessBuilder(line)
                    .redirectErrorStream(true)
                    .redirectOutput(words.toFile())
                    .start();
            process.getOutputStream().close();
            try {
                if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
                    throw new IOException(line + " has not ended within SECONDS_MAX=" + SECONDS_MAX + " s");
                }
            } finally {
                process.destroyForcibly();
                process.onExit().join();
            }
            if (process.exitValue() != 0) {
                throw new IOException(line + " exits with " + process.exitValue() + ": "
                        + new String(Files.readAllBytes(words), StandardCharsets.UTF_8).strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("interrupted while " + line + " ran");
            interrupted.initCause(e);
            throw interrupted;
        } finally {
            Files.delete(words);
        }
    }
}
