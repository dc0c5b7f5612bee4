package dev.polder.raft;

import java.util.SplittableRandom;
import java.util.UUID;

/**
 * What tells a group of members from every other one, whatever they are called: 16 random bytes, made by its first
 * leader.
 */
record GroupId(UUID value) {
    /** Of a group that has not got one yet. */
    static final GroupId NONE = new GroupId(new UUID(0, 0));

    static GroupId random(SplittableRandom random) {
        return new GroupId(new UUID(random.nextLong(), random.nextLong()));
    }

    boolean isNone() {
        return equals(NONE);
    }

    @Override
    public String toString() {
        return isNone() ? "none" : value.toString();
    }
}
