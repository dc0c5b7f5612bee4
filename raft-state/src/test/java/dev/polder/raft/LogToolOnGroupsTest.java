package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.raft.RunningGroup.Member;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the log's tool is for on the day: real files, and real members that go on with them. Three of six addresses begin. */
@Tag("slow")
class LogToolOnGroupsTest {
    @TempDir
    Path directory;

    private RunningGroup group;
    private List<String> seeds;

    @BeforeEach
    void start() throws Exception {
        group = RunningGroup.of(5, directory, Duration.ofMillis(500));
        seeds = group.members().subList(0, 3);
        for (String seed : seeds) {
            start(seed);
        }
        group.awaitCalm();
        group.commit(
                Stream.iterate(0, i -> i + 1).limit(50).map(i -> "entry " + i).toArray(String[]::new));
    }

    @AfterEach
    void stop() {
        group.close();
    }

    private RaftPeers peers(String member) {
        return new RaftPeers(
                seeds, group.peers(member).bind(), "incarnation of " + member, "", "metadata of " + member);
    }

    private Member start(String member) throws IOException {
        return group.start(member, peers(member));
    }

    private String follower() {
        String leader = group.awaitLeader().id();
        return seeds.stream().filter(seed -> !seed.equals(leader)).findFirst().orElseThrow();
    }

    private Path logFile(String member) {
        return group.directoryOf(member).resolve(SegmentFile.name(1));
    }

    private static void flip(Path path, long offset) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.seek(offset);
            int old = file.read();
            file.seek(offset);
            file.write(old ^ 1);
        }
    }

    private RepairOutcome repair(String member) throws IOException {
        try (LogTool tool = LogTool.open(group.directoryOf(member))) {
            return tool.repair();
        }
    }

    private NewGroupOutcome force(String member, String typed) throws IOException {
        try (LogTool tool = LogTool.open(group.directoryOf(member))) {
            return tool.forceNewGroup(typed);
        }
    }

    private static void commit(Member leader, String text) {
        leader.listener().awaitServing();
        int before = leader.listener().count();
        assertThat(leader.log().propose(leader.listener().servingTerm(), Members.bytes(text)))
                .isEqualTo(ReplicatedLog.Proposed.ACCEPTED);
        leader.listener().awaitCount(before + 1);
    }

    // ---- repair

    @Test
    void shouldGetFromTheOthersWhatWasDamaged() throws Exception {
        String damaged = follower();
        group.stop(damaged);
        flip(logFile(damaged), 1_000);
        assertThatThrownBy(() -> start(damaged)).isInstanceOf(IOException.class).hasMessageContaining(" at offset ");

        assertThat(repair(damaged))
                .isInstanceOfSatisfying(
                        RepairOutcome.Repaired.class,
                        repaired -> assertThat(repaired.kept()).containsExactly(logFile(damaged) + ".damaged-1"));
        assertThat(group.directoryOf(damaged).resolve(Probation.FILE)).exists();
        Member back = start(damaged);

        back.listener().awaitCount(50);
        RecordingListener.await(() -> !Files.exists(group.directoryOf(damaged).resolve(Probation.FILE)));
        group.kill(group.awaitLeader().id());
        group.commit("with its vote");
        assertThat(Members.texts(back.listener().committed())).hasSize(51).contains("with its vote");
    }

    @Test
    void shouldNotRepairWhereNobodyElseHasWhatIsLost() throws Exception {
        Path alone = directory.resolve("alone");
        try (RunningLog running = RunningLog.start(alone)) {
            for (int i = 0; i < 20; i++) {
                running.commit(Members.bytes("entry " + i));
            }
        }
        flip(alone.resolve(SegmentFile.name(1)), 400);
        byte[] before = Files.readAllBytes(alone.resolve(SegmentFile.name(1)));
        try (LogTool tool = LogTool.open(alone)) {
            assertThat(tool.repair())
                    .isInstanceOfSatisfying(
                            RepairOutcome.Refused.class,
                            refused -> assertThat(refused.reason())
                                    .contains("the group has no other member than [m1], so nobody has what is lost"));
        }
        assertThat(Files.readAllBytes(alone.resolve(SegmentFile.name(1)))).isEqualTo(before);
        assertThat(alone.resolve(Probation.FILE)).doesNotExist();
    }

    @Test
    void shouldPutASnapshotAsideWhoseEntriesAreAllInTheLog() throws Exception {
        Path alone = directory.resolve("alone");
        try (RunningLog running = RunningLog.start(alone)) {
            running.commit(Members.bytes("a"));
            running.commit(Members.bytes("b"));
            running.log()
                    .saveSnapshot(running.listener().indexes().get(1), out -> out.write(new byte[50]))
                    .join();
        }
        Path snapshot = names(alone)
                .filter(name -> SnapshotFiles.isName(name))
                .map(alone::resolve)
                .findFirst()
                .orElseThrow();
        flip(snapshot, 20);
        try (LogTool tool = LogTool.open(alone)) {
            assertThat(tool.repair()).isInstanceOf(RepairOutcome.Repaired.class);
        }
        try (RunningLog running = RunningLog.start(alone)) {
            running.commit(Members.bytes("c"));
            assertThat(Members.texts(running.listener().committed())).containsExactly("a", "b", "c");
        }
    }

    private static Stream<String> names(Path of) throws IOException {
        try (Stream<Path> files = Files.list(of)) {
            return files.map(file -> String.valueOf(file.getFileName())).collect(Collectors.toSet()).stream();
        }
    }

    // ---- a new group

    private void stopAll() {
        for (Member member : group.running()) {
            group.kill(member.id());
        }
    }

    @Test
    void shouldGoOnWithOneWhenTheMajorityIsGone() throws Exception {
        stopAll();
        String alone = seeds.get(0);
        assertThat(force(alone, "")).isInstanceOfSatisfying(NewGroupOutcome.Unconfirmed.class, unconfirmed -> {
            assertThat(unconfirmed.member()).isEqualTo(alone);
            assertThat(unconfirmed.givenUp()).isEqualTo(seeds.subList(1, 3));
            assertThat(unconfirmed.words())
                    .startsWith("this is " + alone + " of the members " + seeds + ", its log ends with entry ");
        });
        assertThat(force(alone, seeds.get(1))).isInstanceOf(NewGroupOutcome.Unconfirmed.class);

        assertThat(force(alone, alone)).isInstanceOfSatisfying(NewGroupOutcome.Forced.class, forced -> {
            assertThat(forced.member()).isEqualTo(alone);
            assertThat(forced.givenUp()).isEqualTo(seeds.subList(1, 3));
        });
        assertThat(force(alone, alone))
                .isEqualTo(new NewGroupOutcome.Refused(alone + " is the only member already, and starts as it is"));
        Member member = start(alone);
        commit(member, "alone");
        assertThat(member.log().members()).containsExactly(alone);

        for (String later : group.members().subList(3, 5)) {
            group.start(later, peers(later).toJoin());
            add(member, later);
        }
        commit(member, "with two others");
        group.awaitCount(52);

        Member dead = start(seeds.get(1));
        RecordingListener.await(() -> dead.listener().refusals().stream()
                .anyMatch(refusal -> refusal.contains(dead.id() + " was left behind when the majority was given up")));
        String leader = group.awaitLeader().id();
        assertThat(leader).isNotEqualTo(dead.id());
        commit(group.awaitLeader(), "and without it");
        assertThat(dead.listener().count()).isLessThanOrEqualTo(50);
        assertThat(dead.listener().servingTerm()).isZero();
    }

    private static void add(Member leader, String later) {
        RecordingListener.await(() -> {
            ChangeOutcome outcome =
                    leader.log().change(new MemberChange.Add(later, "")).join();
            return outcome instanceof ChangeOutcome.Done;
        });
    }

    @Test
    void shouldNotMixTwoThatBothGoOnAlone() throws Exception {
        stopAll();
        for (String alone : seeds.subList(0, 2)) {
            assertThat(force(alone, alone)).isInstanceOf(NewGroupOutcome.Forced.class);
        }
        Member one = start(seeds.get(0));
        Member other = start(seeds.get(1));
        commit(one, "of one");
        commit(other, "of the other");

        var unused = one.log().change(new MemberChange.Add(other.id(), ""));
        RecordingListener.await(() -> !one.listener().refusals().isEmpty());

        assertThat(one.listener().refusals())
                .allMatch(refusal -> refusal.contains("the groups differ: " + other.id() + " belongs to "));
        assertThat(Members.texts(one.listener().committed())).hasSize(51).contains("of one");
        assertThat(Members.texts(other.listener().committed())).hasSize(51).contains("of the other");
        assertThat(Set.copyOf(other.log().members())).containsExactly(other.id());
    }

    @Test
    void shouldGoOnWithADamagedLogWhenNothingElseIsLeft() throws Exception {
        stopAll();
        String alone = seeds.get(0);
        flip(logFile(alone), 1_000);
        assertThat(force(alone, alone))
                .isInstanceOfSatisfying(
                        NewGroupOutcome.Refused.class,
                        refused -> assertThat(refused.reason()).endsWith("; repair that first"));
        assertThat(repair(alone)).isInstanceOf(RepairOutcome.Repaired.class);

        assertThat(force(alone, alone)).isInstanceOf(NewGroupOutcome.Forced.class);

        Member member = start(alone);
        commit(member, "alone");
        assertThat(member.listener().count()).isBetween(2, 50);
        group.stop(alone);
        Member again = start(alone);
        commit(again, "and once more");
    }
}
