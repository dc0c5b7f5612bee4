package dev.polder.raft;

import java.time.Duration;
import java.util.Random;

/**
 * A run of three members, drawn from one seed: for a while everything goes wrong, then nothing does any more and all must
 * agree.
 */
final class RaftSimulation {
    /** What a run was worth. */
    record Report(long trace, int acknowledged, int leaderships) {}

    private static final Duration FAULTY = Duration.ofSeconds(20);

    private final SimGroup group;
    private final Random random;
    private boolean calm;

    private RaftSimulation(SimGroup group) {
        this.group = group;
        random = group.random();
    }

    /** Runs a seed to its end; what must not happen is thrown, with the seed and what was last noted. */
    static Report run(long seed, SimScratch scratch, Gates gates) {
        SimGroup group = new SimGroup(seed, 3, scratch, gates);
        try (group) {
            new RaftSimulation(group).run();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(
                    "seed " + seed + ": " + e.getMessage() + "\n" + group.time().lastNotes(), e);
        }
        return new Report(
                group.time().trace(),
                group.ledger().acknowledged(),
                group.ledger().leaderships());
    }

    private void run() {
        group.network()
                .weather(new SimNetwork.Weather(
                        100,
                        200 + random.nextInt(20_000),
                        random.nextInt(3) == 0 ? 0 : random.nextDouble() * 0.06,
                        random.nextBoolean()));
        for (SimMember member : group.members()) {
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
        SimMember one = group.members().get(random.nextInt(3));
        SimMember other = group.others(one).get(random.nextInt(2));
        switch (random.nextInt(9)) {
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
            default -> {
                LossyDisk.Operation[] operations = LossyDisk.Operation.values();
                one.disk().failAt(operations[random.nextInt(operations.length)], 1 + random.nextInt(20));
            }
        }
    }

    private void crash(SimMember member) {
        member.crash(random.nextBoolean(), random);
        group.time().after(random.nextInt(2_000) * 1_000_000L, () -> startIfDown(member));
    }

    /** Everything works again; soon all know all. */
    private void calmDown() {
        calm = true;
        group.time().note("calm");
        group.network().weather(SimNetwork.Weather.CALM);
        group.network().heal();
        for (SimMember member : group.members()) {
            member.disk().failNoMore();
        }
        group.run(Duration.ofSeconds(3));
        group.members().forEach(this::startIfDown);
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
