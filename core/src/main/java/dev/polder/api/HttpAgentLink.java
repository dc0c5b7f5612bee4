package dev.polder.api;

import dev.polder.http.ClosedBy;
import dev.polder.http.FrameListener;
import dev.polder.http.UpgradedConnection;
import dev.polder.master.AgentLink;
import dev.polder.master.Command;
import dev.polder.wire.DecodeException;
import dev.polder.wire.ProtobufCodec;
import dev.polder.wire.proto.AgentLinkFrames.Ping;
import dev.polder.wire.proto.AgentLinkFrames.ToAgent;
import dev.polder.wire.proto.AgentLinkFrames.ToMaster;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An agent's upgraded connection: numbered frames both ways.
 *
 * <p>Frames go to the master in their order. When it takes no more, the socket is not read and the first waiting frame is
 * offered again until it is taken; the agent's silence is not counted then, because it is ours. The last frame's term
 * is that of the pings, so there are none before the master has answered, and until then a registered agent may be silent.
 *
 * <p>Network, timers and the master's thread meet here, under the link's own lock; nothing that is called under it blocks.
 */
final class HttpAgentLink implements AgentLink, FrameListener {
    /** What http had read already when reading was turned off is less than this; more closes the link. */
    static final int WAITING_FRAMES_MAX = 65_536;

    static final long RETRY_MS = 10;

    private static final Logger LOG = LoggerFactory.getLogger(HttpAgentLink.class);

    private final InetSocketAddress peer;
    private final ApiContext context;
    private final ProtobufCodec codec = new ProtobufCodec();
    private final long silentTicksMax;
    private final ArrayDeque<ToMaster> waiting = new ArrayDeque<>();

    private @Nullable UpgradedConnection connection;
    private Runnable stopTicks = () -> {};
    private long sequenceReceived;
    private long sequenceSent;
    private long silentTicks;
    /** The term of the last frame sent, -1 before there is one. */
    private long term = -1;

    private boolean registering;
    private boolean reading = true;
    private boolean closed;

    HttpAgentLink(InetSocketAddress peer, ApiContext context) {
        this.peer = peer;
        this.context = context;
        this.silentTicksMax = context.config().agentSilenceMax().toMillis()
                / context.config().agentPingInterval().toMillis();
    }

    /** Takes the connection; frames may have arrived before it. */
    synchronized void start(UpgradedConnection upgraded) {
        connection = upgraded;
        context.counters().agentLinks.incrementAndGet();
        if (closed) {
            upgraded.close();
            context.counters().agentLinks.decrementAndGet();
            return;
        }
        stopTicks = context.timers().every(context.config().agentPingInterval().toMillis(), this::tick);
        deliver();
    }

    @Override
    public synchronized void send(ToAgent.Builder frame) {
        if (!closed && connection != null) {
            term = frame.getTerm();
            connection.send(codec.encode(frame.setSequence(++sequenceSent).build()));
        }
    }

    @Override
    public synchronized void close() {
        if (connection != null) {
            connection.close();
        }
    }

    @Override
    public synchronized void onFrame(byte[] bytes) {
        if (closed) {
            return;
        }
        ToMaster frame;
        try {
            frame = codec.decode(bytes, ToMaster.getDefaultInstance());
        } catch (DecodeException e) {
            breakOff("frame " + (sequenceReceived + 1) + " is not readable: " + e.getMessage());
            return;
        }
        String fault = fault(frame);
        if (fault != null) {
            breakOff(fault);
            return;
        }
        sequenceReceived++;
        silentTicks = 0;
        if (frame.hasPong()) {
            return;
        }
        registering = true;
        waiting.add(frame);
        if (waiting.size() > WAITING_FRAMES_MAX) {
            breakOff(waiting.size() + " frames wait for the master: at most " + WAITING_FRAMES_MAX + " may");
        } else if (reading) {
            deliver();
        }
    }

    @Override
    public synchronized void onClosed(ClosedBy by) {
        if (closed) {
            return;
        }
        closed = true;
        stopTicks.run();
        waiting.clear();
        if (connection != null) {
            context.counters().agentLinks.decrementAndGet();
        }
        if (by == ClosedBy.OUTBOX_FULL) {
            context.counters().slowPeersCut.increment();
            LOG.warn("agent link cut: reads too slowly peer={}", peer);
        } else {
            LOG.info("agent link closed peer={} by={}", peer, by);
        }
        context.master().submit(new Command.AgentClosed(this));
    }

    private @Nullable String fault(ToMaster frame) {
        if (frame.getSequence() != sequenceReceived + 1) {
            return "frame has the sequence number " + frame.getSequence() + " after " + sequenceReceived
                    + ": each must be one more than the last";
        }
        return switch (frame.getKindCase()) {
            case REGISTER -> registering ? "a second 'register': only a link's first frame is one" : null;
            case STATUS_UPDATE, PONG ->
                registering ? null : "the first frame is '" + frame.getKindCase() + "': it must be 'register'";
            case KIND_NOT_SET -> "frame " + frame.getSequence() + " has no kind that this version knows";
        };
    }

    /** Gives the master what waits, as far as it takes it. */
    private void deliver() {
        while (connection != null && !waiting.isEmpty()) {
            if (!context.master().submit(command(waiting.element()))) {
                pause(connection);
                return;
            }
            waiting.remove();
        }
        if (connection != null && !reading) {
            reading = true;
            silentTicks = 0;
            connection.setReading(true);
        }
    }

    private void pause(UpgradedConnection upgraded) {
        if (!context.master().leads()) {
            LOG.info("agent link closed peer={} reason=\"this master leads no more\"", peer);
            end();
            return;
        }
        if (reading) {
            reading = false;
            upgraded.setReading(false);
        }
        context.timers().after(RETRY_MS, this::retry);
    }

    private synchronized void retry() {
        if (!closed) {
            deliver();
        }
    }

    private Command command(ToMaster frame) {
        return frame.hasRegister()
                ? new Command.AgentRegistering(this, frame.getRegister())
                : new Command.AgentUpdate(this, frame.getStatusUpdate());
    }

    private synchronized void tick() {
        if (closed) {
            return;
        }
        if (reading && (term >= 0 || !registering) && ++silentTicks > silentTicksMax) {
            breakOff("nothing was heard for "
                    + context.config().agentSilenceMax().toMillis() + " ms");
        } else if (term >= 0) {
            send(ToAgent.newBuilder().setTerm(term).setPing(Ping.getDefaultInstance()));
        }
    }

    private void breakOff(String reason) {
        context.counters().agentLinksBroken.increment();
        LOG.warn("agent link closed peer={} reason=\"{}\"", peer, reason);
        end();
    }

    private void end() {
        close();
        onClosed(ClosedBy.US);
    }

    @Override
    public String toString() {
        return "HttpAgentLink[" + peer + "]";
    }
}
