package dev.polder.master;

import dev.polder.raft.ChangeOutcome;
import dev.polder.raft.LogStatus;
import dev.polder.raft.MemberChange;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The master as other threads see it. Thread-safe; nothing here blocks. */
public interface MasterPort {
    /**
     * Puts a command into the master's inbox. The inbox is bounded; commands that close something have room of their own
     * and are always taken.
     *
     * @return false if the inbox is full or this master does not lead: answer 503, or stop reading
     */
    boolean submit(Command command);

    /** Tells whether this master leads and serves. */
    boolean leads();

    /**
     * Returns where the leader's HTTP API is, as far as this node knows: itself, another node, or nobody. It does not name
     * itself while no majority follows it.
     */
    Optional<Leader> leader();

    /** Returns a committed view not older than 50 ms; fails with {@link IllegalStateException} when this master does not lead. */
    CompletableFuture<MasterView> view();

    /** Returns the masters of the cluster, {@code host:raftPort}, as this one knows them. */
    List<String> members();

    /** Returns which masters and this one do not talk to each other, and why, as far as it knows. */
    List<LogStatus.Refusal> refusals();

    /** Returns which masters this one does not reach, and why, as far as it knows. */
    List<LogStatus.Unreached> unreached();

    /** Returns which of the masters leads, {@code host:raftPort}, as far as this one knows. */
    Optional<String> leadingMember();

    /** Changes the masters of the cluster; only the leader can. */
    CompletableFuture<ChangeOutcome> change(MemberChange change);

    /**
     * The leading master's HTTP address.
     *
     * @param self whether it is this node
     */
    record Leader(String id, String hostname, String ip, int port, boolean self) {}
}
