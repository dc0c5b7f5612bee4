package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The time that the log says. That it never falls, and is one on all members, is in {@link SimLedger}. */
class LeaderTimeTest {
    private final ManualTime time = new ManualTime();

    private static long timeOfAProposal(SimGroup group) {
        SimMember leader = group.awaitLeader();
        long before = leader.toldIndex();
        group.propose(leader, 10);
        group.await("the commit", () -> leader.toldIndex() > before);
        return leader.toldTimeMs();
    }

    @Test
    void shouldPassAsTheLeadersClockDoes() {
        try (SimGroup group = SimGroup.started(1)) {
            long first = timeOfAProposal(group);
            group.run(Duration.ofMinutes(10));
            assertThat(timeOfAProposal(group) - first).isBetween(600_000L, 600_100L);
        }
    }

    @Test
    void shouldStandStillWhileNobodyLeads() {
        try (SimGroup group = SimGroup.started(1)) {
            group.run(Duration.ofSeconds(10));
            long before = timeOfAProposal(group);
            SimMember leader = group.awaitLeader();
            group.others(leader).forEach(member -> member.crash(true, group.random()));
            leader.crash(true, group.random());
            group.run(Duration.ofMinutes(10));
            group.members().forEach(SimMember::start);

            assertThat(timeOfAProposal(group) - before).isBetween(0L, 1_000L);
        }
    }

    @Test
    void shouldNotGrowAnIdleLog() {
        try (SimGroup group = SimGroup.started(1)) {
            timeOfAProposal(group);
            FactLog log = group.awaitLeader().core().log();
            long before = log.lastIndex();
            group.run(Duration.ofMinutes(10));
            assertThat(log.lastIndex()).isEqualTo(before);

            timeOfAProposal(group);
            assertThat(log.lastIndex()).as("a time and what was proposed").isEqualTo(before + 2);
        }
    }

    @Test
    void shouldSayATimeOnceAMillisecond() {
        LeaderTime leaderTime = new LeaderTime(time);
        leaderTime.applied(258);
        leaderTime.serve();
        time.advance(Duration.ofNanos(999_999));
        assertThat(leaderTime.toSayMs()).isZero();
        time.advance(Duration.ofNanos(1));
        assertThat(leaderTime.toSayMs()).isEqualTo(259);
        assertThat(leaderTime.toSayMs()).isZero();
        time.advance(Duration.ofSeconds(1));
        assertThat(leaderTime.toSayMs()).isEqualTo(1_259);
        assertThat(leaderTime.appliedMs()).as("of what is applied").isEqualTo(258);
    }

    @Test
    void shouldNeverFallWhateverTheLogSays() {
        LeaderTime leaderTime = new LeaderTime(time);
        leaderTime.applied(258);
        leaderTime.applied(257);
        assertThat(leaderTime.appliedMs()).isEqualTo(258);
    }
}
