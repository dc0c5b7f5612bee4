package dev.polder.isolation;

import java.util.UUID;

/** The name of one run of one task on this host; a fresh random one for every launch. */
public record ContainerId(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}
