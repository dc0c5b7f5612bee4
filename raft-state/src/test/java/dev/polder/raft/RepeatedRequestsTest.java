package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Requests that arrive once more: at once, much later, in another term, at a process that was started again. */
class RepeatedRequestsTest {
    private record Heard(String by, PeerRequest request) {}

    /** What a late request must not change. */
    private record Remembered(
            long term,
            @Nullable String vote,
            @Nullable String leader,
            long lastIndex,
            long lastTerm,
            long commitIndex) {
        static Remembered of(SimMember member) {
            TermStore terms = member.core().terms();
            FactLog log = member.core().log();
            return new Remembered(
                    terms.term(),
                    terms.vote(),
                    member.context().leaderName(),
                    log.lastIndex(),
                    log.lastTerm(),
                    member.context().getCommitIndex());
        }
    }

    private static List<Heard> listen(SimGroup group) {
        List<Heard> heard = new ArrayList<>();
        group.network().intruder(new SimNetwork.Intruder() {
            @Override
            public PeerRequest request(String from, String to, PeerRequest request) {
                heard.add(new Heard(to, request));
                return request;
            }

            @Override
            public @Nullable PeerResponse answer(String from, String to, PeerRequest request, PeerResponse response) {
                return response;
            }
        });
        return heard;
    }

    private static void commit(SimGroup group, int times) {
        for (int i = 0; i < times; i++) {
            SimMember leader = group.awaitLeader();
            long before = group.ledger().acknowledgedIndex();
            group.propose(leader, 300);
            group.await("a commit", () -> group.ledger().acknowledgedIndex() > before);
        }
    }

    /** Some terms with votes, hand-overs, a snapshot that is fetched, a member that comes and one that goes. */
    private static void live(SimGroup group) {
        SimMember away = group.others(group.awaitLeader()).get(0);
        away.crash(true, group.random());
        commit(group, 150);
        // by then nothing is kept for who is away
        group.run(Duration.ofSeconds(1));
        group.awaitLeader().saveSnapshot();
        group.run(Duration.ofSeconds(1));
        away.start();
        group.await("the snapshot", () -> away.listener().restored() == 1);
        SimMember newcomer = group.newcomer("m4:1");
        newcomer.start();
        group.changeAtLast(new MemberChange.Add(newcomer.name(), ""));
        SimMember leader = group.awaitLeader();
        group.handOver(away);
        group.await("the hand-over", () -> group.leader() == away);
        group.changeAtLast(new MemberChange.Remove(leader.name()));
        group.await("its end", leader::isGone);
        commit(group, 5);
    }

    @Test
    void shouldChangeNothingInALaterTerm() {
        try (SimGroup group = SimGroup.started(1)) {
            List<Heard> heard = listen(group);
            live(group);
            List<Heard> old = List.copyOf(heard);
            for (int i = 0; i < 2; i++) {
                SimMember leader = group.awaitLeader();
                leader.crash(true, group.random());
                group.await("another leader", () -> group.leader() != null);
                leader.start();
            }
            commit(group, 5);
            group.run(Duration.ofSeconds(1));

            int said = 0;
            for (Heard one : old) {
                for (SimMember member : group.members()) {
                    if (member.isUp()) {
                        Remembered before = Remembered.of(member);
                        member.run(member.life(), () -> member.core().answers().answer(one.request()));
                        assertThat(Remembered.of(member))
                                .as("%s after %s", member.name(), one.request())
                                .isEqualTo(before);
                        said++;
                    }
                }
            }
            assertThat(said).isGreaterThan(500);
            Set<String> kinds = old.stream()
                    .map(one -> one.request().getClass().getSimpleName())
                    .collect(Collectors.toSet());
            assertThat(kinds)
                    .contains("Append", "Poll", "Vote", "ForcedVote", "TimeoutNow", "Install", "Fetch", "Removed");
            commit(group, 1);
        }
    }

    @Test
    void shouldBearEachRequestAndAnswerTwice() {
        for (int seed = 0; seed < 10; seed++) {
            try (SimGroup group = SimGroup.started(seed)) {
                List<Heard> heard = listen(group);
                group.network().weather(new SimNetwork.Weather(200, 3_000, 0, true, 1));
                live(group);
                long index = group.ledger().acknowledgedIndex();
                group.await(
                        "agreement",
                        () -> group.members().stream()
                                .filter(SimMember::isUp)
                                .allMatch(member -> member.toldIndex() >= index));

                assertThat(heard.stream().distinct().count())
                        .as("seed %d", seed)
                        .isLessThan(heard.size() * 2L / 3);
            }
        }
    }
}
