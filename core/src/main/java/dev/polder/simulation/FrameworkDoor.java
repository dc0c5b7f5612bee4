package dev.polder.simulation;

import static dev.polder.simulation.Connection.Side.CLIENT;
import static dev.polder.simulation.Connection.Side.SERVER;

import dev.polder.master.Command;
import dev.polder.master.FrameworkLink;
import dev.polder.wire.proto.MesosScheduler.Event;

/** The master's end of a framework's event stream. */
final class FrameworkDoor implements FrameworkLink, Connection.End {
    private static final long HEARTBEAT_US = 15_000_000;

    private final MasterProcess master;
    private final Timeline time;
    private final String streamId;
    private final int outboxMax;
    private final Connection connection;
    private boolean open;
    private boolean ended;

    FrameworkDoor(MasterProcess master, Surroundings around, Connection connection) {
        this.master = master;
        this.time = around.time();
        this.streamId = around.dice().uuid();
        this.outboxMax = around.knobs().outboxMax();
        this.connection = connection;
    }

    @Override
    public String streamId() {
        return streamId;
    }

    @Override
    public void received(Object message) {
        Messages.Subscribe subscribe = (Messages.Subscribe) message;
        if (!master.submit(new Command.Subscribe(this, subscribe.call()))) {
            ended = true;
            connection.send(SERVER, master.wayToLeader());
            connection.close(SERVER);
        }
    }

    @Override
    public void send(Event event) {
        if (ended) {
            return;
        }
        if (connection.inFlight(CLIENT) >= outboxMax) {
            time.note(connection + " cut: reads too slowly");
            close();
            return;
        }
        if (!open) {
            open = true;
            connection.send(SERVER, new Messages.Opened(streamId));
            time.after(HEARTBEAT_US, this::heartbeat);
        }
        connection.send(SERVER, new Messages.Told(event));
    }

    private void heartbeat() {
        if (!ended && master.isUp()) {
            send(Event.newBuilder().setType(Event.Type.HEARTBEAT).build());
            time.after(HEARTBEAT_US, this::heartbeat);
        }
    }

    @Override
    public void close() {
        connection.close(SERVER);
        end(false);
    }

    @Override
    public void closed() {
        end(true);
    }

    private void end(boolean byClient) {
        if (!ended) {
            ended = true;
            master.submit(new Command.FrameworkClosed(this, byClient));
        }
    }

    @Override
    public String toString() {
        return connection.toString();
    }
}
