package dev.polder.raft;

import java.util.List;

/** What became of {@link LogTool#forceNewGroup}. */
public sealed interface NewGroupOutcome {
    /**
     * The member is the only one of its group, and serves when it is started.
     *
     * @param member its name
     * @param lastIndex of the entry that says so, the last one of its log; what others had behind the one before is lost
     * @param givenUp those that are no members any more
     */
    record Forced(String member, long lastIndex, List<String> givenUp) implements NewGroupOutcome {
        public Forced {
            givenUp = List.copyOf(givenUp);
        }
    }

    /**
     * Nothing was changed, for the member was not named, or another one.
     *
     * @param member who this is
     * @param givenUp who would be no members any more
     * @param words where its log ends
     */
    record Unconfirmed(String member, List<String> givenUp, String words) implements NewGroupOutcome {
        public Unconfirmed {
            givenUp = List.copyOf(givenUp);
        }
    }

    /**
     * Nothing was changed, and cannot be.
     *
     * @param reason in words
     */
    record Refused(String reason) implements NewGroupOutcome {}
}
