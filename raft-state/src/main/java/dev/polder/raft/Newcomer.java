package dev.polder.raft;

import io.atomix.utils.concurrent.Scheduled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Brings a node up to date that is to become a member, before it counts. Owned by the log's thread.
 *
 * <pre>
 *   append ──► fits? ──► more of them ──► all there was when it was sent ──► caught up
 *     ▲          └─ no: further back, or a snapshot ─┘
 *     └── no answer: again after a heartbeat, until it has stood still for too long
 * </pre>
 *
 * <p>The node answers as a follower does. Atomix's leader has no part in it: to that one there are members only.
 */
final class Newcomer {
    /** After so long without a step forward this gives up. */
    static final Duration STANDSTILL_MAX = Duration.ofSeconds(30);

    private static final int REQUEST_BYTES = 512 << 10;
    private static final int REQUEST_ENTRIES_MAX = 4096;

    /** What becomes of it. */
    interface Outcome {
        /** The node has all entries that this member had some milliseconds ago, on its disk. */
        void caughtUp();

        /**
         * It is given up.
         *
         * @param reason in words
         */
        void failed(String reason);
    }

    private final PolderRaftContext context;
    private final RaftParts parts;
    private final String name;
    private final long term;
    private final Outcome outcome;
    private final LogCursor cursor;
    /** The entry that it gets next. */
    private long next;
    /** Bytes of a snapshot that it has. */
    private long received;

    private boolean ended;
    private long movedNanos;
    private @Nullable Scheduled again;

    Newcomer(PolderRaftContext context, RaftParts parts, String name, Outcome outcome) {
        this.context = context;
        this.parts = parts;
        this.name = name;
        this.outcome = outcome;
        term = context.getTerm();
        next = parts.log().lastIndex() + 1;
        cursor = new LogCursor(parts.log(), next);
        movedNanos = parts.time().nanos();
    }

    /** Begins, or goes on. */
    void feed() {
        if (ended) {
            return;
        }
        if (parts.time().nanos() - movedNanos > STANDSTILL_MAX.toNanos()) {
            fail("it has come no further for " + STANDSTILL_MAX.toSeconds() + " s, and is sent entry " + next
                    + obstacle());
            return;
        }
        PeerRequest.Append append = next();
        boolean isAll = append.lastIndex() == parts.log().lastIndex();
        PeerRequest.Install install = parts.offers().insteadOf(append);
        if (install != null) {
            CompletableFuture<PeerResponse.Installing> unused = parts.calls()
                    .install(name, install)
                    .whenComplete((response, failure) -> parts.failStop().guard(() -> installing(install, response)));
        } else {
            CompletableFuture<PeerResponse.Append> unused = parts.calls()
                    .append(name, append)
                    .whenComplete(
                            (response, failure) -> parts.failStop().guard(() -> answered(append, isAll, response)));
        }
    }

    private String obstacle() {
        String unreached = parts.calls().unreached().get(name);
        if (unreached != null) {
            return ": " + unreached + "; it must have been started to join (join=true) before it is added";
        }
        return parts.calls().refusals().stream()
                .filter(refusal -> refusal.memberId().equals(name))
                .map(refusal -> ": " + refusal.reason())
                .findFirst()
                .orElse("");
    }

    /** An append from where the node is; if that is not in the log any more, an empty one that says where. */
    private PeerRequest.Append next() {
        FactLog log = parts.log();
        cursor.moveTo(Math.min(next, log.lastIndex() + 1));
        long previous = cursor.nextIndex() - 1;
        boolean isGone = previous < log.floor().index();
        List<LogEntry> entries = new ArrayList<>();
        int bytes = 0;
        while (!isGone && bytes < REQUEST_BYTES && entries.size() < REQUEST_ENTRIES_MAX && cursor.hasNext()) {
            LogEntry entry = cursor.next();
            bytes += RecordFormat.HEADER_BYTES + entry.payload().length;
            entries.add(entry);
        }
        return new PeerRequest.Append(
                term,
                context.getName(),
                previous,
                isGone ? log.floor().term() : log.termAt(previous),
                context.getCommitIndex(),
                entries);
    }

    /** @param response null if there was none */
    private void answered(PeerRequest.Append append, boolean isAll, PeerResponse.@Nullable Append response) {
        if (ended) {
            return;
        }
        if (response == null) {
            feedLater();
        } else if (response.term() > term) {
            higherTerm(response.term());
        } else if (!response.succeeded()) {
            goOnBehind(response.lastIndex());
        } else if (isAll) {
            ended = true;
            outcome.caughtUp();
        } else {
            goOnBehind(append.lastIndex());
        }
    }

    private void installing(PeerRequest.Install install, PeerResponse.@Nullable Installing response) {
        if (ended) {
            return;
        }
        if (response == null) {
            feedLater();
        } else if (response.term() > term) {
            higherTerm(response.term());
        } else if (response.receivedBytes() < install.bytes()) {
            if (response.receivedBytes() != received) {
                received = response.receivedBytes();
                movedNanos = parts.time().nanos();
            }
            feedLater();
        } else {
            goOnBehind(response.lastIndex());
        }
    }

    private void goOnBehind(long index) {
        if (next != index + 1) {
            next = index + 1;
            movedNanos = parts.time().nanos();
            feed();
        } else {
            feedLater();
        }
    }

    private void feedLater() {
        again = parts.thread()
                .schedule(context.getHeartbeatInterval(), () -> parts.failStop().guard(this::feed));
    }

    /** As from any other follower: there is or was a later leader, or somebody stood. */
    private void higherTerm(long seen) {
        ended = true;
        context.stepDown(term, name + ", which is to become a member, has seen term " + seen);
        context.setTerm(seen);
    }

    private void fail(String reason) {
        end();
        outcome.failed(reason);
    }

    /** Nothing is told any more. */
    void end() {
        ended = true;
        Scheduled set = again;
        if (set != null) {
            set.cancel();
            again = null;
        }
    }
}
