package dev.polder.offer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.offer.OfferEngineConfig.Order;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * The random order by its statistics: chi-square of what was drawn against what should be, of which a right one exceeds
 * the bound once in a thousand seeds, and this seed does not.
 */
final class RandomOrderTest {
    private static final int DRAWS = 6_000;
    private static final long SEED = 5;

    /** Quantiles of the chi-square distribution at 0.999, by degrees of freedom. */
    private static final double[] BOUNDS = {0, 10.8, 13.8, 16.3, 18.5, 20.5};

    private final Desk desk = new Desk(
            OfferEngineConfig.builder()
                    .roleOrder(Order.RANDOM)
                    .frameworkOrder(Order.RANDOM)
                    .build(),
            SEED);
    private final OfferEngine engine = desk.engine;
    private long nowMs;

    RandomOrderTest() {
        desk.addAgent("cpus:1");
    }

    @Test
    void shouldServeRolesByWeight() {
        addRole("a", 1_000);
        addRole("b", 2_000);
        addRole("c", 3_000);

        checkDistribution(this::nextRole, Map.of("a", 1 / 6.0, "b", 2 / 6.0, "c", 3 / 6.0));
    }

    @Test
    void shouldServeRolesByWeightAtEachLevel() {
        addRole("a/x", 1_000);
        addRole("a/y", 3_000);
        addRole("b", 3_000);
        addRole("a", 2_000);

        // a itself stands among those below it with the weight of anybody
        checkDistribution(
                this::nextRole, Map.of("a", 2 / 5.0 / 5, "a/x", 2 / 5.0 / 5, "a/y", 2 / 5.0 * 3 / 5, "b", 3 / 5.0));
    }

    @Test
    void shouldServeTheFrameworksOfARoleEqually() {
        for (int i = 0; i < 4; i++) {
            desk.addFramework("a");
        }

        checkDistribution(
                () -> {
                    Offer offer = desk.runForOne(nowMs);
                    engine.withdraw(offer.id());
                    return "f" + offer.framework();
                },
                Map.of("f0", 0.25, "f1", 0.25, "f2", 0.25, "f3", 0.25));
    }

    /** Who is first is drawn by weight, and so is who is next among the others. */
    @Test
    void shouldPutRolesInARandomOrderByWeight() {
        addRole("a", 1_000);
        addRole("b", 2_000);
        addRole("c", 3_000);

        checkDistribution(
                () -> String.join("", desk.turns(nowMs += 10_000)),
                Map.of(
                        "abc", 1 / 6.0 * 2 / 5,
                        "acb", 1 / 6.0 * 3 / 5,
                        "bac", 2 / 6.0 * 1 / 4,
                        "bca", 2 / 6.0 * 3 / 4,
                        "cab", 3 / 6.0 * 1 / 3,
                        "cba", 3 / 6.0 * 2 / 3));
    }

    @Test
    void shouldDrawEachTurnWhateverWasDrawnBefore() {
        addRole("a", 1_000);
        addRole("b", 2_000);

        checkDistribution(
                () -> nextRole() + nextRole(), Map.of("aa", 1 / 9.0, "ab", 2 / 9.0, "ba", 2 / 9.0, "bb", 4 / 9.0));
    }

    @Test
    void shouldFollowAWeightThatChanges() {
        addRole("a", 1_000);
        addRole("b", 1_000);
        for (int i = 0; i < 100; i++) {
            nextRole();
        }

        engine.setWeight("b", 4_000);

        checkDistribution(this::nextRole, Map.of("a", 1 / 5.0, "b", 4 / 5.0));
    }

    @Test
    void shouldServeByWeightWhateverIsUsed() {
        int busy = desk.addAgent("cpus:10");
        addRole("a", 1_000);
        addRole("b", 1_000);
        desk.use(0, "a", busy, "cpus:9");
        engine.setAgentActive(busy, false, desk);

        checkDistribution(this::nextRole, Map.of("a", 1 / 2.0, "b", 1 / 2.0));
    }

    /** The bound must be able to tell: a few hundredths beside the truth are beyond it. */
    @Test
    void shouldSeeADistributionThatIsSlightlyWrong() {
        addRole("a", 1_000);
        addRole("b", 1_000);

        assertThat(chiSquare(count(this::nextRole), Map.of("a", 0.47, "b", 0.53)))
                .isGreaterThan(BOUNDS[1]);
    }

    @Test
    void shouldDrawTheSameFromTheSameSeedAndAnotherFromAnother() {
        assertThat(draws(1)).isEqualTo(draws(1)).isNotEqualTo(draws(2));
    }

    private static List<String> draws(long seed) {
        Desk other =
                new Desk(OfferEngineConfig.builder().roleOrder(Order.RANDOM).build(), seed);
        for (int i = 0; i < 20; i++) {
            other.addAgent("cpus:1");
        }
        other.addFramework("a");
        other.addFramework("b");
        return other.run(0).stream().map(Offer::role).toList();
    }

    private void addRole(String role, long weight) {
        desk.addFramework(role);
        engine.setWeight(role, weight);
    }

    private String nextRole() {
        Offer offer = desk.runForOne(nowMs);
        engine.withdraw(offer.id());
        return offer.role();
    }

    private static Map<String, Integer> count(Supplier<String> draw) {
        Map<String, Integer> counts = new TreeMap<>();
        for (int i = 0; i < DRAWS; i++) {
            counts.merge(draw.get(), 1, Integer::sum);
        }
        return counts;
    }

    private static void checkDistribution(Supplier<String> draw, Map<String, Double> expected) {
        Map<String, Integer> counts = count(draw);

        assertThat(counts.keySet()).isEqualTo(expected.keySet());
        assertThat(chiSquare(counts, expected)).as("%s", counts).isLessThan(BOUNDS[expected.size() - 1]);
    }

    private static double chiSquare(Map<String, Integer> counts, Map<String, Double> expected) {
        return expected.entrySet().stream()
                .mapToDouble(entry -> {
                    double mean = entry.getValue() * DRAWS;
                    double difference = counts.getOrDefault(entry.getKey(), 0) - mean;
                    return difference * difference / mean;
                })
                .sum();
    }

    @Test
    void shouldGoOnWhenMoreTurnsWereTakenThanCanBeCounted() {
        Shares shares = new Shares(new ClusterTotal(Set.of()), new Turns(1));
        FairOrder order = new FairOrder(shares);
        for (int row = 0; row < 3; row++) {
            shares.start(row, "r" + row);
            shares.setWeight(row, 1);
            order.add(row);
        }
        int[] turns = new int[4];
        for (int turn = 0; turn < 10_000_000; turn++) {
            turns[serveFirst(order, shares)]++;
        }
        order.remove(2);
        for (int turn = 0; turn < 1_000_000; turn++) {
            serveFirst(order, shares);
        }
        order.add(2);
        Arrays.fill(turns, 0);
        for (int turn = 0; turn < 9_000; turn++) {
            turns[serveFirst(order, shares)]++;
        }

        assertThat(turns[0]).isBetween(2_500, 3_500);
        assertThat(turns[1]).isBetween(2_500, 3_500);
        assertThat(turns[2]).isBetween(2_500, 3_500);
    }

    private static int serveFirst(FairOrder order, Shares shares) {
        int row = order.get(0);
        order.takeTurn(row);
        order.remove(row);
        shares.serve(row);
        order.add(row);
        return row;
    }
}
