package dev.polder.raft;

import io.atomix.cluster.ClusterMembershipEventListener;
import io.atomix.cluster.ClusterMembershipService;
import io.atomix.cluster.Member;
import io.atomix.cluster.MemberId;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The membership service that Atomix asks for: it knows nobody and has no news. */
final class NoMembership implements ClusterMembershipService {
    @Override
    public Member getLocalMember() {
        throw new UnsupportedOperationException("this log has members of its own");
    }

    @Override
    public Set<Member> getMembers() {
        return Set.of();
    }

    @Override
    public @Nullable Member getMember(MemberId memberId) {
        return null;
    }

    @Override
    public void addListener(ClusterMembershipEventListener listener) {}

    @Override
    public void removeListener(ClusterMembershipEventListener listener) {}
}
