package dev.polder.raft;

import io.atomix.protocols.raft.cluster.impl.RaftMemberContext;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings everything in line with the list of members that counts, in the middle of the change to the log that has made
 * it count. And what this member may do while that list does not have it: it does not stand. Owned by the log's thread.
 */
final class Adoption implements Standing.Obstacle {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedLog.class);

    private final PolderRaftContext context;
    private final RaftParts parts;
    private final MemberChanges changes;
    private long version = 1;

    Adoption(PolderRaftContext context, RaftParts parts, MemberChanges changes) {
        this.context = context;
        this.parts = parts;
        this.changes = changes;
        changes.onGuests(this::reach);
    }

    /** Takes the present list as it is, and all others from now on. */
    void begin() {
        parts.standing().add(this);
        parts.standing().add(parts.probation());
        parts.membership().onChange(this::adopt);
        settle();
        reach();
    }

    private void adopt() {
        MemberList list = parts.membership().current();
        for (String peer : context.peerNames()) {
            if (!list.contains(peer)) {
                parts.appends().fail(peer);
            }
        }
        version++;
        context.getCluster().configure(PolderMetaStore.configuration(version, list));
        LOG.info(
                "event=members member={} index={} members={}",
                context.getName(),
                parts.membership().index(),
                list.members());
        settle();
        context.roles().membersChanged();
        reach();
    }

    /** The members are those of the log; Atomix need not configure its peers. */
    private void settle() {
        for (RaftMemberContext peer : context.peers()) {
            peer.setConfigTerm(Long.MAX_VALUE);
            peer.setConfigIndex(Long.MAX_VALUE);
        }
    }

    private void reach() {
        Set<String> reached = new TreeSet<>(context.peerNames());
        if (!isListed()) {
            // who waits to be added calls nobody
            reached.clear();
        }
        reached.addAll(changes.guests());
        parts.calls().reach(reached);
    }

    private boolean isListed() {
        return parts.membership().hasSelf(context.getName());
    }

    /**
     * Believes a leader that this is no member any more. Not so whoever was made one again since, and whoever was none and
     * waits to become one, under the name of one that was removed. Returns whether it goes.
     */
    boolean removed(PeerRequest.Removed request) {
        boolean isOlder = parts.membership().index() < request.index();
        if (request.term() < context.getTerm() || isListed() != isOlder || context.leadingTerm() != 0) {
            return false;
        }
        parts.terms().removed(request.index());
        parts.membership().removed(request.index());
        // not from here: the answer must go out
        parts.thread()
                .execute(() -> parts.failStop()
                        .stop(new MemberRemovedException(context.getName() + " is no member any more: entry "
                                + request.index()
                                + " lists the members without it, says " + request.leader() + ", the leader of term "
                                + request.term())));
        return true;
    }

    @Override
    public @Nullable String toStanding() {
        return isListed() ? null : unlisted();
    }

    /**
     * Whoever waits to be added must vote, for it may have been added by an entry that it has not got; but that was not
     * before it had entries.
     */
    @Override
    public @Nullable String toVoting() {
        return isListed() || parts.log().lastIndex() > 0 ? null : unlisted() + ", and has no entries yet";
    }

    private String unlisted() {
        List<String> names = parts.membership().current().names();
        return names.contains(context.getName())
                ? context.getName() + " is no member any more: entry "
                        + parts.terms().removedIndex() + " lists the members without it"
                : context.getName() + " is none of the members " + names;
    }
}
