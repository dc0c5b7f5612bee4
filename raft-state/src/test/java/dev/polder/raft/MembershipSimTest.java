package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Members that come and go, in virtual time. */
class MembershipSimTest {
    private static MemberChange add(SimMember member) {
        return new MemberChange.Add(member.name(), "");
    }

    private static MemberChange remove(SimMember member) {
        return new MemberChange.Remove(member.name());
    }

    private static SimMember newcomer(SimGroup group, String name) {
        SimMember newcomer = group.newcomer(name);
        newcomer.start();
        return newcomer;
    }

    private static List<String> list(SimMember member) {
        return member.core().membership().current().names();
    }

    private static void load(SimGroup group) {
        SimMember leader = group.leader();
        if (leader != null) {
            group.propose(leader, 100);
        }
        group.time().after(3_000_000, () -> load(group));
    }

    /** Starts it again whenever it was told to go. */
    private static void comeBack(SimGroup group, SimMember member) {
        if (member.isGone()) {
            member.start();
        }
        group.time().after(7_000_000, () -> comeBack(group, member));
    }

    private static void awaitAgreement(SimGroup group) {
        SimMember leader = group.awaitLeader();
        long before = group.ledger().acknowledgedIndex();
        group.propose(leader, 10);
        group.await("a commit", () -> group.ledger().acknowledgedIndex() > before);
        long index = group.ledger().acknowledgedIndex();
        group.await(
                "agreement",
                () -> group.members().stream()
                        .filter(member -> list(leader).contains(member.name()))
                        .allMatch(member -> member.isUp()
                                && member.toldIndex() >= index
                                && list(member).equals(list(leader))));
    }

    @Test
    void shouldGrowFromOneToSevenAndShrinkToOneUnderLoad() {
        try (SimGroup group = new SimGroup(1, 1, Rules.KEPT)) {
            group.member("m1:1").start();
            group.awaitLeader();
            load(group);
            for (int i = 2; i <= 7; i++) {
                group.changeAtLast(add(newcomer(group, "m" + i + ":1")));
            }
            awaitAgreement(group);
            assertThat(list(group.awaitLeader())).hasSize(7);

            for (int i = 7; i >= 2; i--) {
                group.changeAtLast(remove(group.member("m" + i + ":1")));
            }
            group.run(Duration.ofSeconds(1));
            assertThat(list(group.awaitLeader())).containsExactly("m1:1");
            assertThat(group.members().stream().filter(SimMember::isUp)).hasSize(1);
            awaitAgreement(group);
        }
    }

    private static ChangeOutcome outcome(SimGroup group, SimMember at, MemberChange change) {
        CompletableFuture<ChangeOutcome> told = group.change(at, change);
        group.await("an outcome", told::isDone);
        return told.join();
    }

    private static String refusal(SimGroup group, SimMember at, MemberChange change) {
        return ((ChangeOutcome.Refused) outcome(group, at, change)).reason();
    }

    private static boolean votes(SimMember member, String candidate, long term) {
        boolean[] granted = new boolean[1];
        member.run(
                member.life(),
                () -> granted[0] = ((PeerResponse.Vote)
                                member.core().answers().answer(new PeerRequest.Vote(term, candidate, 1_000, term - 1)))
                        .granted());
        return granted[0];
    }

    @Test
    void shouldReplaceADeadMember() {
        try (SimGroup group = SimGroup.started(2)) {
            load(group);
            SimMember dead = group.others(group.awaitLeader()).get(0);
            dead.crash(true, group.random());
            SimMember fourth = newcomer(group, "m4:1");
            group.changeAtLast(add(fourth));
            group.changeAtLast(remove(dead));
            awaitAgreement(group);

            assertThat(list(fourth)).hasSize(3).contains("m4:1").doesNotContain(dead.name());
        }
    }

    /** Atomix's own members stay as they were when the entry is cut off: six of five, and a majority of four for ever. */
    @Test
    void shouldUndoAChangeThatNoMajorityHas() {
        try (SimGroup group = SimGroup.started(3)) {
            SimMember old = group.awaitLeader();
            newcomer(group, "m4:1");
            group.run(Duration.ofSeconds(1));
            CompletableFuture<ChangeOutcome> told = group.change(old, new MemberChange.Add("m4:1", ""));
            group.await("the entry", () -> list(old).size() == 4);
            group.isolate(old);
            group.await("another leader", () -> group.leader() != null && group.leader() != old);
            group.run(Duration.ofSeconds(2));
            assertThat(told.join()).isEqualTo(new ChangeOutcome.Unknown());

            group.network().heal();
            awaitAgreement(group);
            assertThat(list(old)).hasSize(3);
            assertThat(old.context().getCluster().getQuorum()).isEqualTo(2);
            SimMember present = group.awaitLeader();
            group.others(present).stream()
                    .filter(other -> other != old)
                    .forEach(other -> other.crash(true, group.random()));
            awaitCommit(group);
        }
    }

    private static void awaitCommit(SimGroup group) {
        long before = group.ledger().acknowledgedIndex();
        group.propose(group.awaitLeader(), 10);
        group.await("a commit", () -> group.ledger().acknowledgedIndex() > before);
    }

    @Test
    void shouldEndOrUndoAChangeWhoseLeaderDies() {
        for (long seed = 1; seed <= 40; seed++) {
            try (SimGroup group = SimGroup.started(seed)) {
                load(group);
                SimMember fourth = newcomer(group, "m4:1");
                SimMember leader = group.awaitLeader();
                group.run(Duration.ofMillis(500));
                boolean adds = seed % 2 == 0;
                SimMember other = group.others(leader).get(0);
                CompletableFuture<ChangeOutcome> told = group.change(leader, adds ? add(fourth) : remove(other));
                int size = adds ? 4 : 2;
                group.await("the entry", () -> list(leader).size() == size);
                group.time().after(group.random().nextInt(4_000_000), () -> leader.crash(true, group.random()));
                group.run(Duration.ofMillis(5));
                group.time().after(1_000_000_000, leader::start);

                group.changeAtLast(add(fourth));
                group.members().stream().filter(one -> !one.isUp()).forEach(SimMember::start);
                for (SimMember one : group.members()) {
                    group.changeAtLast(add(one));
                }
                awaitAgreement(group);
                assertThat(list(fourth)).as("seed %d, first %s", seed, told).hasSize(4);
            }
        }
    }

    @Test
    void shouldRefuseASecondChangeWhileOneIsOnItsWay() {
        try (SimGroup group = SimGroup.started(4)) {
            SimMember leader = group.awaitLeader();
            newcomer(group, "m4:1");
            group.newcomer("m5:1");
            CompletableFuture<ChangeOutcome> first = group.change(leader, new MemberChange.Add("m4:1", ""));
            assertThat(refusal(group, leader, new MemberChange.Add("m5:1", "")))
                    .isEqualTo("m5:1: another change is on its way: Add[member=m4:1, incarnation=]");
            group.await("the first", first::isDone);
            assertThat(first.join()).isInstanceOf(ChangeOutcome.Done.class);
        }
    }

    @Test
    void shouldRefuseWhatWouldLeaveNoMajority() {
        try (SimGroup group = SimGroup.started(5)) {
            SimMember leader = group.awaitLeader();
            SimMember dead = group.others(leader).get(0);
            SimMember alive = group.others(leader).get(1);
            dead.crash(true, group.random());
            group.run(Duration.ofSeconds(1));

            assertThat(refusal(group, leader, remove(alive)))
                    .startsWith(alive.name() + ": of the members ")
                    .endsWith(" only 1 follow, and 2 must");
            assertThat(list(leader)).hasSize(3);
            assertThat(outcome(group, leader, remove(dead))).isInstanceOf(ChangeOutcome.Done.class);
        }
    }

    @Test
    void shouldRefuseWhatCannotBe() {
        try (SimGroup group = SimGroup.started(6)) {
            SimMember leader = group.awaitLeader();
            SimMember other = group.others(leader).get(0);
            assertThat(outcome(group, other, remove(leader)))
                    .isEqualTo(new ChangeOutcome.Moved(Optional.of(leader.name())));
            assertThat(outcome(group, leader, add(other))).as("so it is").isEqualTo(new ChangeOutcome.Done(0, false));
            assertThat(outcome(group, leader, new MemberChange.Remove("m9:1")))
                    .as("so it is")
                    .isEqualTo(new ChangeOutcome.Done(0, false));
            assertThat(refusal(group, leader, new MemberChange.Add(other.name(), "another")))
                    .startsWith(other.name() + ": it is a member already, as incarnation '");
            assertThat(refusal(group, leader, new MemberChange.Add("nonsense", "")))
                    .startsWith("nonsense: ");
            newcomer(group, "m4:1");
            assertThat(refusal(group, leader, new MemberChange.Add("m4:1", "i9")))
                    .isEqualTo("m4:1: incarnation 'i9' was to be added, there is 'm4:1#0'");
        }
    }

    @Test
    void shouldGiveUpANodeThatNeverAnswers() {
        try (SimGroup group = SimGroup.started(7)) {
            SimMember leader = group.awaitLeader();
            group.newcomer("m4:1");
            group.newcomer("m5:1");
            CompletableFuture<ChangeOutcome> told = group.change(leader, new MemberChange.Add("m4:1", ""));
            group.run(Duration.ofSeconds(29));
            assertThat(told).isNotDone();
            group.run(Duration.ofSeconds(2));
            assertThat(told.join())
                    .isInstanceOfSatisfying(
                            ChangeOutcome.Refused.class,
                            refused -> assertThat(refused.reason())
                                    .contains("has come no further for 30 s")
                                    .endsWith(": nobody listens there; it must have been started to join (join=true)"
                                            + " before it is added"));

            CompletableFuture<ChangeOutcome> second = group.change(leader, new MemberChange.Add("m5:1", ""));
            assertThat(outcome(group, leader, new MemberChange.Remove("m5:1")))
                    .isEqualTo(new ChangeOutcome.Done(0, true));
            assertThat(second.join()).isEqualTo(new ChangeOutcome.Refused("m5:1: its removal was asked for"));
        }
    }

    @Test
    void shouldSayWhyNobodyTalksToANodeThatIsToBeAdded() {
        try (SimGroup group = SimGroup.started(7)) {
            SimMember leader = group.awaitLeader();
            newcomer(group, "m4:1");
            group.network().refuse("m4:1", "another secret");

            CompletableFuture<ChangeOutcome> told = group.change(leader, new MemberChange.Add("m4:1", ""));
            group.run(Duration.ofSeconds(31));
            assertThat(told.join())
                    .isInstanceOfSatisfying(
                            ChangeOutcome.Refused.class,
                            refused -> assertThat(refused.reason())
                                    .contains("has come no further for 30 s")
                                    .endsWith(": another secret"));
        }
    }

    @Test
    void shouldNotHandTheLeadOverInTheMiddleOfAChangeNorChangeInTheMiddleOfThat() {
        try (SimGroup group = SimGroup.started(18)) {
            SimMember leader = group.awaitLeader();
            SimMember other = group.others(leader).get(0);
            newcomer(group, "m4:1");
            CompletableFuture<ChangeOutcome> change = group.change(leader, new MemberChange.Add("m4:1", ""));
            group.await("the entry", () -> list(leader).size() == 4);
            assertThat(handOver(leader, other).join())
                    .isInstanceOfSatisfying(
                            HandOverOutcome.Kept.class,
                            kept -> assertThat(kept.reason())
                                    .endsWith("which changes the members, is not committed yet"));
            group.await("the change", change::isDone);

            other.pause(Duration.ofMillis(300));
            CompletableFuture<HandOverOutcome> handOver = handOver(leader, other);
            assertThat(refusal(group, leader, new MemberChange.Remove("m4:1")))
                    .isEqualTo("m4:1: the lead is being handed over");
            group.await("the hand-over", handOver::isDone);
        }
    }

    private static CompletableFuture<HandOverOutcome> handOver(SimMember from, SimMember to) {
        CompletableFuture<HandOverOutcome> told = new CompletableFuture<>();
        from.run(from.life(), () -> {
            CompletableFuture<HandOverOutcome> unused = from.context()
                    .handOver()
                    .begin(Optional.of(to.name()), HandOver.LIMIT)
                    .whenComplete((outcome, none) -> told.complete(outcome));
        });
        return told;
    }

    @Test
    void shouldHandTheLeadOverBeforeTheLeaderIsRemoved() {
        try (SimGroup group = SimGroup.started(8)) {
            load(group);
            SimMember leader = group.awaitLeader();
            assertThat(outcome(group, leader, remove(leader)))
                    .isInstanceOfSatisfying(
                            ChangeOutcome.Moved.class,
                            moved -> assertThat(moved.leader()).isPresent());
            group.changeAtLast(remove(leader));
            group.run(Duration.ofSeconds(1));
            assertThat(leader.isUp()).isFalse();
            awaitAgreement(group);
        }
    }

    /** It stops; started again it waits, and disturbs nobody; and it may be added as it is. */
    @Test
    void shouldTellARemovedMemberAndTakeItBack() {
        try (SimGroup group = SimGroup.started(9)) {
            SimMember leader = group.awaitLeader();
            SimMember removed = group.others(leader).get(0);
            group.changeAtLast(remove(removed));
            group.run(Duration.ofMillis(100));
            assertThat(removed.isGone()).isTrue();

            long term = leader.servingTerm();
            removed.start();
            group.run(Duration.ofSeconds(5));
            assertThat(leader.servingTerm()).isEqualTo(term);
            group.changeAtLast(add(removed));
            awaitAgreement(group);
            assertThat(list(removed)).hasSize(3);
        }
    }

    @Test
    void shouldNotBeDisturbedByARemovedMemberThatWasNotTold() {
        try (SimGroup group = SimGroup.started(10)) {
            SimMember leader = group.awaitLeader();
            SimMember removed = group.others(leader).get(0);
            group.isolate(removed);
            group.changeAtLast(remove(removed));
            group.run(Duration.ofSeconds(5));
            assertThat(removed.isListed()).as("it knows nothing").isTrue();

            long term = leader.servingTerm();
            group.network().heal();
            group.run(Duration.ofSeconds(1));
            assertThat(removed.isGone())
                    .as("it was told when it wanted to lead")
                    .isTrue();
            removed.start();
            group.run(Duration.ofSeconds(5));
            assertThat(leader.servingTerm()).isEqualTo(term);
        }
    }

    /** Not even when there is no leader to tell it. */
    @Test
    void shouldNotBeLedByARemovedMember() {
        try (SimGroup group = SimGroup.started(17)) {
            SimMember leader = group.awaitLeader();
            SimMember removed = group.others(leader).get(0);
            group.isolate(removed);
            group.changeAtLast(remove(removed));
            SimMember other = group.others(leader).get(1);
            group.run(Duration.ofSeconds(1));
            leader.crash(true, group.random());
            group.network().heal();
            group.run(Duration.ofSeconds(5));
            assertThat(group.leader()).as("one of two, and one of none").isNull();

            leader.start();
            awaitAgreement(group);
            assertThat(list(other)).doesNotContain(removed.name());
            assertThat(removed.servingTerm()).isZero();
        }
    }

    @Test
    void shouldBringANewNodeUpToDateBeforeItCounts() {
        try (SimGroup group = SimGroup.started(11)) {
            SimMember leader = group.awaitLeader();
            leader.stateBytes(3 << 20);
            for (int i = 0; i < 200; i++) {
                group.propose(leader, 400);
                group.run(Duration.ofMillis(2));
            }
            leader.saveSnapshot();
            group.run(Duration.ofMillis(100));
            assertThat(leader.core().log().floor().index()).isPositive();
            SimMember fourth = newcomer(group, "m4:1");
            group.network().weather(SimNetwork.Weather.steady(20_000, 20_001));
            CompletableFuture<ChangeOutcome> told = group.change(leader, add(fourth));
            while (!told.isDone()) {
                group.propose(leader, 100);
                group.run(Duration.ofMillis(5));
                assertThat(list(leader).contains("m4:1"))
                        .as("counts")
                        .isEqualTo(list(leader).size() == 4 && fourth.listener().restored() == 1);
            }
            assertThat(told.join()).isInstanceOf(ChangeOutcome.Done.class);
            awaitAgreement(group);
        }
    }

    @Test
    void shouldRemoveAndAddTheSameMemberAgainAndAgainUnderLoad() {
        try (SimGroup group = SimGroup.started(12)) {
            load(group);
            load(group);
            SimMember leader = group.awaitLeader();
            SimMember other = group.others(leader).get(0);
            comeBack(group, other);
            for (int i = 0; i < 30; i++) {
                group.changeAtLast(remove(other));
                group.run(Duration.ofMillis(group.random().nextInt(20)));
                group.changeAtLast(add(other));
            }
            awaitAgreement(group);
        }
    }

    /** Its old votes are forgotten, so it may give none under its old name before that one was removed. */
    @Test
    void shouldTakeAWipedNodeForSomebodyElse() {
        try (SimGroup group = SimGroup.started(13)) {
            SimMember leader = group.awaitLeader();
            SimMember wiped = group.others(leader).get(0);
            group.run(Duration.ofSeconds(1));
            wiped.crash(true, group.random());
            wiped.wipe();
            wiped.start();
            group.run(Duration.ofSeconds(1));
            assertThat(wiped.core().log().lastIndex()).as("nobody speaks to it").isZero();
            assertThat(refusal(group, leader, new MemberChange.Add(wiped.name(), wiped.incarnation())))
                    .contains("it is a member already");
            assertThat(votes(wiped, leader.name(), 9)).as("it has no entries").isFalse();

            group.changeAtLast(remove(wiped));
            group.run(Duration.ofMillis(200));
            assertThat(wiped.isUp()).as("it is not the one that was removed").isTrue();
            group.changeAtLast(new MemberChange.Add(wiped.name(), wiped.incarnation()));
            awaitAgreement(group);
            assertThat(leader.core().membership().current().find(wiped.name()))
                    .isEqualTo(new GroupMember(wiped.name(), wiped.incarnation()));
            group.isolate(wiped);
            group.run(Duration.ofSeconds(1));
            assertThat(votes(wiped, leader.name(), 99)).as("it has entries").isTrue();
        }
    }

    @Test
    void shouldRememberTheMembersOverARestartAndASnapshot() {
        try (SimGroup group = SimGroup.started(14)) {
            SimMember fourth = newcomer(group, "m4:1");
            group.changeAtLast(add(fourth));
            SimMember first = group.member("m1:1");
            if (group.awaitLeader() == first) {
                outcome(group, first, remove(first));
            }
            group.changeAtLast(remove(first));
            group.run(Duration.ofMillis(500));
            for (boolean withSnapshot : new boolean[] {false, true}) {
                if (withSnapshot) {
                    SimMember leader = group.awaitLeader();
                    for (int i = 0; i < 200; i++) {
                        group.propose(leader, 400);
                        group.run(Duration.ofMillis(2));
                    }
                    group.run(Duration.ofMillis(500));
                    group.members().forEach(SimMember::saveSnapshot);
                    group.run(Duration.ofMillis(500));
                    assertThat(fourth.core().log().floor().index()).isGreaterThan(20);
                }
                group.members().forEach(member -> member.crash(true, group.random()));
                for (SimMember member : group.members()) {
                    if (member != first) {
                        member.start();
                        assertThat(list(member)).containsExactly("m2:1", "m3:1", "m4:1");
                    }
                }
                awaitAgreement(group);
            }
        }
    }

    /** What a later, perhaps never committed, entry says is not true of the state in the snapshot. */
    @Test
    void shouldSayInASnapshotWhoTheMembersWereThen() throws Exception {
        try (SimGroup group = SimGroup.started(15)) {
            SimMember leader = group.awaitLeader();
            group.propose(leader, 10);
            group.run(Duration.ofMillis(100));
            SimMember fourth = newcomer(group, "m4:1");
            group.run(Duration.ofMillis(100));
            CompletableFuture<ChangeOutcome> unused = group.change(leader, add(fourth));
            group.await("the entry", () -> list(leader).size() == 4);
            group.isolate(leader);
            leader.saveSnapshot();
            group.run(Duration.ofMillis(50));

            SnapshotId saved = Objects.requireNonNull(leader.core().snapshots().newest());
            SnapshotHead head =
                    SnapshotFile.open(leader.disk(), SnapshotFiles.name(saved)).head();
            assertThat(head.members().names()).containsExactly("m1:1", "m2:1", "m3:1");
            assertThat(head.membersIndex()).isZero();
        }
    }

    @Test
    void shouldWaitForItsDiskAloneAfterTheOtherIsRemoved() {
        shrinkAndLosePower(Rules.KEPT);

        Gates.Gate open = (log, index) -> {};
        assertThatThrownBy(() -> shrinkAndLosePower(Broken.gates(new Gates(open, open, Gates.DISK.follower()))))
                .isInstanceOf(AssertionError.class)
                .as("what was acknowledged is gone, the removal itself perhaps")
                .hasMessageMatching("(?s).*(was acknowledged|not a leader).*");
    }

    private void shrinkAndLosePower(Rules rules) {
        for (long seed = 1; seed <= 10; seed++) {
            try (SimGroup group = new SimGroup(seed, 2, rules)) {
                group.members().forEach(SimMember::start);
                SimMember leader = group.awaitLeader();
                group.changeAtLast(remove(group.others(leader).get(0)));
                for (int i = 0; i < 5; i++) {
                    group.propose(leader, 10);
                    group.run(Duration.ofMillis(1));
                }
                leader.crash(true, group.random());
                leader.start();
                group.awaitLeader();
            }
        }
    }
}
