package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The wall clock is set, and Atomix's leader looks at it. */
class ClockStepTest {
    private static final long HOUR_MS = 3_600_000;

    /** Atomix's leader counts three failures of one peer, sees that its majority answered an hour ago, and steps down. */
    @Test
    void shouldKeepItsLeadWhenTheClockIsSetAndOnePeerFails() {
        for (int seed = 0; seed < 40; seed++) {
            try (SimGroup group = SimGroup.started(seed)) {
                SimMember leader = group.awaitLeader();
                long term = leader.servingTerm();
                group.run(Duration.ofMillis(500));
                group.others(leader).get(0).crash(false, group.random());
                for (int i = 0; i < 20; i++) {
                    group.run(Duration.ofMillis(100 + group.random().nextInt(100)));
                    group.time().setClock(i % 2 == 0 ? HOUR_MS : -HOUR_MS);
                    for (int j = 0; j < 5; j++) {
                        group.propose(leader, 10);
                        group.run(Duration.ofNanos(100_000));
                    }
                }

                group.run(Duration.ofMillis(10));

                assertThat(leader.servingTerm()).as("seed %d", seed).isEqualTo(term);
                assertThat(group.ledger().acknowledged()).as("seed %d", seed).isEqualTo(100);
            }
        }
    }

    /** To Atomix no answer belongs to a heartbeat that was on its way when the clock was set back, so it asks without end. */
    @Test
    void shouldSendNoMoreHeartbeatsWhenTheClockIsSetBack() {
        try (SimGroup group = SimGroup.started(1)) {
            group.awaitLeader();
            group.run(Duration.ofMillis(500));
            int[] appends = new int[1];
            group.network().intruder((from, to, request, response) -> {
                group.time().setClock(-HOUR_MS);
                appends[0] += request instanceof PeerRequest.Append ? 1 : 0;
                return response;
            });
            group.run(Duration.ofSeconds(10));

            assertThat(appends[0]).as("13 a second and peer").isBetween(240, 300);
        }
    }

    /** A peer that cannot be reached is tried once a heartbeat, not once for each proposal. */
    @Test
    void shouldTryAPeerThatIsAwayOnceAHeartbeat() {
        try (SimGroup group = SimGroup.started(1)) {
            SimMember leader = group.awaitLeader();
            SimMember away = group.others(leader).get(0);
            group.run(Duration.ofMillis(500));
            int[] tries = new int[1];
            group.network().intruder((from, to, request, response) -> {
                if (!to.equals(away.name())) {
                    return response;
                }
                tries[0]++;
                return new PeerResponse.Failure("planted: not today");
            });
            for (int i = 0; i < 1_000; i++) {
                group.time().after(i * 1_000_000L, () -> group.propose(leader, 10));
            }
            group.run(Duration.ofSeconds(1));

            assertThat(tries[0]).isBetween(10, 30);
            assertThat(group.ledger().acknowledged()).isGreaterThan(990);
        }
    }
}
