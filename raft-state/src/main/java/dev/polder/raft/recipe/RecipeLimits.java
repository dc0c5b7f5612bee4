package dev.polder.raft.recipe;

import java.util.EnumMap;
import java.util.StringJoiner;

/** A value for each {@link Limit}. */
public final class RecipeLimits {
    /** Every limit as {@link Limit#byDefault()}. */
    public static final RecipeLimits DEFAULT = new RecipeLimits(defaults());

    private final EnumMap<Limit, Long> values;

    private RecipeLimits(EnumMap<Limit, Long> values) {
        this.values = values;
    }

    private static EnumMap<Limit, Long> defaults() {
        EnumMap<Limit, Long> defaults = new EnumMap<>(Limit.class);
        for (Limit limit : Limit.values()) {
            defaults.put(limit, limit.byDefault());
        }
        return defaults;
    }

    /** Returns the value of a limit. */
    public long of(Limit limit) {
        return values.getOrDefault(limit, limit.byDefault());
    }

    /**
     * Returns the same limits but for one.
     *
     * @throws IllegalArgumentException if the value is below 1
     */
    public RecipeLimits with(Limit limit, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(limit.text() + " " + value + ": must be at least 1");
        }
        EnumMap<Limit, Long> changed = values.clone();
        changed.put(limit, value);
        return new RecipeLimits(changed);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RecipeLimits limits && values.equals(limits.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        StringJoiner text = new StringJoiner(", ", "limits[", "]");
        for (Limit limit : Limit.values()) {
            text.add(limit.text() + "=" + of(limit));
        }
        return text.toString();
    }
}
