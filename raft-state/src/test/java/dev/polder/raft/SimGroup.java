package dev.polder.raft;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Some members in virtual time on one thread; the same seed is the same run. */
final class SimGroup implements AutoCloseable {
    private final long seed;
    private final SimTime time = new SimTime();
    private final SimLedger ledger = new SimLedger(time);
    private final SimLogMatching matching = new SimLogMatching();
    private final Map<String, SimMember> members = new LinkedHashMap<>();
    private final SimNetwork network;
    private final Random random;
    private final Rules rules;
    private final List<String> seeds;
    private int changes;

    SimGroup(long seed, int size, Rules rules) {
        this.seed = seed;
        this.rules = rules;
        random = new Random(seed);
        network = new SimNetwork(time, seed, members);
        for (int i = 1; i <= size; i++) {
            String name = "m" + i + ":1";
            members.put(name, new SimMember(this, name, rules));
        }
        seeds = List.copyOf(members.keySet());
        VirtualClock.enter(time);
    }

    /** Three members, started at once. */
    static SimGroup started(long seed) {
        SimGroup group = new SimGroup(seed, 3, Rules.KEPT);
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

    /** Returns the members that the group begins with. */
    List<String> seeds() {
        return seeds;
    }

    List<String> names() {
        return List.copyOf(members.keySet());
    }

    /** Returns a node that is no member yet, and not started. */
    SimMember newcomer(String name) {
        SimMember newcomer = new SimMember(this, name, rules).joining();
        members.put(name, newcomer);
        return newcomer;
    }

    SimMember member(String name) {
        return Objects.requireNonNull(members.get(name), name);
    }

    /** Asks a member for a change of the members. */
    CompletableFuture<ChangeOutcome> change(SimMember at, MemberChange change) {
        CompletableFuture<ChangeOutcome> told = new CompletableFuture<>();
        at.run(at.life(), () -> {
            CompletableFuture<ChangeOutcome> unused = at.context()
                    .changes()
                    .begin(change)
                    .whenComplete((outcome, none) -> {
                        time.note(at.name() + ": " + change + ": " + outcome);
                        changes += outcome instanceof ChangeOutcome.Done ? 1 : 0;
                        told.complete(outcome);
                    });
        });
        return told;
    }

    /** Returns how many changes of the members were done. */
    int changes() {
        return changes;
    }

    /** Asks whoever leads, until it is done. */
    void changeAtLast(MemberChange change) {
        for (int tries = 0; tries < 100; tries++) {
            SimMember leader = awaitLeader();
            CompletableFuture<ChangeOutcome> told = change(leader, change);
            int life = leader.life();
            await("an answer to " + change, () -> told.isDone() || !leader.isUp() || leader.life() != life);
            if (told.getNow(new ChangeOutcome.Unknown()) instanceof ChangeOutcome.Done) {
                return;
            }
            run(Duration.ofMillis(100));
        }
        throw new AssertionError("100 times in vain: " + change);
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

    /** Asks a member that believes that it serves; what it confirms must be the newest there was. */
    void read(SimMember at) {
        at.run(at.life(), () -> {
            long acknowledged = ledger.acknowledgedIndex();
            CompletableFuture<ReadOutcome> unused = at.context()
                    .reads()
                    .ask(at.servingTerm())
                    .whenComplete((outcome, none) -> {
                        if (outcome instanceof ReadOutcome.ReadAt read) {
                            ledger.read(at.name(), read.index(), acknowledged);
                        }
                    });
        });
    }

    /** Has whoever leads hand the lead over, if it can. */
    void handOver(SimMember to) {
        for (SimMember from : others(to)) {
            from.run(from.life(), () -> {
                CompletableFuture<HandOverOutcome> unused = from.context()
                        .handOver()
                        .begin(Optional.of(to.name()), HandOver.LIMIT)
                        .whenComplete((outcome, none) -> time.note(from.name() + ": " + outcome));
            });
        }
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
                network.call(member, other);
                network.call(other, member);
            } else {
                tellNobodyThere(member, other);
            }
        }
    }

    /** Its first call is refused. */
    private void tellNobodyThere(SimMember member, SimMember dead) {
        int life = member.life();
        network.travel(
                member.name(),
                dead.name(),
                () -> network.travel(
                        dead.name(),
                        member.name(),
                        () -> member.run(life, () -> {
                            if (!dead.isUp()) {
                                member.context().peerDied(dead.name());
                            }
                        })));
    }

    /** Each survivor, some time in the next 20 ms, sees its connection close, tries once more, and is refused. */
    void crashed(SimMember member) {
        time.note(member.name() + " is dead");
        int dead = member.life();
        for (SimMember other : others(member)) {
            int life = other.life();
            time.after(random.nextInt(20_000_000), () -> tellDead(member, dead, other, life));
        }
    }

    private void tellDead(SimMember member, int dead, SimMember other, int life) {
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

    /** A member whose disk failed dies with it; any other failure is one of ours. */
    void failed(SimMember member, Throwable cause) {
        if (cause.toString().contains("is no member any more")) {
            time.note(member.name() + " goes");
            time.at(time.nanos(), () -> {
                member.crash(false, random);
                member.hasGone();
            });
        } else if (cause.toString().contains("planted")) {
            time.at(time.nanos(), () -> member.crash(true, random));
        } else {
            // not from here: Atomix may be the caller, which drops what is thrown
            time.at(time.nanos(), () -> {
                throw new AssertionError(member.name() + " failed: " + cause, cause);
            });
        }
    }

    // ---- time

    void run(Duration duration) {
        long until = time.nanos() + duration.toNanos();
        while (step(until)) {
            // that is all
        }
    }

    /** What happens checks for itself what members are told; what they have is looked at afterwards. */
    private boolean step(long untilNanos) {
        boolean happened = time.step(untilNanos);
        members.values().forEach(matching::look);
        checkLease();
        return happened;
    }

    /** Two that are followed at one time would both answer for the group. */
    private void checkLease() {
        SimMember followed = null;
        for (SimMember member : members.values()) {
            if (!member.isUp() || !member.context().isFollowed()) {
                continue;
            }
            if (followed != null) {
                throw new AssertionError("two leaders are followed: " + followed.name() + " in term "
                        + followed.context().getTerm() + ", " + member.name() + " in term "
                        + member.context().getTerm());
            }
            followed = member;
        }
    }

    void await(String what, BooleanSupplier condition) {
        long until = time.nanos() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            if (!step(until)) {
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
