package dev.polder.simulation;

import static dev.polder.simulation.Connection.Side.SERVER;
import static dev.polder.simulation.Violation.check;

import dev.polder.master.AgentLink;
import dev.polder.master.Command;
import dev.polder.wire.proto.AgentLinkFrames.Ping;
import dev.polder.wire.proto.AgentLinkFrames.ToAgent;
import dev.polder.wire.proto.AgentLinkFrames.ToMaster;
import java.util.ArrayDeque;

/**
 * The master's end of an agent's connection: it numbers frames, pings, notices silence, and offers the master again what
 * it had no room for.
 */
final class AgentDoor implements AgentLink, Connection.End {
    private static final long RETRY_US = 10_000;

    private final MasterProcess master;
    private final Timeline time;
    private final long pingUs;
    private final long silenceUsMax;
    private final ArrayDeque<ToMaster> waiting = new ArrayDeque<>();
    private final Connection connection;
    private long sent;
    private long received;
    private long heardUs;
    /** The term of the last frame, which is that of the pings; -1 before there is one. */
    private long term = -1;

    private boolean open;
    private boolean retrying;
    private boolean ended;

    AgentDoor(MasterProcess master, Surroundings around, Connection connection) {
        this.master = master;
        this.time = around.time();
        this.pingUs = around.knobs().pingMs() * 1000;
        this.silenceUsMax = around.knobs().silenceMsMax() * 1000;
        this.connection = connection;
        heardUs = time.nowUs();
        time.after(pingUs, this::tick);
    }

    @Override
    public void send(ToAgent.Builder frame) {
        if (!ended) {
            term = frame.getTerm();
            connection.send(SERVER, frame.clone().setSequence(++sent).build());
        }
    }

    @Override
    public void received(Object message) {
        heardUs = time.nowUs();
        if (message instanceof Messages.Upgrade) {
            open();
            return;
        }
        ToMaster frame = (ToMaster) message;
        check(
                frame.getSequence() == ++received,
                () -> connection + ": frame " + frame.getSequence() + ", not " + received);
        if (!frame.hasPong()) {
            waiting.add(frame);
            deliver();
        }
    }

    private void open() {
        if (master.leads()) {
            open = true;
            connection.send(SERVER, new Messages.Upgraded());
        } else {
            connection.send(SERVER, master.wayToLeader());
            ended = true;
            connection.close(SERVER);
        }
    }

    private void deliver() {
        while (!waiting.isEmpty() && !ended && master.submit(command(waiting.element()))) {
            waiting.remove();
        }
        if (waiting.isEmpty() || ended) {
            return;
        }
        if (!master.leads()) {
            close();
        } else if (!retrying) {
            retrying = true;
            time.after(RETRY_US, () -> {
                retrying = false;
                // what we do not read ourselves is not silence
                heardUs = time.nowUs();
                deliver();
            });
        }
    }

    private Command command(ToMaster frame) {
        return frame.hasRegister()
                ? new Command.AgentRegistering(this, frame.getRegister())
                : new Command.AgentUpdate(this, frame.getStatusUpdate());
    }

    private void tick() {
        if (ended || !master.isUp()) {
            return;
        }
        if (time.nowUs() - heardUs > silenceUsMax && (term >= 0 || !open || received == 0)) {
            time.note(connection + " silent");
            close();
            return;
        }
        if (term >= 0) {
            send(ToAgent.newBuilder().setTerm(term).setPing(Ping.getDefaultInstance()));
        }
        time.after(pingUs, this::tick);
    }

    @Override
    public void close() {
        connection.close(SERVER);
        closed();
    }

    @Override
    public void closed() {
        if (!ended) {
            ended = true;
            waiting.clear();
            master.submit(new Command.AgentClosed(this));
        }
    }

    @Override
    public String toString() {
        return connection.toString();
    }
}
