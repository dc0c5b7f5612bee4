package dev.polder.isolation.volume;

import dev.polder.isolation.Account;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Finds what an engine is to bind into a container, by the rules of volumes. The engine follows links, so it is told the
 * path with all of them resolved; what others exchange after that it does not notice. Immutable.
 */
public final class BoundPaths {
    private final HostPaths allowed;

    /** Those below these paths of the host, absolute; none if empty. */
    public BoundPaths(List<Path> allowed) {
        this.allowed = new HostPaths(allowed);
    }

    /**
     * Returns where a path of the host leads to.
     *
     * @throws IOException if that is not there, or not allowed, in words
     */
    public Path ofHost(String text) throws IOException {
        return allowed.find(text).path();
    }

    /**
     * Returns something in a sandbox, where a directory is made, with the rights of the sandbox's user, if there is nothing.
     *
     * @param user empty for the node's own account
     * @throws IOException if a link is on the way, or the directory cannot be made, in words
     */
    public static Path ofSandbox(Path sandbox, Path relative, Optional<Account> user) throws IOException {
        return new SandboxTree(sandbox, user).findOrMake(relative).path();
    }
}
