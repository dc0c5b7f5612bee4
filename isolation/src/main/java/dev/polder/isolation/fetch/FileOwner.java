package dev.polder.isolation.fetch;

import static java.util.Objects.requireNonNull;

/**
 * Whom a task runs as.
 *
 * @param user the account's name; the cache keeps accounts apart by it
 * @param uid its number
 * @param gid the number of its first group
 */
public record FileOwner(String user, int uid, int gid) {
    /** Refuses null. */
    public FileOwner {
        requireNonNull(user, "user");
    }
}
