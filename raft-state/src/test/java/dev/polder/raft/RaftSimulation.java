package dev.polder.raft;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/**
 * A run of five nodes, of which three are members in the beginning, drawn from one seed: for a while everything goes wrong
 * and members come and go, then nothing does any more, all become members, and must agree.
 */
final class RaftSimulation {
    /** What a run was worth. */
    record Report(long trace, int acknowledged, int leaderships, int installed, int reads, int changes) {}

    private static final Duration FAULTY = Duration.ofSeconds(20);

    private final SimGroup group;
    private final Random random;
    private boolean calm;

    private RaftSimulation(SimGroup group) {
        this.group = group;
        random = group.random();
    }

    /** Runs a seed to its end; what must not happen is thrown, with the seed and what was last noted. */
    static Report run(long seed, Rules rules) {
        SimGroup group = new SimGroup(seed, 3, rules);
        try (group) {
            new RaftSimulation(group).run();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(
                    "seed " + seed + ": " + e.getMessage() + "\n" + group.time().lastNotes(), e);
        }
        return new Report(
                group.time().trace(),
                group.ledger().acknowledged(),
                group.ledger().leaderships(),
                group.ledger().installed(),
                group.ledger().reads(),
                group.changes());
    }

    private void run() {
        group.network()
                .weather(new SimNetwork.Weather(
                        100,
                        200 + random.nextInt(20_000),
                        random.nextInt(3) == 0 ? 0 : random.nextDouble() * 0.06,
                        random.nextBoolean(),
                        random.nextBoolean() ? 0 : random.nextDouble() * 0.2));
        group.newcomer("m4:1");
        group.newcomer("m5:1");
        boolean differ = random.nextInt(3) == 0;
        for (SimMember member : group.members()) {
            member.saveWhenWanted();
            if (differ) {
                member.electionTimeout(Duration.ofMillis(200 + random.nextInt(800)));
            }
            group.time().after(random.nextInt(1_000) * 1_000_000L, () -> startIfDown(member));
        }
        proposeLater();
        faultLater();
        group.run(FAULTY);
        calmDown();
    }

    private void startIfDown(SimMember member) {
        if (!member.isUp()) {
            member.start();
        }
    }

    private void proposeLater() {
        group.time().after((1 + random.nextInt(20)) * 1_000_000L, () -> {
            for (SimMember member : group.members()) {
                if (member.servingTerm() != 0) {
                    for (int i = random.nextInt(4); i > 0; i--) {
                        group.propose(member, random.nextInt(300));
                    }
                    group.read(member);
                }
            }
            if (!calm) {
                proposeLater();
            }
        });
    }

    private void faultLater() {
        group.time().after((20 + random.nextInt(900)) * 1_000_000L, () -> {
            if (!calm) {
                fault();
                faultLater();
            }
        });
    }

    private void fault() {
        group.members().stream().filter(SimMember::isGone).forEach(this::comeBack);
        SimMember one = group.members().get(random.nextInt(5));
        SimMember other = group.others(one).get(random.nextInt(4));
        switch (random.nextInt(26)) {
            case 0, 1 -> crash(one);
            case 2 -> group.members().forEach(this::crash);
            case 3 -> {
                group.time().note("cut from " + one.name() + " to " + other.name());
                group.network().cut(one.name(), other.name());
            }
            case 4 -> {
                group.time().note(one.name() + " is isolated");
                group.isolate(one);
            }
            case 5, 6 -> {
                group.time().note("healed");
                group.network().heal();
            }
            case 7 -> {
                int ms = 10 + random.nextInt(2_000);
                group.time().note(one.name() + " is paused for " + ms + " ms");
                one.pause(Duration.ofMillis(ms));
            }
            case 8 -> group.members().forEach(SimMember::saveSnapshot);
            case 9, 10 -> {
                group.time().note(one.name() + " is to lead");
                group.handOver(one);
            }
            case 11 -> {
                int minutes = random.nextInt(120) - 60;
                group.time().note("the wall clock is set to " + minutes + " min");
                group.time().setClock(minutes * 60_000L);
            }
            case 12, 13 -> change(one);
            case 14, 15 -> {
                change(one);
                group.time().after(random.nextInt(3) * 1_000_000L, () -> change(other));
            }
            case 16, 17 -> {
                int ms = 100 + random.nextInt(4_000);
                group.time().note("the disk of " + one.name() + " is slow for " + ms + " ms");
                one.pace().slowFor(Duration.ofMillis(ms));
            }
            case 18, 19 -> {
                group.time().note("the disk of " + one.name() + " is nearly full");
                one.free(random.nextLong(RaftConfig.FREE_BYTES_MIN));
                group.time().after((1 + random.nextInt(6_000)) * 1_000_000L, () -> one.free(Long.MAX_VALUE));
            }
            case 20 -> flap(10 + random.nextInt(20));
            case 21 -> restartBesideACut(other);
            case 22 -> {
                change(one);
                change(other);
                split();
            }
            default -> {
                LossyDisk.Operation[] operations = LossyDisk.Operation.values();
                one.disk().failAt(operations[random.nextInt(operations.length)], 1 + random.nextInt(20));
            }
        }
    }

    /** The lead goes from one to the next, by its own will or because its links are cut, many times in a row. */
    private void flap(int times) {
        SimMember leader = group.leader();
        if (calm || times == 0) {
            return;
        }
        group.network().heal();
        if (leader != null) {
            SimMember next = group.others(leader).get(random.nextInt(4));
            if (random.nextInt(4) == 0) {
                group.isolate(leader);
            } else {
                group.handOver(next);
            }
        }
        group.time().after((20 + random.nextInt(150)) * 1_000_000L, () -> flap(times - 1));
    }

    /** The leader is alone, and of those who followed it one or two start again at once. */
    private void restartBesideACut(SimMember one) {
        SimMember leader = group.leader();
        if (leader != null) {
            group.time().note(leader.name() + " is alone while others start again");
            for (SimMember other : group.others(leader)) {
                if (other == one || random.nextBoolean()) {
                    other.crash(false, random);
                    startIfDown(other);
                }
            }
            group.time().after(random.nextInt(20) * 1_000_000L, () -> group.isolate(leader));
        }
    }

    /** Each is on one of two sides, which hear each other no longer. */
    private void split() {
        group.time().note("the nodes are split");
        List<SimMember> side =
                group.members().stream().filter(one -> random.nextBoolean()).toList();
        for (SimMember one : side) {
            for (SimMember other : group.members()) {
                if (!side.contains(other)) {
                    group.network().cut(one.name(), other.name());
                    group.network().cut(other.name(), one.name());
                }
            }
        }
    }

    /** Whoever is a member is to be none, and the other way round. */
    private void change(SimMember member) {
        SimMember leader = group.leader();
        if (leader != null) {
            boolean isMember = leader.core().membership().current().contains(member.name());
            CompletableFuture<ChangeOutcome> unused = group.change(
                    leader,
                    isMember
                            ? new MemberChange.Remove(member.name())
                            : new MemberChange.Add(member.name(), member.incarnation()));
        }
    }

    /** Whoever was removed may come back as it was, or as somebody new. */
    private void comeBack(SimMember member) {
        if (random.nextBoolean()) {
            group.time().note(member.name() + " has a new disk");
            member.wipe();
        }
        member.start();
    }

    private void crash(SimMember member) {
        member.crash(random.nextBoolean(), random);
        group.time().after(random.nextInt(2_000) * 1_000_000L, () -> startIfDown(member));
    }

    /** Whoever learns only now that it was removed comes back, too. */
    private void startAgain() {
        group.members().forEach(this::startIfDown);
        group.time().after(50_000_000, this::startAgain);
    }

    /** Everything works again; soon all know all. */
    private void calmDown() {
        calm = true;
        group.time().note("calm");
        group.network().weather(SimNetwork.Weather.CALM);
        group.network().heal();
        for (SimMember member : group.members()) {
            member.disk().failNoMore();
            member.free(Long.MAX_VALUE);
            member.pace().slowFor(Duration.ZERO);
        }
        group.run(Duration.ofSeconds(3));
        startAgain();
        for (SimMember member : group.members()) {
            group.changeAtLast(new MemberChange.Add(member.name(), ""));
        }
        SimMember leader = group.awaitLeader();
        long before = group.ledger().acknowledgedIndex();
        group.propose(leader, 10);
        group.await("a commit", () -> group.ledger().acknowledgedIndex() > before);
        group.await(
                "agreement",
                () -> group.members().stream()
                        .allMatch(member -> member.toldIndex() >= group.ledger().acknowledgedIndex()));
    }
}
