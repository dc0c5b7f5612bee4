package dev.polder.raft;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Snapshots of three members in virtual time: {@link SimLedger} checks the states that come of them. */
class SnapshotSimTest {
    private static final int SMALL = 1_000;
    private static final int LARGE = 3 << 20;

    /** Proposes until the leader has given up the beginning of its log. */
    private static void fill(SimGroup group, SimMember leader) {
        for (int i = 0; i < 200; i++) {
            group.propose(leader, 400);
            group.run(Duration.ofMillis(2));
        }
        group.run(Duration.ofMillis(200));
        leader.saveSnapshot();
        group.run(Duration.ofMillis(50));
        assertThat(leader.core().log().floor().index()).isPositive();
    }

    /** Waits for some of a large snapshot, but not all of it. Returns the size of what is there. */
    private static int awaitParts(SimGroup group, SimMember member) {
        int[] size = new int[1];
        group.await("some parts", () -> {
            size[0] = member.disk().sizeOf(SnapshotFiles.INCOMING);
            return size[0] > 2 * SnapshotFormat.PIECE_BYTES;
        });
        assertThat(size[0]).isLessThan(LARGE - SnapshotFormat.PIECE_BYTES);
        return size[0];
    }

    private static void awaitAgreement(SimGroup group) {
        SimMember leader = group.awaitLeader();
        long before = group.ledger().acknowledgedIndex();
        group.propose(leader, 10);
        group.await("a commit", () -> group.ledger().acknowledgedIndex() > before);
        group.await(
                "agreement",
                () -> group.members().stream()
                        .allMatch(member -> member.toldIndex() >= group.ledger().acknowledgedIndex()));
    }

    @Test
    void shouldBringUpToDateWhoHasNothing() {
        try (SimGroup group = new SimGroup(1, 3, Rules.KEPT)) {
            List<SimMember> members = group.members();
            members.get(0).start();
            members.get(1).start();
            SimMember leader = group.awaitLeader();
            fill(group, leader);
            members.get(2).start();
            awaitAgreement(group);

            assertThat(members.get(2).listener().restored()).isEqualTo(1);
            assertThat(members.get(2).core().log().floor().index()).isPositive();
        }
    }

    @Test
    void shouldBeginWithItsOwnSnapshot() {
        try (SimGroup group = SimGroup.started(2)) {
            SimMember leader = group.awaitLeader();
            fill(group, leader);
            leader.crash(true, group.random());
            leader.start();
            awaitAgreement(group);

            assertThat(leader.listener().restored()).isEqualTo(1);
        }
    }

    @Test
    void shouldReplaceTheTailOfADeposedLeader() {
        for (int tail : new int[] {5, 600}) {
            try (SimGroup group = SimGroup.started(3)) {
                SimMember deposed = group.awaitLeader();
                group.isolate(deposed);
                for (int i = 0; i < tail; i++) {
                    group.propose(deposed, 10);
                }
                group.run(Duration.ofSeconds(3));
                SimMember leader = group.awaitLeader();
                assertThat(leader).isNotSameAs(deposed);
                long last = deposed.core().log().lastIndex();
                fill(group, leader);
                group.network().heal();
                awaitAgreement(group);

                assertThat(deposed.listener().restored()).isEqualTo(1);
                assertThat(last < leader.core().log().floor().index()).isEqualTo(tail == 5);
            }
        }
    }

    @Test
    void shouldKeepItsTermDuringALongTransfer() {
        try (SimGroup group = SimGroup.started(4)) {
            SimMember leader = group.awaitLeader();
            SimMember away = group.others(leader).get(0);
            SimMember dying = group.others(leader).get(1);
            leader.stateBytes(4 * LARGE);
            away.crash(true, group.random());
            fill(group, leader);
            long term = leader.servingTerm();
            group.network().weather(SimNetwork.Weather.steady(100_000, 100_001));
            away.start();
            group.run(Duration.ofMillis(300));
            dying.crash(false, group.random());
            long before = group.time().nanos();
            group.await("the snapshot", () -> away.listener().restored() == 1);

            assertThat(group.time().nanos() - before).isGreaterThan(4 * SimMember.ELECTION_TIMEOUT.toNanos());
            assertThat(leader.servingTerm()).isEqualTo(term);
            dying.start();
            group.network().weather(SimNetwork.Weather.CALM);
            awaitAgreement(group);
        }
    }

    @Test
    void shouldFinishWhatItFetchesThoughNewerOnesAreSaved() {
        try (SimGroup group = SimGroup.started(5)) {
            SimMember leader = group.awaitLeader();
            SimMember away = group.others(leader).get(0);
            leader.stateBytes(LARGE);
            away.crash(true, group.random());
            fill(group, leader);
            long offered = leader.toldIndex();
            group.network().weather(SimNetwork.Weather.steady(50_000, 50_001));
            away.start();
            group.run(Duration.ofMillis(300));
            for (int i = 0; i < 3; i++) {
                fill(group, leader);
            }
            assertThat(leader.core().log().floor().index()).isLessThanOrEqualTo(offered);
            group.await("the snapshot", () -> away.listener().restored() == 1);
            group.network().weather(SimNetwork.Weather.CALM);
            awaitAgreement(group);

            assertThat(away.listener().restored()).isEqualTo(1);
        }
    }

    @Test
    void shouldTakeUpAFetchWhereItWasBroken() {
        try (SimGroup group = SimGroup.started(6)) {
            SimMember leader = group.awaitLeader();
            SimMember away = group.others(leader).get(0);
            leader.stateBytes(LARGE);
            away.crash(true, group.random());
            fill(group, leader);
            group.network().weather(SimNetwork.Weather.steady(50_000, 50_001));
            away.start();
            int size = awaitParts(group, away);
            group.await(
                    "it to be shown",
                    () -> away.core()
                            .status()
                            .fetch()
                            .map(fetch -> fetch.from().equals(leader.name()) && fetch.receivedBytes() > 0)
                            .orElse(false));
            away.crash(false, group.random());
            away.start();
            int[] fetched = new int[1];
            group.network().intruder((from, to, request, response) -> {
                fetched[0] += request instanceof PeerRequest.Fetch ? 1 : 0;
                return response;
            });
            group.await("the snapshot", () -> away.listener().restored() == 1);

            int parts = LARGE / SnapshotFormat.PIECE_BYTES + 3;
            assertThat(fetched[0]).isBetween(2, parts - size / SnapshotFormat.PIECE_BYTES + 1);
        }
    }

    @Test
    void shouldFetchAgainWhatIsDamagedOnItsWay() {
        try (SimGroup group = SimGroup.started(11)) {
            SimMember leader = group.awaitLeader();
            SimMember away = group.others(leader).get(0);
            leader.stateBytes(LARGE);
            away.crash(true, group.random());
            fill(group, leader);
            int[] damaged = new int[1];
            group.network().intruder((from, to, request, response) -> {
                if (response instanceof PeerResponse.Piece piece
                        && group.random().nextInt(3) == 0) {
                    byte[] bytes = piece.bytes().clone();
                    bytes[group.random().nextInt(bytes.length)] ^= 1;
                    damaged[0]++;
                    return new PeerResponse.Piece(piece.term(), piece.offset(), piece.checksum(), bytes);
                }
                return response;
            });
            away.start();
            awaitAgreement(group);

            assertThat(damaged[0]).isPositive();
            assertThat(away.listener().restored()).isEqualTo(1);
        }
    }

    @Test
    void shouldNeverGiveOutWhatIsDamagedOnTheDisk() {
        try (SimGroup group = SimGroup.started(12)) {
            SimMember leader = group.awaitLeader();
            SimMember away = group.others(leader).get(0);
            away.crash(true, group.random());
            fill(group, leader);
            SnapshotId saved = requireNonNull(leader.core().snapshots().newest());
            byte[] file = leader.disk().read(SnapshotFiles.name(saved));
            file[file.length / 2] ^= 1;
            leader.disk().replace(SnapshotFiles.name(saved), file);
            PeerResponse answer = leader.core()
                    .answers()
                    .answer(new PeerRequest.Fetch(1, away.name(), saved, 0, SnapshotFormat.PIECE_BYTES));

            assertThat(answer).isInstanceOf(PeerResponse.Piece.class);
            long firstPiece = ((PeerResponse.Piece) answer).bytes().length;
            assertThat(leader.core()
                            .answers()
                            .answer(new PeerRequest.Fetch(
                                    1, away.name(), saved, firstPiece, SnapshotFormat.PIECE_BYTES)))
                    .isInstanceOf(PeerResponse.Failure.class);
            assertThatThrownBy(() -> group.run(Duration.ofMillis(1)))
                    .as("the leader stops")
                    .hasMessageContaining("a piece is not what was written");
        }
    }

    @Test
    void shouldReachWhoWasBeingSentASnapshotWhenTheLeadWentAndCameBack() {
        try (SimGroup group = SimGroup.started(13)) {
            SimMember leader = group.awaitLeader();
            SimMember away = group.others(leader).get(0);
            leader.stateBytes(LARGE);
            away.crash(true, group.random());
            fill(group, leader);
            away.start();
            awaitParts(group, away);
            for (int i = 0; i < 10; i++) {
                SimMember leads = group.awaitLeader();
                leads.run(leads.life(), () -> leads.context().stepDown(leads.servingTerm(), "planted"));
                group.run(Duration.ofMillis(120));
            }
            awaitAgreement(group);

            assertThat(group.ledger().leaderships()).isGreaterThan(5);
        }
    }

    @Test
    void shouldFetchFromANewLeaderWhenTheOldOneDies() {
        try (SimGroup group = SimGroup.started(7)) {
            SimMember leader = group.awaitLeader();
            SimMember away = group.others(leader).get(0);
            group.members().forEach(member -> member.stateBytes(LARGE));
            away.crash(true, group.random());
            fill(group, leader);
            group.others(leader).get(1).saveSnapshot();
            group.network().weather(SimNetwork.Weather.steady(20_000, 20_001));
            away.start();
            awaitParts(group, away);
            leader.crash(true, group.random());
            group.run(Duration.ofSeconds(5));
            leader.start();
            awaitAgreement(group);

            assertThat(away.listener().restored()).isEqualTo(1);
        }
    }

    @Test
    void shouldSurviveAPowerLossAtEachStepOfAnInstallation() {
        for (LossyDisk.Operation operation : LossyDisk.Operation.values()) {
            boolean failed = true;
            for (int call = 1; failed; call++) {
                failed = installsAlthoughTheDiskFailsAt(operation, call);
            }
        }
    }

    /** Returns whether the disk failed before the installation was done. */
    private boolean installsAlthoughTheDiskFailsAt(LossyDisk.Operation operation, int call) {
        try (SimGroup group = SimGroup.started(8 + call)) {
            SimMember deposed = group.awaitLeader();
            group.isolate(deposed);
            for (int i = 0; i < 120; i++) {
                group.propose(deposed, 400);
            }
            group.run(Duration.ofSeconds(3));
            SimMember leader = group.awaitLeader();
            leader.stateBytes(300_000);
            fill(group, leader);
            deposed.disk().failAt(operation, call);
            int life = deposed.life();
            group.network().heal();
            group.await(
                    "the snapshot", () -> !deposed.isUp() || deposed.listener().restored() == 1);
            boolean failed = !deposed.isUp() && deposed.life() == life;
            deposed.disk().failNoMore();
            if (failed) {
                deposed.start();
            }
            awaitAgreement(group);
            return failed;
        }
    }

    @Test
    void shouldKeepTwoSnapshotsWhileTheFirstIsRead() {
        try (SimGroup group = SimGroup.started(9)) {
            SimMember leader = group.awaitLeader();
            SimMember away = group.others(leader).get(0);
            away.crash(true, group.random());
            fill(group, leader);
            away.start();
            away.listener().holdSnapshots();
            awaitTold(group, away);
            fill(group, leader);
            away.run(away.life(), () -> away.listener().letGo());

            assertThat(away.listener().restored()).isEqualTo(1);
        }
    }

    private static void awaitTold(SimGroup group, SimMember member) {
        group.await("a snapshot", () -> member.toldIndex() > 0);
    }

    @Test
    void shouldLeadAfterAnInstallation() {
        try (SimGroup group = SimGroup.started(10)) {
            SimMember leader = group.awaitLeader();
            SimMember away = group.others(leader).get(0);
            SimMember other = group.others(leader).get(1);
            away.stateBytes(SMALL);
            away.crash(true, group.random());
            fill(group, leader);
            away.start();
            group.await("the snapshot", () -> away.listener().restored() == 1);
            group.run(Duration.ofSeconds(1));
            leader.crash(true, group.random());
            // the other one has no current log, so only this one can win
            other.pause(Duration.ofMillis(300));
            group.run(Duration.ofSeconds(2));
            leader.start();
            awaitAgreement(group);
        }
    }
}
