package dev.polder.simulation;

/**
 * One TCP connection as its two ends see it: messages arrive in their order or not at all, and it may break at any
 * point. Then each end hears of it when it hears of it; one may long believe in a connection that is none.
 */
final class Connection {
    /** The two ends. */
    enum Side {
        /** Who opened it. */
        CLIENT,
        /** Who was connected to. */
        SERVER;

        Side other() {
            return this == CLIENT ? SERVER : CLIENT;
        }
    }

    /** What an end hears. */
    interface End {
        void received(Object message);

        /** The last thing that is heard, unless this end closed the connection itself. */
        void closed();
    }

    /** An end at which nobody is. */
    static final End NOBODY = new End() {
        @Override
        public void received(Object message) {}

        @Override
        public void closed() {}
    };

    private static final long HEARD_LATE_US_MAX = 900_000_000;

    /** What travels towards one side. */
    private final class Lane {
        final Side to;
        final int fromPlace;
        final int toPlace;
        End end = NOBODY;
        long lastArrivalUs;
        long cutUs = Long.MAX_VALUE;
        int inFlight;
        boolean deaf;

        Lane(Side to, int fromPlace, int toPlace) {
            this.to = to;
            this.fromPlace = fromPlace;
            this.toPlace = toPlace;
        }

        void deliver(Runnable arrival) {
            lastArrivalUs = Math.max(lastArrivalUs + 1, network.links().openUs(fromPlace, toPlace) + delayUs());
            time.at(lastArrivalUs, () -> {
                if (!deaf && time.nowUs() < cutUs) {
                    arrival.run();
                }
            });
        }

        void hearsTheEnd() {
            if (!deaf) {
                deaf = true;
                time.note(name + " closed for " + to);
                end.closed();
            }
        }
    }

    private final Timeline time;
    private final Dice dice;
    private final String name;
    private final Lane toClient;
    private final Lane toServer;
    private final Network network;

    Connection(Network network, String name, int client, int server) {
        this.network = network;
        this.time = network.time();
        this.dice = network.dice();
        this.name = name;
        this.toClient = new Lane(Side.CLIENT, server, client);
        this.toServer = new Lane(Side.SERVER, client, server);
    }

    /** Gives the connection its ends; once, before anything else. */
    void join(End client, End server) {
        toClient.end = client;
        toServer.end = server;
    }

    /** Sends a message; it may never arrive. */
    void send(Side from, Object message) {
        Lane lane = lane(from.other());
        if (lane(from).deaf) {
            return;
        }
        lane.inFlight++;
        lane.deliver(() -> {
            lane.inFlight--;
            lane.end.received(message);
        });
    }

    /** Returns how much was sent to a side and has not arrived. */
    int inFlight(Side to) {
        return lane(to).inFlight;
    }

    /** Ends the connection behind what was sent; this side hears no more. */
    void close(Side by) {
        if (!lane(by).deaf) {
            lane(by).deaf = true;
            Lane other = lane(by.other());
            other.deliver(other::hearsTheEnd);
        }
    }

    /** The network loses the connection, with some of what is under way. */
    void lose() {
        toClient.cutUs = Math.min(toClient.cutUs, time.nowUs() + delayUs());
        toServer.cutUs = Math.min(toServer.cutUs, time.nowUs() + delayUs());
        time.after(hearingUs(), toClient::hearsTheEnd);
        time.after(hearingUs(), toServer::hearsTheEnd);
    }

    /** The host of one side is gone, and nothing tells the other. */
    void vanish(Side side) {
        lane(side).deaf = true;
        Lane other = lane(side.other());
        other.cutUs = Math.min(other.cutUs, time.nowUs() + delayUs());
        time.after(dice.spread(1_000, HEARD_LATE_US_MAX), other::hearsTheEnd);
    }

    boolean isOver() {
        return toClient.deaf && toServer.deaf;
    }

    @Override
    public String toString() {
        return name;
    }

    private long hearingUs() {
        return network.isCalm() || dice.chance(0.7) ? dice.spread(1, 100_000) : dice.spread(100_000, HEARD_LATE_US_MAX);
    }

    private long delayUs() {
        return network.delayUs();
    }

    private Lane lane(Side to) {
        return to == Side.CLIENT ? toClient : toServer;
    }
}
