package dev.polder.raft.recipe;

import java.util.List;

/**
 * What a read found, all at one moment.
 *
 * @param revision of that moment; a watch from the next one misses nothing
 * @param entries in the order that was asked for
 * @param more whether the range has more than was wanted or fits {@link Limit#RESULT_BYTES_MAX}
 */
public record Reading(long revision, List<KeyEntry> entries, boolean more) {
    /** Copies the entries. */
    public Reading {
        entries = List.copyOf(entries);
    }
}
