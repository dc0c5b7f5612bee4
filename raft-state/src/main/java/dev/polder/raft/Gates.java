package dev.polder.raft;

/**
 * Where entries must be on this member's disk before anything is built on them.
 *
 * @param lone before a member without peers calls its own entries committed
 * @param leader before a leader counts itself among those who have entries that a peer has
 * @param follower before a follower says that it has them
 */
record Gates(Gate lone, Gate leader, Gate follower) {
    /** Everything waits for the disk. */
    static final Gates DISK = new Gates(Gates::force, Gates::force, Gates::force);

    interface Gate {
        /** Returns when the entries up to an index are durable. */
        void pass(FactLog log, long index);
    }

    private static void force(FactLog log, long index) {
        if (log.durableIndex() < index) {
            log.force();
        }
    }
}
