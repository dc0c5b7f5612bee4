package dev.polder.agent;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.polder.http.ClosedBy;
import dev.polder.http.FrameListener;
import dev.polder.http.UpgradedConnection;
import dev.polder.wire.proto.AgentLinkFrames.ToAgent;
import dev.polder.wire.proto.AgentLinkFrames.ToMaster;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a connection to the leading master: finds it, connects, and begins anew when the connection ends, after 20 ms at
 * first and at most 1 s; who leads is asked every 20 ms while nobody does. One connection at a time; what comes over an
 * older one is dropped. Owned by the agent thread.
 *
 * <pre>
 *  WAITING --due, leader known--&gt; DIALING --101--&gt; OPEN
 *     ^--------- refused, failed -----' ^           |        STOPPED: for good
 *     '--- closed, or silent while another leads ---'
 * </pre>
 */
final class AgentConnection {
    static final long RETRY_MS_MIN = 20;
    static final long RETRY_MS_MAX = 1_000;
    /** A master sends a ping every second. When so much time brought nothing, it is looked whether another one leads. */
    static final long LOOK_MS = 2_000;

    /** With so many frames not yet decided the master's frames are left in the socket, until few are left. */
    private static final int FRAMES_WAITING_MAX = 1_024;

    private static final int FRAMES_WAITING_LOW = 128;
    private static final Logger LOG = LoggerFactory.getLogger(AgentConnection.class);

    private enum Phase {
        WAITING,
        DIALING,
        OPEN,
        STOPPED
    }

    private final String nodeName;
    private final Supplier<Optional<InetSocketAddress>> leader;
    private final MasterDialer dialer;
    private final Executor agentThread;
    private final Consumer<AgentCommand> commands;

    private Phase phase = Phase.WAITING;
    private long number;
    private long retryAtMs;
    private long retryMs = RETRY_MS_MIN;
    private long failures;
    private @Nullable UpgradedConnection open;
    /** Whom the last connection was opened to. */
    private @Nullable InetSocketAddress dialed;

    private boolean heard;
    private long lookAtMs;

    /**
     * Connects to nobody yet.
     *
     * @param leader returns at once; empty while no leader is known
     * @param agentThread runs what network threads have to say; never refuses
     * @param commands takes what happened, on the agent thread
     */
    AgentConnection(
            String nodeName,
            Supplier<Optional<InetSocketAddress>> leader,
            MasterDialer dialer,
            Executor agentThread,
            Consumer<AgentCommand> commands) {
        this.nodeName = nodeName;
        this.leader = leader;
        this.dialer = dialer;
        this.agentThread = agentThread;
        this.commands = commands;
    }

    /** Connects if it is time to, and leaves a silent master when another one leads. */
    void turn(long nowMs) {
        if (phase == Phase.OPEN && nowMs >= lookAtMs) {
            look(nowMs);
        }
        if (phase != Phase.WAITING || nowMs < retryAtMs) {
            return;
        }
        InetSocketAddress known = leader.get().orElse(null);
        if (known == null) {
            retryAtMs = nowMs + RETRY_MS_MIN;
            return;
        }
        retryAtMs = nowMs + retryMs;
        retryMs = Math.min(retryMs * 2, RETRY_MS_MAX);
        dial(known);
    }

    /** The connection to a host that stands still, or cannot be reached, stays open for long; its successor is known soon. */
    private void look(long nowMs) {
        boolean silent = !heard;
        heard = false;
        lookAtMs = nowMs + LOOK_MS;
        UpgradedConnection current = open;
        if (silent && current != null) {
            leader.get().filter(other -> !other.equals(dialed)).ifPresent(other -> {
                LOG.info(
                        "agent leaves a silent master node={} connection={} master={} leader={}",
                        nodeName,
                        number,
                        dialed,
                        other);
                current.close();
                waitAgain();
                commands.accept(new AgentCommand.Disconnected(number));
            });
        }
    }

    /** Returns when {@link #turn} has something to do; {@link Long#MAX_VALUE} if it waits for somebody else. */
    long deadlineMs() {
        return switch (phase) {
            case WAITING -> retryAtMs;
            case OPEN -> lookAtMs;
            case DIALING, STOPPED -> Long.MAX_VALUE;
        };
    }

    /** Sends a frame if that connection still stands. */
    void send(long connection, ToMaster frame) {
        UpgradedConnection current = open;
        if (phase == Phase.OPEN && connection == number && current != null) {
            current.send(frame.toByteArray());
        }
    }

    /** Ends a connection; the next attempt follows. */
    void end(long connection, String why) {
        UpgradedConnection current = open;
        if (phase == Phase.OPEN && connection == number && current != null) {
            LOG.info("agent leaves its master node={} connection={} reason={}", nodeName, connection, why);
            current.close();
            waitAgain();
        }
    }

    /** The connection is a good one: the next attempt, if there must be one, comes soon. */
    void admitted(long nowMs) {
        retryMs = RETRY_MS_MIN;
        retryAtMs = nowMs + RETRY_MS_MIN;
    }

    /** Connects no more. */
    void stop() {
        UpgradedConnection current = open;
        boolean wasOpen = phase == Phase.OPEN;
        phase = Phase.STOPPED;
        open = null;
        if (current != null) {
            current.close();
        }
        if (wasOpen) {
            commands.accept(new AgentCommand.Disconnected(number));
        }
    }

    boolean isOpen() {
        return phase == Phase.OPEN;
    }

    /** Returns how many connections were opened or tried. */
    long attempts() {
        return number;
    }

    private void dial(InetSocketAddress master) {
        phase = Phase.DIALING;
        dialed = master;
        Frames frames = new Frames(++number);
        // both outcomes are handed over; there is nothing else that could fail unseen
        CompletableFuture<?> unused = dialer.dial(master, frames).whenComplete((connection, failure) -> {
            if (connection != null) {
                frames.connection = connection;
                agentThread.execute(() -> opened(frames.number, master, connection));
            } else {
                agentThread.execute(() -> notOpened(frames.number, master, failure));
            }
        });
    }

    private void opened(long connection, InetSocketAddress master, UpgradedConnection opened) {
        if (phase != Phase.DIALING || connection != number) {
            opened.close();
            return;
        }
        LOG.info("agent connected node={} connection={} master={} failures={}", nodeName, connection, master, failures);
        failures = 0;
        phase = Phase.OPEN;
        open = opened;
        heard = true;
        lookAtMs = 0;
        commands.accept(new AgentCommand.Connected(connection));
    }

    private void notOpened(long connection, InetSocketAddress master, @Nullable Throwable failure) {
        if (phase != Phase.DIALING || connection != number) {
            return;
        }
        if (failures++ == 0) {
            LOG.info(
                    "agent cannot connect, and goes on trying node={} master={} reason={}",
                    nodeName,
                    master,
                    String.valueOf(failure));
        }
        waitAgain();
    }

    private void closed(long connection, ClosedBy by) {
        if (connection == number && (phase == Phase.OPEN || phase == Phase.DIALING)) {
            LOG.info("agent disconnected node={} connection={} by={}", nodeName, connection, by);
            boolean wasOpen = phase == Phase.OPEN;
            waitAgain();
            if (wasOpen) {
                commands.accept(new AgentCommand.Disconnected(connection));
            }
        }
    }

    private void received(Frames frames, ToAgent frame) {
        frames.taken();
        if (phase == Phase.OPEN && frames.number == number) {
            heard = true;
            commands.accept(new AgentCommand.FromMaster(frames.number, frame));
        }
    }

    private void waitAgain() {
        phase = Phase.WAITING;
        open = null;
    }

    /** The frames of one connection, on its network thread. */
    private final class Frames implements FrameListener {
        private final long number;
        private final AtomicInteger waiting = new AtomicInteger();
        /** Set before the first frame: masters answer, they do not begin. */
        private volatile @Nullable UpgradedConnection connection;

        private Frames(long number) {
            this.number = number;
        }

        @Override
        public void onFrame(byte[] bytes) {
            UpgradedConnection from = connection;
            ToAgent frame;
            try {
                frame = ToAgent.parseFrom(bytes);
            } catch (InvalidProtocolBufferException e) {
                LOG.warn(
                        "frame of a master is malformed node={} connection={} reason={}",
                        nodeName,
                        number,
                        e.getMessage());
                if (from != null) {
                    from.close();
                }
                return;
            }
            if (waiting.incrementAndGet() >= FRAMES_WAITING_MAX && from != null) {
                from.setReading(false);
                // the agent thread may have taken them all just before
                if (waiting.get() <= FRAMES_WAITING_LOW) {
                    from.setReading(true);
                }
            }
            agentThread.execute(() -> received(this, frame));
        }

        @Override
        public void onClosed(ClosedBy by) {
            agentThread.execute(() -> closed(number, by));
        }

        private void taken() {
            UpgradedConnection from = connection;
            if (waiting.decrementAndGet() == FRAMES_WAITING_LOW && from != null) {
                from.setReading(true);
            }
        }
    }
}
