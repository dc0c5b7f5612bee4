package dev.polder.raft.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * Several users and three members through changes of leader, lost and repeated messages, full logs and pauses, in virtual
 * time. What each sees is checked as he sees it: results are linearizable and each call is carried out once, a watch sees
 * each change once and in order, before any answer that knows of it, at most one is sure that he holds a lock, tokens
 * rise, no session ends while its user is sure of it, and all members hold the same state, whether they applied every
 * entry or went on with what another had saved.
 */
class RecipesProperties {
    private static final int STEPS = 400;

    @Property(tries = 150, shrinking = ShrinkingMode.OFF)
    void shouldHoldItsPromisesInBadWeather(@ForAll long seed) {
        Story story = new Story(seed, RecipeLimits.DEFAULT);
        story.badWeather();
        story.tell(true);
        story.calmDown();
    }

    /** Nothing of what happened long ago is remembered: watches end, and say so, rather than miss a change. */
    @Property(tries = 50, shrinking = ShrinkingMode.OFF)
    void shouldHoldItsPromisesWithAShortMemory(@ForAll long seed) {
        Story story = new Story(seed, RecipeLimits.DEFAULT.with(Limit.HISTORY_EVENTS_MAX, 4));
        story.badWeather();
        story.tell(true);
        story.calmDown();
    }

    /** Members that stand still and wake up again. Users that do not: who is paused cannot know what became of his hold. */
    @Property(tries = 50, shrinking = ShrinkingMode.OFF)
    void shouldHoldItsPromisesInFairWeather(@ForAll long seed) {
        Story story = new Story(seed, RecipeLimits.DEFAULT);
        story.tell(false);
        story.calmDown();
        assertThat(story.checker.answers).isGreaterThan(STEPS / 3);
    }

    /** Shows that these runs would find it. */
    @Example
    void shouldFindALeaderThatConfirmsReadsByItself() {
        assertThatThrownBy(() -> {
                    for (int seed = 0; seed < 100; seed++) {
                        Story story = new Story(seed, RecipeLimits.DEFAULT);
                        story.cluster.weather.asksNobody = true;
                        story.badWeather();
                        story.tell(true);
                    }
                })
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("to be between");
    }

    /** One run. */
    private static final class Story {
        private final SplittableRandom random;
        private final VirtualCluster cluster;
        private final HistoryChecker checker = new HistoryChecker();
        private final Map<String, List<Hold>> holds = new HashMap<>();
        private final List<VirtualUser> users = new ArrayList<>();

        Story(long seed, RecipeLimits limits) {
            random = new SplittableRandom(seed);
            cluster = new VirtualCluster(3, random.split(), limits);
            cluster.observe(checker::agreed);
            cluster.elect(cluster.members.get(0), 10);
            for (int i = 0; i < 4; i++) {
                join();
            }
        }

        private void join() {
            users.add(new VirtualUser(cluster, checker, random.split(), holds, 1_500 + random.nextInt(2_000)));
        }

        void badWeather() {
            cluster.weather.delayMsMax = 1 + random.nextInt(40);
            cluster.weather.connectionMsMax = 300 + random.nextInt(5_000);
            cluster.weather.twice = random.nextDouble() * 0.3;
            cluster.weather.full = random.nextDouble() * 0.3;
            cluster.weather.lateMsMax = 1 + random.nextInt(2_000);
        }

        void tell(boolean troubled) {
            for (int i = 0; i < STEPS; i++) {
                VirtualUser user = users.get(random.nextInt(users.size()));
                if (user.isOver()) {
                    join();
                    users.remove(user);
                } else {
                    user.act();
                }
                if (troubled) {
                    trouble(user);
                }
                cluster.time.run(random.nextInt(60));
                checker.throwFirst();
            }
        }

        private void trouble(VirtualUser user) {
            switch (random.nextInt(60)) {
                case 0, 1 -> cluster.elect(cluster.members.get(random.nextInt(3)), random.nextInt(1_500));
                case 2 -> cluster.members.get(random.nextInt(3)).loop.pause(random.nextInt(1_500));
                case 3 -> {
                    cluster.weather.cutOff.add(user.loop());
                    cluster.time
                            .loop()
                            .schedule(random.nextInt(6_000), () -> cluster.weather.cutOff.remove(user.loop()));
                }
                case 4 -> slow();
                case 5, 6, 7 -> {
                    int behind = random.nextInt(3);
                    cluster.members.get(behind).install(cluster.members.get((behind + 1 + random.nextInt(2)) % 3));
                }
                default -> {}
            }
        }

        /** For a while everything takes long. */
        private void slow() {
            int before = cluster.weather.delayMsMax;
            if (before < 100) {
                cluster.weather.delayMsMax = 1_500;
                cluster.time.loop().schedule(random.nextInt(4_000), () -> cluster.weather.delayMsMax = before);
            }
        }

        /** After healing all goes on, and whoever still watches has seen everything. */
        void calmDown() {
            // what was to be for a while is over
            cluster.time.run(6_000);
            cluster.weather.connectionMsMax = 0;
            cluster.weather.full = 0;
            cluster.weather.delayMsMax = 3;
            cluster.elect(cluster.members.get(1), 100);
            cluster.time.run(20_000);
            join();
            cluster.time.run(1_000);
            assertThat(users).allMatch(user -> user.isOver() || user.isSure());
            int before = checker.answers;
            users.get(users.size() - 1).read();
            cluster.time.run(2_000);
            assertThat(checker.answers).as("answers after healing").isGreaterThan(before);
            for (int i = 0; i < 100; i++) {
                users.get(random.nextInt(users.size())).act();
            }
            // long enough for a queue for a lock
            cluster.time.run(120_000);
            checker.throwFirst();
            users.forEach(VirtualUser::checkWatches);
            byte[] expected =
                    VirtualCluster.bytes(cluster.members.get(0).server().state());
            for (VirtualCluster.Member member : cluster.members) {
                assertThat(VirtualCluster.bytes(member.server().state())).isEqualTo(expected);
            }
        }
    }
}
