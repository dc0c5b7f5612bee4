package dev.polder.raft;

import io.atomix.cluster.MemberId;
import org.jspecify.annotations.Nullable;

/**
 * Whom this member takes for the leader of its term. Owned by the log's thread; any thread may ask for {@link #known()}
 * and {@link #isFollowed()}.
 */
final class KnownLeader {
    private final PolderRaftContext context;
    private final RaftParts parts;
    private @Nullable MemberId leader;
    private volatile @Nullable LogLeader told;

    KnownLeader(PolderRaftContext context, RaftParts parts) {
        this.context = context;
        this.parts = parts;
    }

    /** A leader of the present term is known; null for none. */
    void set(@Nullable MemberId member) {
        leader = member;
        told = member == null ? null : new LogLeader(member.id(), context.getTerm());
    }

    /** Returns the leader, also if it is this member and is not followed; null for none. */
    @Nullable
    MemberId leader() {
        return leader;
    }

    boolean isSelf() {
        return parts.self().equals(leader);
    }

    /**
     * Tells whether this member leads, a majority elects nobody else yet, and none may stand that it has asked to, whom
     * others elect without waiting.
     */
    boolean isFollowed() {
        LogLeader known = told;
        return known != null
                && known.memberId().equals(context.getName())
                && (parts.membership().current().size() == 1
                        || (parts.appends().contact().isHeld()
                                && !context.handOver().isInDoubt(known.term())));
    }

    /** Returns the leader and its term; null if none is known, or if it is this member and is not followed. */
    @Nullable
    LogLeader known() {
        LogLeader known = told;
        return known == null || !known.memberId().equals(context.getName()) || isFollowed() ? known : null;
    }
}
