package dev.polder.raft;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.raft.ReplicatedLog.Proposed;
import dev.polder.raft.RunningGroup.Member;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three members over real sockets, each on a disk that loses what was not forced. The power of two or of all three fails
 * at once while they commit, again and again. {@code -DpowerLossRounds=N} sets how often.
 */
@Tag("slow")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class PowerLossOfThreeTest {
    private static final int ROUNDS = Integer.getInteger("powerLossRounds", 24);
    private static final Duration ELECTION_TIMEOUT = Duration.ofMillis(300);
    private static final LogLimits SMALL = new LogLimits(100_000, 20_000, 1L << 40);

    /** What is written, and not forced, is said to be there. */
    private static final Rules CARELESS =
            Broken.gates(new Gates(Gates.DISK.lone(), (log, index) -> log.flush(), (log, index) -> log.flush()));

    @TempDir
    Path directory;

    private final Map<String, LossyDisk> disks = new TreeMap<>();
    /** What any member was told to be committed, in order, as known at the last power failure. */
    private List<Long> acknowledged = List.of();

    private long nextId;
    private int lost;
    private int failures;
    private int cuts;

    @Test
    void shouldLoseNoCommittedEntryWhenThePowerOfTwoOrThreeFailsAtOnce() throws Exception {
        Random random = new Random(7);
        try (RunningGroup group = RunningGroup.of(3, directory, ELECTION_TIMEOUT)) {
            newDisks(group);
            for (int round = 0; round < ROUNDS; round++) {
                startThoseDown(group, Rules.KEPT);
                List<Long> kept = commit(group, random);
                assertThat(lost).as("lost in round %d", round).isZero();
                assertThat(kept).as("round %d", round).doesNotHaveDuplicates();

                failPower(group, 2 + random.nextInt(2), random);
            }
            startThoseDown(group, Rules.KEPT);
            commit(group, random);
        }
        report("with the gates");
        assertThat(lost).isZero();
        assertThat(acknowledged).hasSizeGreaterThan(ROUNDS * 50);
        assertThat(cuts).as("nodes where unforced bytes were cut").isPositive();
    }

    /** The control: members that do not wait for their disks lose what they said was committed. */
    @Test
    void shouldSeeLostEntriesWhenMembersDoNotWaitForTheirDisks() throws Exception {
        Random random = new Random(8);
        try (RunningGroup group = RunningGroup.of(3, directory, ELECTION_TIMEOUT)) {
            newDisks(group);
            for (int round = 0; round < ROUNDS && lost == 0; round++) {
                startThoseDown(group, CARELESS);
                commit(group, random);
                if (lost == 0) {
                    failPower(group, 3, random);
                }
            }
            assertThat(lost).isPositive();
        } catch (IOException e) {
            assertThat(e).as("a start that notices the loss").hasMessageContaining("lossy/");
        }
        report("control, without");
    }

    private void newDisks(RunningGroup group) {
        for (String member : group.members()) {
            LossyDisk disk = new LossyDisk();
            disk.takeForEachForce(Duration.ofMillis(1));
            disks.put(member, disk);
        }
    }

    private void report(String what) {
        System.out.printf(
                "power loss of three, %s: acknowledged=%d lost=%d power_failures=%d nodes_cut=%d%n",
                what, acknowledged.size(), lost, failures, cuts);
    }

    private void startThoseDown(RunningGroup group, Rules rules) throws IOException {
        Set<String> running =
                new HashSet<>(group.running().stream().map(Member::id).toList());
        for (String member : group.members()) {
            if (!running.contains(member)) {
                group.start(member, Seams.of(requireNonNull(disks.get(member)), rules, SMALL));
            }
        }
    }

    /** Compares what the leader has with what was acknowledged, proposes some more, and returns what there was. */
    private List<Long> commit(RunningGroup group, Random random) {
        Member leader = awaitProvenLeader(group);
        List<Long> kept = ids(leader);
        compare(kept);
        List<Member> others = new ArrayList<>(group.running());
        others.forEach(member -> member.listener().awaitCount(kept.size()));
        others.forEach(member -> assertThat(ids(member).subList(0, kept.size()))
                .as("member %s against %s", member.id(), leader.id())
                .isEqualTo(kept));

        propose(leader, kept.size(), random);
        return kept;
    }

    /** Waits for a leader that commits: one that the failure spared may not know yet that nobody follows it any more. */
    private Member awaitProvenLeader(RunningGroup group) {
        while (true) {
            Member leader = group.awaitLeader();
            long term = leader.listener().servingTerm();
            int before = leader.listener().count();
            if (term != 0 && propose(leader, term, 8) == Proposed.ACCEPTED) {
                awaitCountOrLoss(leader, before + 1, term);
                if (leader.listener().count() > before) {
                    return leader;
                }
            }
        }
    }

    private Proposed propose(Member leader, long term, int bytes) {
        byte[] entry = new byte[bytes];
        ByteBuffer.wrap(entry).putLong(nextId++);
        return leader.log().propose(term, entry);
    }

    private static void awaitCountOrLoss(Member leader, int count, long term) {
        RecordingListener.await(
                () -> leader.listener().count() >= count || leader.listener().servingTerm() != term);
    }

    /** Proposes some entries of random sizes, at times after others were committed; a busy host may take the lead away. */
    private void propose(Member leader, int before, Random random) {
        long term = leader.listener().servingTerm();
        int proposals = 100 + random.nextInt(400);
        int pauseAt = random.nextInt(proposals);
        for (int i = 0; i < proposals; i++) {
            if (i == pauseAt) {
                awaitCountOrLoss(leader, before + i / 2, term);
            }
            assertThat(propose(leader, term, 8 + random.nextInt(random.nextInt(600) + 1)))
                    .isIn(Proposed.ACCEPTED, Proposed.NOT_LEADER);
        }
    }

    private void compare(List<Long> kept) {
        Set<Long> missing = new TreeSet<>(acknowledged);
        kept.forEach(missing::remove);
        lost += missing.size();
        if (missing.isEmpty()) {
            assertThat(kept.subList(0, acknowledged.size())).isEqualTo(acknowledged);
        }
    }

    /** Cuts the power of some members, as close together as one thread can, and notes what anybody was told before. */
    private void failPower(RunningGroup group, int count, Random random) {
        List<String> victims = new ArrayList<>(group.members());
        Collections.shuffle(victims, random);
        List<Member> all = group.running();
        for (String victim : victims.subList(0, count)) {
            LossyDisk after = requireNonNull(disks.get(victim)).losePower(random);
            disks.put(victim, after);
            failures++;
            cuts += after.wasCut() ? 1 : 0;
        }
        victims.subList(0, count).forEach(group::stop);
        for (Member member : all) {
            List<Long> told = ids(member);
            acknowledged = told.size() > acknowledged.size() ? told : acknowledged;
        }
    }

    private static List<Long> ids(Member member) {
        return member.listener().committed().stream()
                .map(entry -> ByteBuffer.wrap(entry).getLong())
                .toList();
    }
}
