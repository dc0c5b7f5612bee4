package dev.polder.simulation;

import dev.polder.master.MasterView;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The cluster's masters: their processes come and go, their copies of the log stay. */
final class Masters implements Dialer {
    private static final long AWAY_US_MAX = 30_000_000;
    private static final long PAUSE_US_MAX = 10_000_000;
    private static final long CUT_US_MAX = 20_000_000;

    private final Surroundings around;
    private final Dice dice;
    private final Truth truth;
    private final ModelLog log;
    private final List<@Nullable MasterProcess> processes = new ArrayList<>();

    Masters(Surroundings around) {
        this.around = around;
        dice = around.dice().split();
        truth = new Truth(around.ledger(), around.knobs().master());
        log = new ModelLog(around, truth);
        for (int i = 0; i < masters(); i++) {
            processes.add(null);
            start(i);
        }
    }

    @Override
    public int masters() {
        return around.knobs().masters();
    }

    @Override
    public Connection dial(int from, int master, MasterProcess.Door door, Connection.End client) {
        Connection connection = around.network().open(door.name(), from, master);
        MasterProcess process = processes.get(master);
        if (process == null) {
            connection.join(client, Connection.NOBODY);
            connection.close(Connection.Side.SERVER);
        } else {
            connection.join(client, process.accept(connection, door));
        }
        return connection;
    }

    // ---- what goes wrong

    private void start(int number) {
        around.time().note("master " + number + " starts");
        processes.set(number, new MasterProcess(around, log.member(number), truth, new Clock(around)));
    }

    /** Returns which master it happens to: more often than not the leader. */
    private int victim() {
        LogMember leader = log.leader();
        return leader != null && dice.chance(0.4) ? leader.number() : dice.below(masters());
    }

    void crash() {
        int number = victim();
        MasterProcess process = processes.get(number);
        if (process != null) {
            boolean withHost = dice.chance(0.3);
            around.time().note("master " + number + " crashes");
            process.crash(withHost);
            processes.set(number, null);
            around.time().after(dice.spread(1_000, AWAY_US_MAX), () -> start(number));
        }
    }

    /** The leader gives up its post. */
    void stepDown() {
        LogMember leader = log.leader();
        if (leader != null) {
            leader.stepDown();
        }
    }

    /** Somebody calls an election, though there is a leader. */
    void unrest() {
        log.unrest();
    }

    /** One master gets no time: its thread alone, or all of it, so that it hears and says nothing either. */
    void pause() {
        int number = victim();
        MasterProcess process = processes.get(number);
        if (process == null) {
            return;
        }
        long us = dice.spread(10_000, PAUSE_US_MAX);
        boolean whole = dice.chance(0.5);
        around.time().note("master " + number + (whole ? " pauses for " : "'s thread pauses for ") + us + " us");
        process.pause(us);
        if (whole) {
            log.member(number).pause(us);
            cut(place -> place == number, place -> !Links.isMaster(place), true, us);
        }
    }

    /** One master cannot reach others, or is not reached by them, or neither. */
    void partition() {
        int number = victim();
        long us = dice.spread(10_000, CUT_US_MAX);
        IntPredicate one = place -> place == number;
        IntPredicate others = switch (dice.below(4)) {
            case 0, 1 -> place -> place != number && Links.isMaster(place);
            case 2 -> place -> !Links.isMaster(place);
            default -> place -> place != number;
        };
        boolean both = dice.chance(0.5);
        boolean outwards = dice.chance(0.5);
        around.time().note("master " + number + " is cut off for " + us + " us, both ways: " + both);
        cut(outwards ? one : others, outwards ? others : one, both, us);
        log.lookAround();
        around.time().after(us, log::lookAround);
    }

    private void cut(IntPredicate from, IntPredicate to, boolean both, long us) {
        Links links = around.network().links();
        links.cut(from, to, us);
        if (both) {
            links.cut(to, from, us);
        }
    }

    /** Nothing goes wrong any more; the network is healed. */
    void calmDown() {
        for (int i = 0; i < masters(); i++) {
            log.member(i).resume();
        }
        log.lookAround();
    }

    // ---- questions

    /** Returns what the leader shows while nothing is on its way to being committed; null if there is no such moment. */
    @Nullable
    MasterView quietView() {
        LogMember leader = log.leader();
        MasterProcess process = leader == null ? null : processes.get(leader.number());
        return process == null ? null : process.quietView();
    }

    /** Returns who has not applied all that is committed, null if all have. */
    @Nullable
    String laggard() {
        for (int i = 0; i < masters(); i++) {
            MasterProcess process = processes.get(i);
            if (process == null || process.appliedView().index() != truth.index()) {
                return "master " + i + " is behind";
            }
        }
        return null;
    }

    /** Returns every copy of the state, as the log makes it. */
    List<MasterView> copies() {
        return processes.stream()
                .filter(Objects::nonNull)
                .map(MasterProcess::appliedView)
                .toList();
    }

    ModelLog log() {
        return log;
    }
}
