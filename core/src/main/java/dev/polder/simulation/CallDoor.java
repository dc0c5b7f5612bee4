package dev.polder.simulation;

import static dev.polder.simulation.Connection.Side.SERVER;

import dev.polder.master.Command;

/** The master's end of a connection over which a framework makes calls. */
final class CallDoor implements Connection.End {
    private final MasterProcess master;
    private final Connection connection;

    CallDoor(MasterProcess master, Connection connection) {
        this.master = master;
        this.connection = connection;
    }

    @Override
    public void received(Object message) {
        Messages.Request request = (Messages.Request) message;
        boolean taken = master.submit(new Command.FrameworkCall(
                (status, text) -> respond(request, status, text), request.streamId(), request.call()));
        if (!taken) {
            int status = master.wayToLeader() instanceof Messages.Redirect ? 307 : 503;
            respond(request, status, "this master does not lead, or has no room");
        }
    }

    private void respond(Messages.Request request, int status, String text) {
        connection.send(SERVER, new Messages.Response(request.number(), status, text));
    }

    @Override
    public void closed() {
        // its calls stand on their own
    }
}
