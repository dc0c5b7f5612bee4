package dev.polder.raft;

import io.atomix.protocols.raft.cluster.impl.RaftMemberContext;
import io.atomix.utils.concurrent.Scheduled;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Shows any thread how the member is; renewed by the log's thread from time to time. */
final class StatusBoard {
    static final Duration INTERVAL = Duration.ofMillis(100);

    private final PolderRaftContext context;
    private final RaftParts parts;
    private volatile LogStatus shown;

    StatusBoard(PolderRaftContext context, RaftParts parts) {
        this.context = context;
        this.parts = parts;
        shown = look();
    }

    /** On the log's thread. */
    void begin() {
        renew();
        Scheduled unused = parts.thread()
                .schedule(INTERVAL, INTERVAL, () -> parts.failStop().guard(this::renew));
    }

    /** Returns what was seen last, at most a tenth of a second ago while the log's thread has time. Any thread. */
    LogStatus read() {
        return shown;
    }

    private void renew() {
        if (!parts.failStop().stopping()) {
            shown = look();
        }
    }

    private LogStatus look() {
        boolean leads = context.leadingTerm() != 0;
        return new LogStatus(
                context.getName(),
                role(),
                context.getTerm(),
                parts.membership().current().names(),
                parts.log().lastIndex(),
                parts.log().durableIndex(),
                context.getCommitIndex(),
                context.getLastApplied(),
                parts.log().floor().index(),
                parts.snapshots().entry().index(),
                Optional.ofNullable(context.fetch().progress()),
                leads ? peers() : List.of(),
                parts.calls().refusals(),
                unreached(leads),
                Optional.ofNullable(context.lastLoss()),
                Optional.ofNullable(parts.standing().whyNotStand()),
                Optional.ofNullable(parts.diskRoom().shortage()),
                parts.forces().percentiles(),
                context.proposer().commits(),
                context.reads().latencies());
    }

    private LogStatus.Role role() {
        return switch (context.getRole()) {
            case FOLLOWER -> LogStatus.Role.FOLLOWER;
            case CANDIDATE -> LogStatus.Role.CANDIDATE;
            case LEADER -> LogStatus.Role.LEADER;
            case INACTIVE, PASSIVE, PROMOTABLE -> LogStatus.Role.NONE;
        };
    }

    private List<LogStatus.Unreached> unreached(boolean leads) {
        SortedMap<String, String> reasons = new TreeMap<>(parts.calls().unreached());
        if (leads) {
            context.peers().forEach(peer -> noteSilence(peer, reasons));
        }
        return reasons.entrySet().stream()
                .map(other -> new LogStatus.Unreached(other.getKey(), other.getValue()))
                .toList();
    }

    /** A process that stands still keeps its connections. */
    private void noteSilence(RaftMemberContext peer, Map<String, String> reasons) {
        String name = peer.getMember().memberId().id();
        long silenceNanos = parts.appends().contact().silenceNanos(name);
        if (silenceNanos > context.getElectionTimeout().toNanos()) {
            reasons.putIfAbsent(name, "it has not answered for " + silenceNanos / 1_000_000 + " ms");
        }
    }

    private List<LogStatus.Peer> peers() {
        return context.peers().stream()
                .map(this::peer)
                .sorted(Comparator.comparing(LogStatus.Peer::memberId))
                .toList();
    }

    private LogStatus.Peer peer(RaftMemberContext peer) {
        String name = peer.getMember().memberId().id();
        return new LogStatus.Peer(
                name,
                parts.log().lastIndex() - peer.getMatchIndex(),
                parts.appends().contact().silenceNanos(name) / 1_000_000);
    }
}
