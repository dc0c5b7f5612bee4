package dev.polder.simulation;

/** Opens connections to masters. */
interface Dialer {
    /** Opens a connection from a place; to a master that is down it is closed by its host. */
    Connection dial(int from, int master, MasterProcess.Door door, Connection.End client);

    /** Returns how many masters there are. */
    int masters();
}
