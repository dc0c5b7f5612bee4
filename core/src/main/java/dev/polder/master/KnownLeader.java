package dev.polder.master;

import dev.polder.master.MasterPort.Leader;
import dev.polder.raft.LogLeader;
import dev.polder.wire.proto.Mesos;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whom a master takes for the leader. Changed by the master's thread, read by any. */
final class KnownLeader {
    /** Who was elected last, as far as committed entries tell. */
    private record Elected(long term, Leader leader) {}

    private volatile @Nullable Leader self;
    private volatile @Nullable Elected elected;

    /** This master leads, and serves. */
    void serves(Mesos.MasterInfo introduction) {
        self = leaderOf(introduction, true);
    }

    /** This master leads no more. */
    void lost() {
        self = null;
    }

    boolean isSelf() {
        return self != null;
    }

    /** Returns the term of the last election that is known, 0 for none. */
    long electedTerm() {
        Elected newest = elected;
        return newest == null ? 0 : newest.term();
    }

    /** A committed entry has named the master of a term. */
    void elected(long term, Mesos.MasterInfo introduction) {
        elected = new Elected(term, leaderOf(introduction, false));
    }

    /** Returns this master if it leads, else the one that was elected last, as long as the log follows that one too. */
    Optional<Leader> get(Optional<LogLeader> followed) {
        Leader own = self;
        Elected other = elected;
        if (own != null || other == null) {
            return Optional.ofNullable(own);
        }
        return followed.filter(leader -> leader.term() == other.term()).map(leader -> other.leader());
    }

    private static Leader leaderOf(Mesos.MasterInfo master, boolean self) {
        return new Leader(
                master.getId(),
                master.getHostname(),
                master.getAddress().getIp(),
                master.getAddress().getPort(),
                self);
    }
}
