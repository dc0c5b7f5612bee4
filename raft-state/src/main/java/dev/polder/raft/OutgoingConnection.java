package dev.polder.raft;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A connection to another member, for this one's requests and the other's answers. Owned by the log's thread.
 *
 * <pre>
 *   dialled ──HELLO──► greeting ──WELCOME──► open
 *       └────────────────┴───refused, lost────┴──► ended
 * </pre>
 */
final class OutgoingConnection extends WireConnection {
    /** Of open requests; more than a member ever has. One beyond fails at once. */
    static final int REQUESTS_MAX = 256;
    /** A connection on which nothing was answered for so long is given up: after a cut of the network TCP takes much longer. */
    private static final long SILENCE_NANOS_MAX = TimeUnit.SECONDS.toNanos(1);

    private enum State {
        GREETING,
        OPEN,
        TURNED_AWAY
    }

    private final WireParts parts;
    private final PeerLink link;
    private final Map<Long, CompletableFuture<PeerResponse>> requests = new HashMap<>();
    private State state = State.GREETING;
    private @Nullable Introduction peer;
    private long lastRequestId;
    /** Since when a request waits and nothing was heard; meaningless while none waits. */
    private long waitingSinceNanos;

    private boolean waiting;

    OutgoingConnection(WireParts parts, PeerLink link) {
        super(parts.thread(), parts.counters());
        this.parts = parts;
        this.link = link;
    }

    boolean isWelcome() {
        return state == State.OPEN && !isOver();
    }

    /** Tells whether the other end is another process than this one. */
    boolean isWithAnother(Introduction process) {
        Introduction known = peer;
        return known != null && !known.isOfSameProcess(process);
    }

    @Override
    void ready() {
        say(0, new Greeting.Hello(parts.book().introduction(), link.peer()));
    }

    // ---- requests

    CompletableFuture<PeerResponse> ask(PeerRequest request) {
        if (requests.size() >= REQUESTS_MAX) {
            return failed("full: " + requests.size() + " requests are open, requestsMax=" + REQUESTS_MAX);
        }
        long requestId = ++lastRequestId;
        ByteBuf frame = encode(requestId, request);
        int bytes = frame.readableBytes();
        if (bytes > MEMBER_FRAME_BYTES_MAX || bytes > room()) {
            frame.release();
            return failed(
                    bytes > MEMBER_FRAME_BYTES_MAX
                            ? "not for a request of " + bytes + " bytes: memberFrameBytesMax=" + MEMBER_FRAME_BYTES_MAX
                            : "full: " + bytes + " bytes more do not fit, waitingBytesMax=" + Dialer.WAITING_BYTES_MAX);
        }
        CompletableFuture<PeerResponse> answer = new CompletableFuture<>();
        requests.put(requestId, answer);
        CompletableFuture<PeerResponse> unusedAnswer =
                answer.whenComplete((response, failure) -> answered(requestId, failure));
        if (!waiting) {
            waiting = true;
            waitingSinceNanos = parts.time().nanos();
        }
        ChannelFuture unusedWrite = send(frame);
        return answer;
    }

    private CompletableFuture<PeerResponse> failed(String why) {
        return CompletableFuture.failedFuture(new IOException("connection to " + link.peer() + " is " + why));
    }

    /** The answer came, or the caller's time limit, or the end. */
    private void answered(long requestId, @Nullable Throwable failure) {
        requests.remove(requestId);
        if (failure == null) {
            return;
        }
        parts.counters().requestsFailed.increment();
        if (failure instanceof TimeoutException
                && waiting
                && parts.time().nanos() - waitingSinceNanos > SILENCE_NANOS_MAX) {
            close();
        }
    }

    // ---- frames

    @Override
    void received(WireFrame frame) {
        waiting = false;
        WireMessage message = frame.message();
        if (state == State.OPEN && message instanceof PeerResponse response) {
            CompletableFuture<PeerResponse> request = requests.get(frame.requestId());
            if (request != null) {
                request.complete(response);
            }
        } else if (state == State.GREETING && message instanceof Greeting.Welcome welcome) {
            welcomed(welcome.from());
        } else if (message instanceof Greeting.Refused refused) {
            state = State.TURNED_AWAY;
            link.refusedBy(refused.reason());
            close();
        } else {
            badFrame("a message that has no place here: " + message.getClass().getSimpleName());
        }
    }

    private void welcomed(Introduction other) {
        String objection = other.member().equals(link.peer())
                ? parts.book().objection(other)
                : "you are not who I called: I called " + link.peer() + ", you are " + other.member();
        if (objection == null) {
            // it may have died after it had answered, and started again
            objection = parts.book().late(other);
        }
        if (objection != null) {
            state = State.TURNED_AWAY;
            link.refuses(objection);
            turnAway(objection);
            return;
        }
        state = State.OPEN;
        peer = other;
        introduced(MEMBER_FRAME_BYTES_MAX);
        link.opened(other);
    }

    /** Neither end wants to talk to the other, whichever of them has noticed. */
    @Override
    void notProved() {
        if (state == State.GREETING) {
            link.notProved();
        }
    }

    @Override
    void ended() {
        State last = heardNonsense() ? State.TURNED_AWAY : state;
        state = State.TURNED_AWAY;
        failOpenRequests();
        switch (last) {
            case OPEN -> link.lost(this);
            case GREETING -> link.cut(this);
            case TURNED_AWAY -> link.turnedAway(this);
        }
    }

    private void failOpenRequests() {
        List<CompletableFuture<PeerResponse>> left = List.copyOf(requests.values());
        requests.clear();
        for (CompletableFuture<PeerResponse> request : left) {
            request.completeExceptionally(new IOException("connection to " + link.peer() + " is lost"));
        }
    }

    @Override
    public String toString() {
        return link.peer();
    }
}
