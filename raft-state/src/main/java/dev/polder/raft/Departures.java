package dev.polder.raft;

import io.atomix.protocols.raft.RaftServer;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/**
 * Tells those who are no members any more that they are none: nobody sends them the entry that says it, nor anything
 * else. A few times, and then no more; who was not reached waits for a leader and disturbs nobody. Owned by the log's
 * thread.
 */
final class Departures {
    private static final int TRIES = 3;

    private final PolderRaftContext context;
    private final RaftParts parts;
    private final Runnable onChange;
    private final Set<String> told = new TreeSet<>();

    /** @param onChange called when those who are told are others */
    Departures(PolderRaftContext context, RaftParts parts, Runnable onChange) {
        this.context = context;
        this.parts = parts;
        this.onChange = onChange;
    }

    /** Returns who is being told. */
    Set<String> names() {
        return told;
    }

    /** @param index an entry that lists the members without that one, committed */
    void tell(String member, long index) {
        if (!told.add(member)) {
            return;
        }
        onChange.run();
        say(member, new PeerRequest.Removed(context.getTerm(), context.getName(), index), TRIES);
    }

    private void say(String member, PeerRequest.Removed request, int tries) {
        if (tries == 0 || isOver(member, request)) {
            told.remove(member);
            onChange.run();
            return;
        }
        CompletableFuture<PeerResponse.Done> unused = parts.calls()
                .removed(member, request)
                .whenComplete((response, failure) -> parts.failStop().guard(() -> {
                    if (response == null) {
                        parts.calls()
                                .after(
                                        context.getHeartbeatInterval(),
                                        () -> parts.failStop().guard(() -> say(member, request, tries - 1)));
                    } else {
                        say(member, request, 0);
                    }
                }));
    }

    /** It is a member again, or this one does not lead any more. */
    private boolean isOver(String member, PeerRequest.Removed request) {
        return parts.membership().current().contains(member)
                || context.getRole() != RaftServer.Role.LEADER
                || context.getTerm() != request.term();
    }
}
