package dev.polder.offer.resource;

import java.util.HashMap;
import java.util.Map;

/**
 * Makes equal {@link ResourceId}s the same object, so that they compare by one look. Whoever meets many resources, a
 * codec or an allocator, owns one; a result never depends on whether it was used, nor on what it has forgotten. For one
 * thread.
 */
public final class ResourceIds {
    /** How many ids are remembered if nobody says otherwise. */
    public static final int IDS_MAX_DEFAULT = 65_536;

    private final int idsMax;
    private final Map<Exactly, ResourceId> known = new HashMap<>();

    /** Two ids are one key only if they also agree on what does not belong to their identity. */
    private record Exactly(ResourceId id) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Exactly that && id.isIdentical(that.id);
        }

        @Override
        public int hashCode() {
            return id.hashCode();
        }
    }

    /** Starts with {@link #IDS_MAX_DEFAULT}. */
    public ResourceIds() {
        this(IDS_MAX_DEFAULT);
    }

    /**
     * Starts with nothing known.
     *
     * @param idsMax how many ids are remembered; when there are more, all are forgotten and it begins anew
     * @throws IllegalArgumentException if that is not 1 or more
     */
    public ResourceIds(int idsMax) {
        if (idsMax < 1) {
            throw new IllegalArgumentException("idsMax is " + idsMax + ", must be 1 or more");
        }
        this.idsMax = idsMax;
    }

    /** Returns the one object that stands for all ids like this one. */
    public ResourceId intern(ResourceId id) {
        if (id.isField()) {
            return id;
        }
        Exactly key = new Exactly(id);
        ResourceId one = known.get(key);
        if (one != null) {
            return one;
        }
        if (known.size() == idsMax) {
            known.clear();
        }
        known.put(key, id);
        return id;
    }

    /** Returns the same amounts with ids that are known; {@code resources} itself if they are already. */
    public Resources intern(Resources resources) {
        return resources.withIds(this::intern);
    }

    /** Returns how many ids are remembered. */
    public int size() {
        return known.size();
    }
}
