package dev.polder.raft;

import java.util.Optional;

/** What became of a {@link MemberChange}. */
public sealed interface ChangeOutcome {
    /**
     * It is committed; also if it was so before.
     *
     * @param index of the entry that says so
     * @param changed whether this has changed anything; false if it was so before
     */
    record Done(long index, boolean changed) implements ChangeOutcome {}

    /**
     * It is not safe now, or never; nothing has changed.
     *
     * @param reason the rule, in words
     */
    record Refused(String reason) implements ChangeOutcome {}

    /**
     * Only the leader can, and this member does not lead.
     *
     * @param leader whom this member takes for it; empty if for none
     */
    record Moved(Optional<String> leader) implements ChangeOutcome {}

    /** The lead was lost on the way: ask again, it may be done or not. */
    record Unknown() implements ChangeOutcome {}
}
