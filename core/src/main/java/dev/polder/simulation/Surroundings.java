package dev.polder.simulation;

/** What every part of a simulated cluster lives in. */
final class Surroundings {
    private static final long WALL_START_MS = 1_700_000_000_000L;

    private final Timeline time;
    private final Dice dice;
    private final Knobs knobs;
    private final Ledger ledger;
    private final Wiring wiring;
    private final Network network;
    private long wallJumpMs;

    Surroundings(Timeline time, Dice dice, Knobs knobs, Ledger ledger, Wiring wiring) {
        this.time = time;
        this.dice = dice;
        this.knobs = knobs;
        this.ledger = ledger;
        this.wiring = wiring;
        network = new Network(time, dice.split(), knobs.networkDelayUsMax());
    }

    Timeline time() {
        return time;
    }

    Dice dice() {
        return dice;
    }

    Knobs knobs() {
        return knobs;
    }

    Ledger ledger() {
        return ledger;
    }

    Wiring wiring() {
        return wiring;
    }

    Network network() {
        return network;
    }

    /** Tells whether things no longer go wrong. */
    boolean isCalm() {
        return network.isCalm();
    }

    long wallMs() {
        return WALL_START_MS + wallJumpMs + time.nowUs() / 1000;
    }

    /** Somebody sets the hosts' clocks. */
    void jump(long ms) {
        wallJumpMs += ms;
    }
}
