package dev.polder.raft;

import io.atomix.cluster.ClusterMembershipEventListener;
import io.atomix.cluster.ClusterMembershipService;
import io.atomix.cluster.Member;
import io.atomix.cluster.MemberId;
import io.atomix.utils.net.Address;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The membership service that Atomix asks for: it knows this member alone and has no news. */
final class LoneMembership implements ClusterMembershipService {
    private final Member self;

    LoneMembership(MemberId self) {
        // Nobody connects to this address.
        this.self = Member.member(self, Address.from("127.0.0.1", 1));
    }

    @Override
    public Member getLocalMember() {
        return self;
    }

    @Override
    public Set<Member> getMembers() {
        return Set.of(self);
    }

    @Override
    public @Nullable Member getMember(MemberId memberId) {
        return memberId.equals(self.id()) ? self : null;
    }

    @Override
    public void addListener(ClusterMembershipEventListener listener) {}

    @Override
    public void removeListener(ClusterMembershipEventListener listener) {}
}
