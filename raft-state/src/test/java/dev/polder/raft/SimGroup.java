package dev.polder.raft;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Some members in virtual time on one thread; the same seed is the same run. */
final class SimGroup implements AutoCloseable {
    private final long seed;
    private final SimTime time = new SimTime();
    private final SimLedger ledger = new SimLedger(time);
    private final Map<String, SimMember> members = new LinkedHashMap<>();
    private final SimNetwork network;
    private final Random random;

    SimGroup(long seed, int size, SimScratch scratch, Gates gates) {
        this.seed = seed;
        random = new Random(seed);
        network = new SimNetwork(time, seed, members);
        for (int i = 1; i <= size; i++) {
            String name = "m" + i + ":1";
            members.put(name, new SimMember(this, name, scratch, gates));
        }
        VirtualClock.enter(time);
    }

    /** Three members, started at once. */
    static SimGroup started(long seed, SimScratch scratch) {
        SimGroup group = new SimGroup(seed, 3, scratch, Gates.DISK);
        group.members().forEach(SimMember::start);
        return group;
    }

    long seed() {
        return seed;
    }

    SimTime time() {
        return time;
    }

    Random random() {
        return random;
    }

    SimLedger ledger() {
        return ledger;
    }

    SimNetwork network() {
        return network;
    }

    List<String> names() {
        return List.copyOf(members.keySet());
    }

    List<SimMember> members() {
        return List.copyOf(members.values());
    }

    /** Returns the member that serves the highest term, null if none serves. */
    @Nullable
    SimMember leader() {
        SimMember highest = null;
        for (SimMember member : members.values()) {
            if (member.servingTerm() != 0 && (highest == null || member.servingTerm() > highest.servingTerm())) {
                highest = member;
            }
        }
        return highest;
    }

    SimMember awaitLeader() {
        await("a leader", () -> leader() != null);
        SimMember leader = leader();
        if (leader == null) {
            throw new AssertionError("no leader");
        }
        return leader;
    }

    List<SimMember> others(SimMember than) {
        List<SimMember> others = new ArrayList<>(members.values());
        others.remove(than);
        return others;
    }

    /** Proposes something new at a member that believes that it serves. */
    void propose(SimMember at, int size) {
        at.run(at.life(), () -> at.context().proposer().propose(at.servingTerm(), ledger.nextProposal(size)));
    }

    void isolate(SimMember member) {
        for (SimMember other : others(member)) {
            network.cut(member.name(), other.name());
            network.cut(other.name(), member.name());
        }
    }

    // ---- what connections tell

    void started(SimMember member) {
        time.note(member.name() + " starts");
        for (SimMember other : others(member)) {
            if (other.isUp()) {
                tellBack(member, other);
                tellBack(other, member);
            }
        }
    }

    private void tellBack(SimMember member, SimMember of) {
        int life = member.life();
        network.travel(
                of.name(),
                member.name(),
                () -> member.run(life, () -> member.context().peerBack(of.name())));
    }

    /** The survivors see their connections close, try once more, and are refused. */
    void crashed(SimMember member) {
        time.note(member.name() + " is dead");
        int dead = member.life();
        for (SimMember other : others(member)) {
            int life = other.life();
            network.travel(
                    member.name(),
                    other.name(),
                    () -> network.travel(
                            other.name(),
                            member.name(),
                            () -> network.travel(
                                    member.name(),
                                    other.name(),
                                    () -> other.run(life, () -> {
                                        if (!member.isUp() || member.life() != dead) {
                                            other.context().peerDied(member.name());
                                        }
                                    }))));
        }
    }

    /** A member whose disk failed dies with it; any other failure is one of ours. */
    void failed(SimMember member, Throwable cause) {
        if (cause.toString().contains("planted")) {
            time.at(time.nanos(), () -> member.crash(true, random));
        } else {
            throw new AssertionError(member.name() + " failed: " + cause, cause);
        }
    }

    // ---- time

    void run(Duration duration) {
        long until = time.nanos() + duration.toNanos();
        while (time.step(until)) {
            // events check for themselves
        }
    }

    void await(String what, BooleanSupplier condition) {
        long until = time.nanos() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            if (!time.step(until)) {
                throw new AssertionError("after 30 s there is still not " + what);
            }
        }
    }

    @Override
    public void close() {
        members.values().forEach(member -> member.crash(false, random));
        VirtualClock.leave();
    }
}
