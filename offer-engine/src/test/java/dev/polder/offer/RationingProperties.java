package dev.polder.offer;

import static dev.polder.offer.Rationing.units;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.offer.OfferEngineConfig.Order;
import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomGenerator;
import net.jqwik.api.Shrinkable;

/** What dominant resource fairness promises to frameworks that take one task an offer. */
final class RationingProperties {
    private static final int GAMES_MAX = 200;
    private static final long SEED = 11;

    /** A game: the agents, and a task of each framework. */
    record Game(List<Resources> agents, List<Resources> shapes) {
        Rationing play(Order order) {
            return new Rationing(order, agents, shapes);
        }

        /** Returns how many tasks the first framework has more if it states another shape than its own. */
        long gain(Order order, Resources stated) {
            List<Resources> others = new ArrayList<>(shapes);
            Resources needed = others.set(0, stated);
            return new Game(agents, others).play(order).worth(0, needed)
                    - play(order).worth(0, needed);
        }
    }

    @Provide
    Arbitrary<Game> games() {
        return games(amounts(0, 60), 3, amounts(0, 10));
    }

    /** One agent, and tasks of which none needs more than one and a half times what another needs. */
    @Provide
    Arbitrary<Game> gamesOfEquals() {
        return games(amounts(10, 60), 1, amounts(4, 6));
    }

    /** What a framework of {@link #gamesOfEquals} may state, not only what it needs. */
    @Provide
    Arbitrary<Resources> statements() {
        return amounts(0, 9);
    }

    private static Arbitrary<Game> games(Arbitrary<Resources> agents, int agentsMax, Arbitrary<Resources> shapes) {
        return Combinators.combine(
                        agents.list().ofMinSize(1).ofMaxSize(agentsMax),
                        shapes.list().ofMinSize(2).ofMaxSize(5))
                .as(Game::new);
    }

    private static Arbitrary<Resources> amounts(long least, long most) {
        Arbitrary<Long> amount = Arbitraries.longs().between(least, most);
        return Combinators.combine(amount, amount, amount).as(Rationing::units).filter(amounts -> !amounts.isEmpty());
    }

    /**
     * Nobody would rather have what another has, but for one task of it. With several agents what is left over on each
     * may, together with what the other has there, hold one more.
     */
    @Property(tries = 1_000)
    void shouldBeEnvyFreeUpToOneTask(@ForAll("games") Game game) {
        assertThat(game.play(Order.FAIR).envy()).isLessThan(game.agents().size());
    }

    /** Whoever states more than one task as one takes more at a time; so that is no misstated shape. */
    @Property(tries = 1_000)
    void shouldNotRewardAMisstatedShapeWithMoreThanOneTask(
            @ForAll("gamesOfEquals") Game game, @ForAll("statements") Resources stated) {
        Resources needed = game.shapes().get(0);
        Assume.that(!stated.covers(needed.plus(Resources.ofPlain(1, 0, 0, 1)).plus(units(0, 0, 1))));

        assertThat(game.gain(Order.FAIR, stated)).isLessThanOrEqualTo(1);
    }

    /**
     * Where this ends: beside tasks of ten times the size, who takes a little more of what they need leaves less than
     * one of their tasks, which holds several of his own.
     */
    @Example
    void shouldPromiseNothingOfMisstatedShapesBesideMuchLargerTasks() {
        Resources large = units(1, 10, 0);
        Game game = new Game(List.of(units(100, 93, 0)), List.of(units(10, 1, 0), large, large, large));

        assertThat(game.gain(Order.FAIR, units(10, 2, 0))).isEqualTo(3);
    }

    /** The checks must be able to fail: at random nobody is fair. */
    @Example
    void shouldSeeEnvyWhereTheOrderIsRandom() {
        assertThat(first(games())
                        .filter(game ->
                                game.play(Order.RANDOM).envy() >= game.agents().size()))
                .isNotEmpty();
    }

    /** The checks must be able to fail: who takes three tasks at a time gains more than one. */
    @Example
    void shouldSeeTheGainOfOneWhoTakesSeveralTasksAtATime() {
        assertThat(first(gamesOfEquals()).filter(game -> {
                    Resources needed = game.shapes().get(0);
                    return game.gain(Order.FAIR, needed.plus(needed).plus(needed)) > 1;
                }))
                .isNotEmpty();
    }

    private static Stream<Game> first(Arbitrary<Game> games) {
        RandomGenerator<Game> generator = games.generator(1_000);
        Random random = new Random(SEED);
        return Stream.generate(() -> generator.next(random))
                .map(Shrinkable::value)
                .limit(GAMES_MAX);
    }
}
