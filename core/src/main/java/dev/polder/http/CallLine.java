package dev.polder.http;

import dev.polder.http.HttpCallException.Reason;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpObject;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The calls to one address, in order, over one connection that is made when it is needed and kept for a while.
 * <pre>
 *  call() ─► waiting ─► inFlight ─► answer
 *            (bounded)  (inFlightMax at most)
 * </pre>
 * A lost connection fails the calls on it and no others; those that wait go over the next one. Owned by one network
 * thread, but for {@link #call}.
 */
final class CallLine {

    /** One call and the place for its answer. */
    private static final class Call {
        private final ClientRequest request;
        private final CompletableFuture<HttpResponse> answer = new CompletableFuture<>();
        private long sentAtNanos;

        Call(ClientRequest request) {
            this.request = request;
        }

        void fail(Reason reason, boolean sent, String why, @Nullable Throwable cause) {
            answer.completeExceptionally(new HttpCallException(reason, sent, request + ": " + why, cause));
        }
    }

    private final ClientContext client;
    private final EventLoop loop;
    private final InetSocketAddress to;
    private final AtomicInteger waitingCount = new AtomicInteger();

    /** At most waitingMax, counted by {@link #waitingCount}: a further call fails at once. */
    private final Deque<Call> waiting = new ArrayDeque<>();
    /** At most inFlightMax; the others wait. */
    private final Deque<Call> inFlight = new ArrayDeque<>();

    private @Nullable Connection connection;
    private boolean closed;

    CallLine(ClientContext client, EventLoop loop, InetSocketAddress to) {
        this.client = client;
        this.loop = loop;
        this.to = to;
    }

    /** Takes a call; any thread. */
    CompletableFuture<HttpResponse> call(ClientRequest request) {
        Call call = new Call(request);
        int max = client.config().waitingMax();
        if (waitingCount.incrementAndGet() > max) {
            waitingCount.decrementAndGet();
            call.fail(Reason.TOO_MANY_WAITING, false, "too many calls wait for this address: waitingMax=" + max, null);
        } else if (!NetworkThreads.execute(loop, () -> add(call))) {
            call.fail(Reason.CLIENT_CLOSED, false, "the client is closed", null);
        }
        return call.answer;
    }

    /** Fails all calls and closes the connection; any thread. */
    void close() {
        NetworkThreads.execute(loop, this::closeNow);
    }

    private void closeNow() {
        closed = true;
        failWaiting(Reason.CLIENT_CLOSED, "the client is closed", null);
        Connection last = connection;
        if (last != null) {
            last.cut(Reason.CLIENT_CLOSED, "the client is closed");
        }
    }

    private void add(Call call) {
        waiting.add(call);
        if (closed) {
            failWaiting(Reason.CLIENT_CLOSED, "the client is closed", null);
        } else {
            pump();
        }
    }

    private void pump() {
        Connection current = connection;
        if (waiting.isEmpty()) {
            return;
        }
        if (current == null) {
            Connection next = new Connection();
            connection = next;
            next.channel = client.connect(
                    loop, to, next, by -> next.cut(Reason.CLIENT_CLOSED, "the client is closed"), next::notConnected);
        } else {
            current.send();
        }
    }

    private void failWaiting(Reason reason, String why, @Nullable Throwable cause) {
        for (Call call = waiting.poll(); call != null; call = waiting.poll()) {
            waitingCount.decrementAndGet();
            call.fail(reason, false, why, cause);
        }
    }

    private void failInFlight(Reason first, Reason others, String why, @Nullable Throwable cause) {
        Reason reason = first;
        for (Call call = inFlight.poll(); call != null; call = inFlight.poll()) {
            call.fail(reason, true, why, cause);
            reason = others;
        }
    }

    /** The line's connection, from the first attempt to its end. */
    private final class Connection extends ChannelInboundHandlerAdapter {

        private final ResponseCollector collector =
                new ResponseCollector(client.config().bodyBytesMax());
        private @Nullable Channel channel;
        private boolean connected;
        private boolean flushScheduled;
        private long quietSinceNanos;

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            connected = true;
            quietSinceNanos = System.nanoTime();
            watch();
            send();
        }

        void notConnected(Throwable cause) {
            if (connection == this) {
                connection = null;
                failWaiting(Reason.NOT_CONNECTED, "not connected: " + cause.getMessage(), cause);
            }
        }

        /** Sends what may be sent now. */
        void send() {
            Channel out = channel;
            if (out == null || !connected || connection != this) {
                return; // still connecting, or at its end
            }
            while (!waiting.isEmpty() && inFlight.size() < client.config().inFlightMax()) {
                Call call = waiting.remove();
                waitingCount.decrementAndGet();
                call.sentAtNanos = System.nanoTime();
                inFlight.add(call);
                Channels.write(out, call.request.encode());
                flushSoon(out);
            }
        }

        /** Flushes once for all calls that are sent in one turn of the network thread. */
        private void flushSoon(Channel out) {
            if (!flushScheduled) {
                flushScheduled = true;
                NetworkThreads.execute(loop, () -> {
                    flushScheduled = false;
                    out.flush();
                });
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            try {
                if (connection == this) {
                    collector.take((HttpObject) message).ifPresent(this::answered);
                }
            } catch (ResponseCollector.BadAnswer e) {
                cut(Reason.BAD_ANSWER, String.valueOf(e.getMessage()));
            } finally {
                ReferenceCountUtil.release(message);
            }
        }

        private void answered(HttpResponse response) {
            Call call = inFlight.poll();
            if (call == null) {
                cut(Reason.BAD_ANSWER, "an answer without a request");
                return;
            }
            quietSinceNanos = System.nanoTime();
            call.answer.complete(response);
            if (collector.keepAlive()) {
                send();
            } else {
                cut(Reason.CONNECTION_LOST, "the peer closes the connection");
            }
        }

        /** Ends the connection: the first call on it fails for the reason given. */
        void cut(Reason reason, String why) {
            if (connection == this) {
                connection = null;
                Reason others = reason == Reason.CLIENT_CLOSED ? reason : Reason.CONNECTION_LOST;
                failInFlight(reason, others, why, null);
            }
            if (channel != null) {
                Channels.close(channel);
            }
            pump();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            cut(Reason.CONNECTION_LOST, "the connection was closed before the answer was complete");
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            cut(Reason.CONNECTION_LOST, "the connection failed: " + cause.getMessage());
        }

        /** Looks for an answer that is late, or an end to being kept. */
        private void watch() {
            if (connection != this) {
                return;
            }
            long now = System.nanoTime();
            long requestTimeoutNanos = client.config().requestTimeout().toNanos();
            long idleTimeoutNanos = client.config().idleTimeout().toNanos();
            Optional<Call> first = Optional.ofNullable(inFlight.peek());
            long leftNanos =
                    first.map(call -> call.sentAtNanos + requestTimeoutNanos).orElse(quietSinceNanos + idleTimeoutNanos)
                            - now;
            if (leftNanos > 0) {
                long delayMs = Math.min(leftNanos, requestTimeoutNanos) / 1_000_000 + 1;
                NetworkThreads.executeLater(loop, delayMs, this::watch);
            } else if (first.isPresent()) {
                cut(
                        Reason.TIMED_OUT,
                        "no answer after requestTimeout=" + client.config().requestTimeout());
            } else {
                cut(Reason.CONNECTION_LOST, "idle");
            }
        }
    }
}
