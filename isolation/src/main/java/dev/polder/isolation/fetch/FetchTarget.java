package dev.polder.isolation.fetch;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.Account;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where something is fetched to.
 *
 * @param sandbox a directory that exists. Its parents can be changed by nobody but this node's account; it itself may be the
 *     task's user's
 * @param owner whose the files become; empty for this node's own account. A node that is not root gives nothing away, and
 *     reads every file as itself
 */
public record FetchTarget(Path sandbox, Optional<Account> owner) {
    /**
     * Checks.
     *
     * @throws IllegalArgumentException if the sandbox is not absolute
     */
    public FetchTarget {
        requireNonNull(owner, "owner");
        if (!sandbox.isAbsolute()) {
            throw new IllegalArgumentException("sandbox " + sandbox + " is not absolute");
        }
    }
}
