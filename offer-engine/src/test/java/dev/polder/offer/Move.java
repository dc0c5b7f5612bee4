package dev.polder.offer;

import dev.polder.offer.OfferEngineConfig.Order;
import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.RandomDistribution;

/**
 * One thing that a caller does, still without names: numbers choose among what is there when it is done, so that a
 * history stays playable when parts of it are left out.
 *
 * @param kind what is done
 * @param pick chooses the main thing
 * @param other chooses a second thing
 * @param amount resources, as far as some are needed
 * @param millis a duration, as far as one is needed
 * @param pauseMs how much time passes before
 */
record Move(Kind kind, int pick, int other, Resources amount, long millis, long pauseMs) {
    static final List<String> ROLES = List.of("a", "a/x", "b", "c/y");

    /** What a caller does, and how often. */
    enum Kind {
        ADD_AGENT(3),
        UPDATE_AGENT(1),
        AGENT_OFF(1),
        AGENT_ON(3),
        FORGET_FILTERS(1),
        REMOVE_AGENT(1),
        SET_WHITELIST(1),
        CONVERT(1),
        ADD_FRAMEWORK(3),
        UPDATE_FRAMEWORK(1),
        FRAMEWORK_OFF(1),
        FRAMEWORK_ON(4),
        REMOVE_FRAMEWORK(1),
        SET_WEIGHT(1),
        SET_QUOTA(2),
        END_QUOTAS(2),
        SUPPRESS(1),
        REVIVE(5),
        SET_DEMANDS(11),
        CLEAR_DEMANDS(2),
        ASK_FOR_GANG(7),
        CALL_OFF_GANG(1),
        LAUNCH(10),
        LAUNCH_ALL(4),
        ACCEPT_PART(3),
        ACCEPT_TOGETHER(2),
        ACCEPT_AND_CONVERT(1),
        DECLINE(5),
        DECLINE_ALL(4),
        ANSWER_GANG(9),
        WITHDRAW(1),
        FIND_TASK(6),
        USE(1),
        RELEASE(4),
        END_TASK(5),
        END_VICTIMS(12),
        UNAVAILABLE(3),
        AVAILABLE(1),
        ANSWER_INVERSE(5),
        SET_PRIORITY(4),
        CLEAR_PRIORITY(1),
        PAUSE(1),
        RESUME(6),
        MAKE_NO_SENSE(2),
        RUN(30);

        private final int weight;

        Kind(int weight) {
            this.weight = weight;
        }
    }

    /**
     * Where a history is played.
     *
     * @param seed decides the random orders
     */
    record Setting(Order roles, Order frameworks, boolean preempts, boolean setsAside, long seed) {
        static Arbitrary<Setting> any() {
            return Combinators.combine(
                            Arbitraries.of(Order.class),
                            Arbitraries.of(Order.class),
                            Arbitraries.of(true, true, true, false),
                            Arbitraries.of(true, false),
                            Arbitraries.longs())
                    .as(Setting::new);
        }

        OfferEngineConfig config() {
            OfferEngineConfig.Builder builder = OfferEngineConfig.builder()
                    .offerTimeoutMs(4_000)
                    .roleOrder(roles)
                    .frameworkOrder(frameworks)
                    .region("here")
                    .setAsideMs(setsAside ? 3_000 : 0)
                    .preemptionMs(15_000);
            return preempts ? builder.preemptAfterMs(seed % 4 == 0 ? 500 : 0).build() : builder.build();
        }
    }

    /** A setting, and what happens there. */
    record History(Setting setting, List<Move> moves) {}

    /** Some agents and frameworks to begin with, then everything, at most so much of it. */
    static Arbitrary<History> histories(int movesMax) {
        List<Kind> kinds = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            kinds.addAll(Collections.nCopies(kind.weight, kind));
        }
        Arbitrary<List<Move>> first = moves(Arbitraries.of(Kind.ADD_AGENT, Kind.ADD_FRAMEWORK, Kind.SET_PRIORITY))
                .list()
                .ofMinSize(3)
                .ofMaxSize(15)
                .withSizeDistribution(RandomDistribution.uniform());
        Arbitrary<List<Move>> then = moves(Arbitraries.of(kinds))
                .list()
                .ofMaxSize(movesMax)
                .withSizeDistribution(RandomDistribution.uniform());
        return Combinators.combine(Setting.any(), first, then).as((setting, before, after) -> {
            List<Move> all = new ArrayList<>(before);
            all.addAll(after);
            return new History(setting, all);
        });
    }

    private static Arbitrary<Move> moves(Arbitrary<Kind> kinds) {
        return Combinators.combine(
                        kinds,
                        Arbitraries.integers().between(0, 63),
                        Arbitraries.integers().between(0, 63),
                        Stocks.totals(),
                        Arbitraries.of(0L, 0L, 0L, 1L, 200L, 500L, 999L, 1_000L, 1_001L, 4_000L),
                        Arbitraries.of(0L, 0L, 0L, 0L, 0L, 0L, 1L, 300L, 1_000L))
                .as(Move::new);
    }
}
