package dev.polder.agent;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.host.HostIsolation;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Finds out what its host can do for an agent, on a thread of its own: it takes some hundred milliseconds as root, most of
 * which programs of the host take, and so the rest of a node starts meanwhile. Any thread may call.
 */
public final class IsolationSearch implements Closeable {
    private static final Path DEVICES = Path.of("/dev");
    private static final int GROUP_NODE_LENGTH_MAX = 32;
    private static final int GROUP_DIRECTORY_LENGTH = 13;

    private final FutureTask<HostIsolation> search;
    /** Whoever sets it has what was found. */
    private final AtomicBoolean taken = new AtomicBoolean();

    private IsolationSearch(FutureTask<HostIsolation> search) {
        this.search = search;
    }

    /** Begins. The agent's directory is made if it is missing. */
    public static IsolationSearch begin(AgentServiceConfig config) {
        FutureTask<HostIsolation> search = new FutureTask<>(() -> find(config));
        Thread thread = new Thread(search, config.nodeName() + "-isolation-search");
        thread.setDaemon(true);
        thread.start();
        return new IsolationSearch(search);
    }

    private static HostIsolation find(AgentServiceConfig config) throws IOException {
        Path directory = makeDirectory(config.agentDir(), "rwx------");
        return HostIsolation.find(
                groupName(config.nodeName(), directory),
                config.isolation(),
                HostIsolation.Places.NONE
                        .with(new HostIsolation.ImagePlace(directory.resolve("images"), config.images()))
                        .with(new HostIsolation.VolumePlace(directory.resolve("volumes"), config.volumes()))
                        .with(new HostIsolation.NetworkPlace(directory.resolve("network"), config.networks()))
                        .with(new HostIsolation.DockerPlace(
                                directory.resolve("docker"), config.nodeName(), config.docker()))
                        .with(new HostIsolation.GpuPlace(directory.resolve("gpus"), DEVICES))
                        .with(new HostIsolation.PortsPlace(
                                directory.resolve("ports"),
                                config.nodeName() + "-ports",
                                TaskLimits.ports(config.resources()),
                                config.ports())));
    }

    static Path makeDirectory(Path directory, String permissions) throws IOException {
        Path absolute = directory.toAbsolutePath();
        Files.createDirectories(absolute);
        Files.setPosixFilePermissions(absolute, PosixFilePermissions.fromString(permissions));
        return absolute;
    }

    /** Many nodes of one name may run on a host, but no two of them on one directory. */
    static String groupName(String nodeName, Path directory) throws IOException {
        UUID hash = UUID.nameUUIDFromBytes(directory.toRealPath().toString().getBytes(StandardCharsets.UTF_8));
        String shortName = nodeName.substring(0, Math.min(nodeName.length(), GROUP_NODE_LENGTH_MAX));
        return "agent-" + shortName + "-" + hash.toString().substring(0, GROUP_DIRECTORY_LENGTH);
    }

    /**
     * Returns what was found, which is the caller's to close from then on. Waits for it. Call once, before {@link #close}.
     *
     * @throws IOException if this host lacks what is required, or the directory cannot be used, or the wait was interrupted
     */
    HostIsolation take() throws IOException {
        try {
            HostIsolation found = search.get();
            if (!taken.compareAndSet(false, true)) {
                throw new IllegalStateException("what was found is taken, or was given back");
            }
            return found;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while it was found out how this host isolates tasks", e);
        } catch (ExecutionException e) {
            Throwable cause = requireNonNull(e.getCause());
            if (cause instanceof IOException io) {
                throw io;
            }
            throw new IllegalStateException(cause);
        }
    }

    /** Waits for the end of the search, and gives back what was found unless somebody has taken it. */
    @Override
    public void close() throws IOException {
        if (!taken.compareAndSet(false, true)) {
            return;
        }
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    search.get().close();
                    return;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException nothingFound) {
                    return;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
