package dev.polder.simulation;

import java.util.ArrayList;
import java.util.List;

/** Makes connections, and knows them all so that they can be lost. */
final class Network {
    private final Timeline time;
    private final Dice dice;
    private final long delayUsMax;
    private final Links links;
    private final List<Connection> connections = new ArrayList<>();
    private long opened;
    private boolean calm;

    Network(Timeline time, Dice dice, long delayUsMax) {
        this.time = time;
        this.dice = dice;
        this.delayUsMax = delayUsMax;
        links = new Links(time);
    }

    Timeline time() {
        return time;
    }

    Dice dice() {
        return dice;
    }

    Links links() {
        return links;
    }

    /** Opens a connection from one place to another. */
    Connection open(String kind, int client, int server) {
        connections.removeIf(Connection::isOver);
        Connection connection = new Connection(this, kind + "#" + ++opened, client, server);
        connections.add(connection);
        return connection;
    }

    /** Loses one of the connections. */
    void loseOne() {
        connections.removeIf(Connection::isOver);
        if (!connections.isEmpty()) {
            Connection lost = dice.pick(connections);
            time.note(lost + " lost");
            lost.lose();
        }
    }

    /** From now on connections last, and what is slow is only a little slow. */
    void calmDown() {
        calm = true;
        links.heal();
    }

    boolean isCalm() {
        return calm;
    }

    long delayUs() {
        return dice.spread(1, calm ? Math.min(delayUsMax, 10_000) : delayUsMax);
    }
}
