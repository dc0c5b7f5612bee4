package dev.polder.raft;

import io.atomix.utils.concurrent.Scheduled;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * This member's way to another one: has a connection, or dials for one, for ever. Owned by the log's thread.
 *
 * <p>Dials at once after a loss, then after 10 ms, doubling to 500 ms. For an election time-out after a loss, in which
 * the other may be dying, it dials again at once where the answer is not clear yet:
 * <ul>
 *   <li>nobody listens: the other's process is dead, once all that it said was heard;
 *   <li>the connection is cut before a WELCOME: it may be dying, ask again;
 *   <li>WELCOME, from the same process: it lives, and nothing has happened;
 *   <li>no answer: nobody knows, and the election time-out decides.
 * </ul>
 */
final class PeerLink {
    private static final int PAUSE_MS_MIN = 10;
    private static final int PAUSE_MS_MAX = 500;
    private static final int DYING_PAUSE_MS = 2;

    private final WireParts parts;
    private final RaftWire wire;
    private final String peer;
    private final MemberAddress address;
    private @Nullable OutgoingConnection connection;
    private @Nullable Scheduled redial;
    private int pauseMs = PAUSE_MS_MIN;
    private boolean dying;
    private long dyingSinceNanos;
    private boolean closed;
    /** Why the last call has not reached the other; null if it has. */
    private @Nullable String obstacle;

    PeerLink(WireParts parts, RaftWire wire, String peer) {
        this.parts = parts;
        this.wire = wire;
        this.peer = peer;
        address = MemberAddress.of(peer);
    }

    String peer() {
        return peer;
    }

    /** Returns in words why the other cannot be reached, null if it can or was never called. */
    @Nullable
    String obstacle() {
        return obstacle;
    }

    CompletableFuture<PeerResponse> send(PeerRequest request) {
        parts.counters().requestsSent.increment();
        OutgoingConnection current = connection;
        CompletableFuture<PeerResponse> answer = current != null && current.isWelcome()
                ? current.ask(request)
                : CompletableFuture.failedFuture(new IOException("there is no connection to " + peer));
        if (answer.isDone()) {
            parts.counters().requestsFailed.increment();
        }
        return answer;
    }

    // ---- dialling

    /** Dials now, unless there is a connection or one is on its way. */
    void dial() {
        if (closed || connection != null) {
            return;
        }
        cancelRedial();
        OutgoingConnection dialled = new OutgoingConnection(parts, this);
        connection = dialled;
        parts.dialer().dial(address, dialled, failure -> notConnected(dialled, failure));
    }

    private void dialAfter(int ms) {
        cancelRedial();
        redial = parts.thread().schedule(Duration.ofMillis(ms), this::dial);
    }

    private void cancelRedial() {
        Scheduled set = redial;
        if (set != null) {
            set.cancel();
            redial = null;
        }
    }

    /** Waits longer each time; a part of it is chance, so that two members do not go on in step. */
    private void dialLater() {
        dialAfter(pauseMs / 2 + parts.random().nextInt(pauseMs / 2 + 1));
        pauseMs = Math.min(2 * pauseMs, PAUSE_MS_MAX);
    }

    private boolean mayBeDying() {
        if (dying
                && parts.time().nanos() - dyingSinceNanos
                        > parts.electionTimeout().toNanos()) {
            dying = false;
        }
        return dying;
    }

    /** The peer was heard of, so it can be reached. */
    void peerIsThere() {
        pauseMs = PAUSE_MS_MIN;
        dial();
    }

    /** A connection from the peer was lost, and all that came by it is handled. */
    void incomingLost() {
        dying = true;
        dyingSinceNanos = parts.time().nanos();
        dial();
    }

    /** The peer's process is this one; a connection to the one before is of no use. */
    void peerIs(Introduction other) {
        OutgoingConnection current = connection;
        if (current != null && current.isWithAnother(other)) {
            current.close();
        }
    }

    // ---- what becomes of a connection

    private void notConnected(OutgoingConnection which, Throwable failure) {
        if (!forget(which)) {
            return;
        }
        obstacle = Dialer.isNobodyThere(failure) ? "nobody listens there" : Dialer.words(failure);
        if (!Dialer.isNobodyThere(failure)) {
            dialLater();
        } else if (!wire.hears(peer)) {
            dying = false;
            dialLater();
            parts.failStop().guard(() -> wire.context().peerDied(peer));
        } else {
            dialAgain();
        }
    }

    private void dialAgain() {
        if (mayBeDying()) {
            dialAfter(DYING_PAUSE_MS);
        } else {
            dialLater();
        }
    }

    /** It was closed before anybody said why. */
    void cut(OutgoingConnection which) {
        if (forget(which)) {
            dialAgain();
        }
    }

    /** One side did not want to talk to the other. */
    void turnedAway(OutgoingConnection which) {
        if (forget(which)) {
            dialLater();
        }
    }

    void lost(OutgoingConnection which) {
        if (forget(which)) {
            dying = true;
            dyingSinceNanos = parts.time().nanos();
            pauseMs = PAUSE_MS_MIN;
            dial();
        }
    }

    /** Returns whether the peer is dialled again. */
    private boolean forget(OutgoingConnection which) {
        if (connection != which) {
            return false;
        }
        connection = null;
        obstacle = null;
        if (!closed && !wire.keeps(this)) {
            close();
        }
        return !closed;
    }

    void opened(Introduction other) {
        obstacle = null;
        dying = false;
        pauseMs = PAUSE_MS_MIN;
        wire.met(other);
        wire.accepted(peer);
    }

    void refusedBy(String reason) {
        wire.refusedBy(peer, reason);
    }

    void notProved() {
        wire.notProved(peer);
    }

    void refuses(String reason) {
        wire.refuses(peer, reason);
    }

    /** Ends the connection; the peer is dialled again, at once. */
    void closeConnection() {
        OutgoingConnection current = connection;
        if (current != null) {
            current.close();
        }
    }

    void close() {
        closed = true;
        cancelRedial();
        closeConnection();
    }
}
