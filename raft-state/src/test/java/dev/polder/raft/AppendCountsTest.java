package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AppendCountsTest {
    @Test
    void shouldTellWhoFollowedAfterAMoment() {
        try (SimGroup group = SimGroup.started(1)) {
            SimMember leader = group.awaitLeader();
            SimMember away = group.others(leader).get(0);
            SimMember there = group.others(leader).get(1);
            OpenAppends appends = leader.core().appends();
            group.network().cut(leader.name(), away.name());
            group.run(Duration.ofMillis(500));
            long moment = appends.nextNumber();
            Map<String, Long> answered = new HashMap<>();
            appends.tell((peer, number, isSameTerm) -> {
                assertThat(isSameTerm).isTrue();
                answered.merge(peer, number, Math::max);
            });
            group.run(Duration.ofMillis(500));

            assertThat(answered).containsOnlyKeys(there.name());
            assertThat(answered.get(there.name())).isGreaterThanOrEqualTo(moment);
            assertThat(appends.nextNumber()).isGreaterThan(moment);
        }
    }
}
