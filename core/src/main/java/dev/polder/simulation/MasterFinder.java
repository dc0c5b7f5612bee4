package dev.polder.simulation;

/** Whom a client asks next: the master it was sent to, or after a failure the next of all, later and later. */
final class MasterFinder {
    private static final long WAIT_US_MIN = 20_000;
    private static final long WAIT_US_MAX = 1_000_000;
    /** Masters that send one to each other know no better: that is a failure too. */
    private static final int REDIRECTS_MAX = 3;

    private final Dice dice;
    private final int masters;
    private int master;
    private int redirects;
    private long waitUs = WAIT_US_MIN;

    MasterFinder(Dice dice, int masters) {
        this.dice = dice;
        this.masters = masters;
        master = dice.below(masters);
    }

    /** Returns which master to ask. */
    int master() {
        return master;
    }

    /** The master that was asked is the leader. */
    void found() {
        redirects = 0;
        waitUs = WAIT_US_MIN;
    }

    /** The master that was asked names another; returns how long to wait before that is asked. */
    long redirected(int to) {
        if (redirects++ >= REDIRECTS_MAX) {
            redirects = 0;
            return failed();
        }
        master = to;
        return 0;
    }

    /** The master that was asked does not lead, or the connection to it is lost; returns how long to wait. */
    long failed() {
        master = (master + 1) % masters;
        long wait = dice.between(waitUs, 2 * waitUs);
        waitUs = Math.min(2 * waitUs, WAIT_US_MAX);
        return wait;
    }
}
