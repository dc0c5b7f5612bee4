package dev.polder.agent;

import dev.polder.wire.proto.AgentLinkFrames.Pong;
import dev.polder.wire.proto.AgentLinkFrames.Register;
import dev.polder.wire.proto.AgentLinkFrames.StatusUpdate;
import dev.polder.wire.proto.AgentLinkFrames.ToAgent;
import dev.polder.wire.proto.AgentLinkFrames.ToMaster;
import dev.polder.wire.proto.Mesos.TaskStatus;

/** The connection to a master as the agent's decisions see it: which one counts, and what was counted on it. */
final class Session {
    /** A master sends a ping every second; after this long without any frame it counts as gone. */
    static final long SILENCE_MS_MAX = 15_000;

    private long connection;
    private long sent;
    private long received;
    private long heardMs;
    private boolean registered;

    void open(long number, long nowMs) {
        connection = number;
        sent = 0;
        received = 0;
        heardMs = nowMs;
        registered = false;
    }

    void close() {
        connection = 0;
        registered = false;
    }

    /** Tells whether this is the connection that counts; of older ones nothing is heard any more. */
    boolean is(long number) {
        return connection == number;
    }

    boolean isOpen() {
        return connection != 0;
    }

    boolean isRegistered() {
        return registered;
    }

    void register() {
        registered = true;
    }

    /** Counts a frame; false if frames before it are missing. */
    boolean receive(ToAgent frame, long nowMs) {
        heardMs = nowMs;
        received++;
        return frame.getSequence() == received;
    }

    long received() {
        return received;
    }

    /** Returns when the master's silence has lasted too long; {@link Long#MAX_VALUE} without a connection. */
    long deadlineMs() {
        return isOpen() ? heardMs + SILENCE_MS_MAX : Long.MAX_VALUE;
    }

    AgentEffect.EndConnection end(String why) {
        return new AgentEffect.EndConnection(connection, why);
    }

    AgentEffect.Send send(Register register) {
        return send(ToMaster.newBuilder().setRegister(register));
    }

    AgentEffect.Send sendUpdate(TaskKey key, TaskStatus status) {
        return send(ToMaster.newBuilder()
                .setStatusUpdate(StatusUpdate.newBuilder()
                        .setFrameworkId(key.frameworkProto())
                        .setStatus(status)));
    }

    AgentEffect.Send sendPong() {
        return send(ToMaster.newBuilder().setPong(Pong.getDefaultInstance()));
    }

    private AgentEffect.Send send(ToMaster.Builder frame) {
        return new AgentEffect.Send(connection, frame.setSequence(++sent).build());
    }
}
