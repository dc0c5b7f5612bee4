package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A member in virtual time that goes on alone, and those who were left behind. */
class ForcedGroupTest {
    private static NewGroupOutcome force(Disk disk, String name) throws IOException {
        return new ForcedGroup(disk, new SplittableRandom(1)).force(name);
    }

    /** Three that have the same, and are all down. */
    private SimGroup down(long seed) {
        SimGroup group = SimGroup.started(seed);
        for (int i = 0; i < 20; i++) {
            group.propose(group.awaitLeader(), 100);
            group.run(Duration.ofMillis(10));
        }
        group.run(Duration.ofSeconds(1));
        group.members().forEach(member -> member.crash(true, group.random()));
        return group;
    }

    private static void commit(SimGroup group) {
        long before = group.ledger().acknowledgedIndex();
        group.propose(group.awaitLeader(), 10);
        group.await("a commit", () -> group.ledger().acknowledgedIndex() > before);
    }

    @Test
    void shouldGoOnAloneAndTakeNewMembersAndRefuseThoseLeftBehind() throws Exception {
        try (SimGroup group = down(1)) {
            SimMember alone = group.member("m1:1");
            SimMember dead = group.member("m2:1");
            assertThat(force(alone.disk(), "m1:1")).isInstanceOf(NewGroupOutcome.Forced.class);
            alone.start();
            commit(group);
            for (String name : new String[] {"m4:1", "m5:1"}) {
                group.newcomer(name).start();
                group.changeAtLast(new MemberChange.Add(name, name + "#0"));
            }
            commit(group);

            dead.start();
            // from its first moment on: what is committed it must not learn from a leader first
            alone.crash(true, group.random());
            alone.start();
            assertThat(dead.book().objection(alone.book().introduction()))
                    .contains("m2:1 was left behind when the majority was given up");
            assertThat(alone.book().objection(dead.book().introduction())).contains("m2:1 was left behind");
            for (int i = 0; i < 20; i++) {
                group.run(Duration.ofMillis(500));
                commit(group);
            }
            assertThat(dead.servingTerm()).isZero();
            assertThat(dead.core().membership().current().recoveries()).isZero();
            assertThat(alone.core().membership().current().recoveries()).isEqualTo(1);

            dead.crash(true, group.random());
            dead.wipe();
            dead.start();
            group.changeAtLast(new MemberChange.Add("m2:1", dead.incarnation()));
            commit(group);
            group.await("agreement", () -> dead.toldIndex() == group.ledger().acknowledgedIndex());
        }
    }

    @Test
    void shouldRefuseWhoIsNoMember() throws Exception {
        try (SimGroup group = down(2)) {
            SimMember waiting = group.newcomer("m4:1");
            waiting.start();
            group.run(Duration.ofMillis(10));
            waiting.crash(false, group.random());
            assertThat(force(waiting.disk(), "m4:1"))
                    .isEqualTo(new NewGroupOutcome.Refused("m4:1 is none of the members [m1:1, m2:1, m3:1]"));
            LossyDisk disk = group.member("m1:1").disk();
            TermStore terms = TermStore.open(disk, "");
            terms.removed(1_000);
            assertThat(force(disk, "m1:1")).isInstanceOf(NewGroupOutcome.Refused.class);
        }
    }

    @Test
    void shouldDoNothingInAnyGroupWhereItWasInterrupted() throws Exception {
        Map<String, byte[]> files = new HashMap<>();
        try (SimGroup group = down(3)) {
            LossyDisk disk = group.member("m1:1").disk();
            for (String name : disk.names()) {
                files.put(name, disk.read(name));
            }
        }
        LossyDisk whole = disk(files);
        force(whole, "m1:1");
        int points = 0;
        for (LossyDisk.Operation operation : LossyDisk.Operation.values()) {
            for (int call = 1; call <= whole.count(operation); call++) {
                for (boolean withPower : new boolean[] {false, true}) {
                    LossyDisk disk = disk(files);
                    disk.failAt(operation, call);
                    assertThatThrownBy(() -> force(disk, "m1:1")).isInstanceOf(Exception.class);
                    LossyDisk after = withPower ? disk.losePower(new Random(points)) : disk.killProcess();
                    points++;

                    int size = StartTrial.run(after).place().list().size();
                    boolean isMarked = Probation.open(after).reason() != null;
                    assertThat(size == 3 || isMarked || isDone(after))
                            .as("%s %d", operation, call)
                            .isTrue();
                    if (!isDone(after)) {
                        assertThat(force(after, "m1:1")).isInstanceOf(NewGroupOutcome.Forced.class);
                    }
                    assertThat(isDone(after.losePower(new Random(1)))).isTrue();
                }
            }
        }
        assertThat(points).isGreaterThan(15);
    }

    private static LossyDisk disk(Map<String, byte[]> files) {
        LossyDisk disk = new LossyDisk();
        files.forEach(disk::replace);
        return disk;
    }

    private static boolean isDone(Disk disk) throws IOException {
        StartTrial trial = StartTrial.run(disk);
        TermStore terms = TermStore.open(disk, "");
        return trial.place().list().size() == 1
                && trial.place().list().recoveries() == 1
                && terms.committedIndex() == trial.place().index()
                && Probation.open(disk).reason() == null;
    }

    /** Some have a part of the log that was never committed, or less of what was. */
    @Test
    void shouldTakeItsLogForWhatIsCommitted() throws Exception {
        try (SimGroup group = down(4)) {
            SimMember alone = group.member("m1:1");
            TermStore terms = TermStore.open(alone.disk(), "");
            terms.raiseCommitted(StartTrial.run(alone.disk()).lastIndex() + 5);
            terms.store();
            Probation.mark(alone.disk(), "its log was repaired");
            assertThat(force(alone.disk(), ""))
                    .isInstanceOfSatisfying(
                            NewGroupOutcome.Unconfirmed.class,
                            unconfirmed -> assertThat(unconfirmed.words()).contains(", though entries up to "));

            assertThat(force(alone.disk(), "m1:1")).isInstanceOf(NewGroupOutcome.Forced.class);

            alone.start();
            commit(group);
            assertThat(alone.core().standing().whyNotVote()).isNull();
        }
    }
}
