package dev.polder.raft;

import java.util.Objects;

/** One change to the list of members. */
public sealed interface MemberChange {
    /** Returns the member, as {@code host:port}. */
    String member();

    /**
     * A node becomes a member.
     *
     * @param incarnation of its directory, as {@link RaftPeers#incarnation()}; empty for whichever is met under that name
     */
    record Add(String member, String incarnation) implements MemberChange {
        public Add {
            Objects.requireNonNull(member, "member");
            Objects.requireNonNull(incarnation, "incarnation");
        }
    }

    /** A member is none any more. */
    record Remove(String member) implements MemberChange {
        public Remove {
            Objects.requireNonNull(member, "member");
        }
    }
}
