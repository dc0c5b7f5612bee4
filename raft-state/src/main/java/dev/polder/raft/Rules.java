package dev.polder.raft;

/**
 * The rules that Atomix breaks and we keep, one by one. A test takes one away to see that it is missed; everything else
 * has {@link #KEPT}.
 *
 * @param gates where the disk is waited for
 * @param keepsVote whether the vote of a term outlives the finding of its leader; without, a member may vote twice
 * @param refusesDamage whether a log with a damaged entry that had been forced is refused; without, it ends there and
 *     acknowledged entries are forgotten
 * @param knowsTermBefore whether a log whose last segment is empty knows the term of its last entry; without, it takes
 *     any other log for as new
 * @param failsForGood whether a log is never used again after a failed write; without, what the disk gave up counts as
 *     forced
 * @param checksPlace whether an append that names no term for the entry before its own is compared with the log;
 *     without, leavings of a deposed leader are committed
 * @param failsOpenAppends whether whoever loses the lead forgets its open appends; without, late answers count below
 *     zero, and a follower is never sent anything again
 * @param changesOneByOne whether no list of members is appended before the one before is committed; without, two majorities
 *     need have no member in common
 */
record Rules(
        Gates gates,
        boolean keepsVote,
        boolean refusesDamage,
        boolean knowsTermBefore,
        boolean failsForGood,
        boolean checksPlace,
        boolean failsOpenAppends,
        boolean changesOneByOne) {
    /** All of them. */
    static final Rules KEPT = new Rules(Gates.DISK, true, true, true, true, true, true, true);
}
