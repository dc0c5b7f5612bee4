package dev.polder.raft.recipe;

/**
 * Keys that lie together in the order of their UTF-8 bytes.
 *
 * @param from the first key
 * @param to the first key that is no longer in it; empty for no end
 */
public record KeyRange(String from, String to) {
    /** Every key. */
    public static final KeyRange ALL = new KeyRange("", "");

    /**
     * Checks that the bounds can be keys.
     *
     * @throws IllegalArgumentException if one cannot, or if {@code to} comes before {@code from}
     */
    public KeyRange {
        Keys.check(from);
        Keys.check(to);
        if (!to.isEmpty() && Keys.ORDER.compare(from, to) > 0) {
            throw new IllegalArgumentException("range from '" + from + "' to '" + to + "': ends before it begins");
        }
    }

    /** Returns the range of one key. */
    public static KeyRange of(String key) {
        return new KeyRange(key, key + '\0');
    }

    /** Returns the range of all keys that begin with a text. */
    public static KeyRange prefix(String prefix) {
        return new KeyRange(prefix, Keys.afterPrefix(prefix));
    }

    /** Returns whether a key lies in this range. */
    public boolean contains(String key) {
        return Keys.ORDER.compare(from, key) <= 0 && (to.isEmpty() || Keys.ORDER.compare(key, to) < 0);
    }

    /** Returns whether this is the range of one key. */
    boolean isSingle() {
        return to.length() == from.length() + 1 && to.startsWith(from) && to.charAt(from.length()) == '\0';
    }
}
