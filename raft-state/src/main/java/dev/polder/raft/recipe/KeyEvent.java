package dev.polder.raft.recipe;

/**
 * What happened to one key.
 *
 * @param kind what it was
 * @param entry the key as it is after {@link Kind#PUT}, as it was before {@link Kind#DELETE}
 */
public record KeyEvent(Kind kind, KeyEntry entry) {
    /** What can happen to a key. */
    public enum Kind {
        /** It was made or written. */
        PUT,
        /** It was deleted, by a call or with its lease. */
        DELETE
    }

    /** Returns the key. */
    public String key() {
        return entry.key();
    }
}
