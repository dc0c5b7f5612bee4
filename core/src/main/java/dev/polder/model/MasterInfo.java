package dev.polder.model;

import static java.util.Objects.requireNonNull;

/**
 * The leading master as it introduces itself to a framework.
 *
 * @param id new with each term
 * @param hostname where it can be reached, empty if it does not say
 * @param version empty if it does not say
 */
public record MasterInfo(String id, String hostname, int port, String version) {
    public MasterInfo {
        requireNonNull(id, "id");
        requireNonNull(hostname, "hostname");
        requireNonNull(version, "version");
    }
}
