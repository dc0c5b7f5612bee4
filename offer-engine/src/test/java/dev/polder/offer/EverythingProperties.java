package dev.polder.offer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.offer.CalledEngine.Clock;
import dev.polder.offer.Move.History;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomGenerator;
import net.jqwik.api.Shrinkable;
import net.jqwik.api.Tag;

/**
 * Random histories of all calls, in all orders, with gangs, priorities and maintenance, against rules that are checked from
 * outside: what the naive model does not know.
 */
final class EverythingProperties {
    private static final int HISTORIES_MAX = 300;
    private static final int HISTORIES_COUNTED = 100;
    private static final long SEED = 3;

    @Provide
    Arbitrary<History> histories() {
        return Move.histories(150);
    }

    @Provide
    Arbitrary<History> shortHistories() {
        return Move.histories(60);
    }

    @Provide
    Arbitrary<History> longHistories() {
        return Move.histories(250);
    }

    // ---- the engine

    @Property(tries = 100)
    void shouldKeepAllRules(@ForAll("histories") History history) {
        CalledEngine called = judged(history, Liar.honest());

        assertThat(called.referee.all()).as(called::story).isEmpty();
    }

    @Tag("slow")
    @Property(tries = 500)
    void shouldKeepAllRulesForLong(@ForAll("longHistories") History history) {
        CalledEngine called = judged(history, Liar.honest());

        assertThat(called.referee.all()).as(called::story).isEmpty();
    }

    @Property(tries = 20)
    void shouldTellTheSameAgainThoughNothingIsAsked(@ForAll("histories") History history) {
        CalledEngine asked = judged(history, Liar.honest());
        CalledEngine unasked = unjudged(history, history.setting(), Clock.BY_MOVES);

        assertThat(unasked.events).as(asked::story).isEqualTo(asked.events);
    }

    @Property(tries = 40)
    void shouldHaveNothingToDoBeforeTheNextDeadline(@ForAll("shortHistories") History history) {
        CalledEngine always = unjudged(history, history.setting(), Clock.BY_MILLISECONDS);
        CalledEngine sometimes = unjudged(history, history.setting(), Clock.BY_DEADLINES);

        assertThat(sometimes.events).as(always::story).isEqualTo(always.events);
    }

    // ---- the referee

    /** Each rule must be able to fail: a lie is seen by the rule that it breaks. */
    @Property
    void shouldSeeEachLie(@ForAll Lie lie) {
        assertThat(unseen(history -> isSeen(lie, history)))
                .as("histories until %s was seen", lie)
                .isLessThan(HISTORIES_MAX);
    }

    @Example
    void shouldSeeThatTheEngineIsRunTooLate() {
        long unseen = unseen(history -> !unjudged(history, history.setting(), Clock.AFTER_DEADLINES)
                .events
                .equals(unjudged(history, history.setting(), Clock.BY_DEADLINES).events));

        assertThat(unseen).isLessThan(HISTORIES_MAX);
    }

    @Example
    void shouldSeeThatAnotherSeedDecidesOtherwise() {
        long unseen = unseen(history -> {
            Move.Setting its = history.setting();
            Move.Setting other =
                    new Move.Setting(its.roles(), its.frameworks(), its.preempts(), its.setsAside(), its.seed() + 2);
            return !unjudged(history, other, Clock.BY_MOVES)
                    .events
                    .equals(unjudged(history, its, Clock.BY_MOVES).events);
        });

        assertThat(unseen).isLessThan(HISTORIES_MAX);
    }

    /** What never happens in a history is not tested by it. */
    @Example
    void shouldLetEverythingHappen() {
        Map<String, Integer> counts = new TreeMap<>();
        Tally.LEAST.keySet().forEach(what -> counts.put(what, 0));
        samples()
                .limit(HISTORIES_COUNTED)
                .forEach(history -> judged(history, Liar.honest())
                        .referee
                        .counts
                        .forEach((what, count) -> counts.merge(what, count, Integer::sum)));

        counts.entrySet().removeIf(entry -> entry.getValue() >= Tally.LEAST.getOrDefault(entry.getKey(), 0));
        assertThat(counts).isEqualTo(Collections.emptyMap());
    }

    // ---- leaves

    private static CalledEngine judged(History history, Liar liar) {
        return play(new CalledEngine(history.setting(), liar, Clock.BY_MOVES, true), history);
    }

    private static CalledEngine unjudged(History history, Move.Setting setting, Clock clock) {
        return play(new CalledEngine(setting, Liar.honest(), clock, false), history);
    }

    private static CalledEngine play(CalledEngine called, History history) {
        Caller caller = new Caller(called);
        try {
            history.moves().forEach(caller::play);
        } catch (IllegalStateException | IllegalArgumentException unexpected) {
            throw new AssertionError(called.story() + "\n" + unexpected, unexpected);
        }
        return called;
    }

    private static boolean isSeen(Lie lie, History history) {
        CalledEngine called = new CalledEngine(history.setting(), new Liar(Optional.of(lie)), Clock.BY_MOVES, true);
        Caller caller = new Caller(called);
        try {
            return history.moves().stream().anyMatch(move -> {
                caller.play(move);
                return called.referee.broken.contains(lie.seenBy);
            });
        } catch (IllegalStateException | IllegalArgumentException | NullPointerException confused) {
            // who believed a lie does not know what is there
            return false;
        }
    }

    /** Returns how many histories there are before one of which this is true. */
    private static long unseen(Predicate<History> isSeen) {
        return samples().takeWhile(history -> !isSeen.test(history)).count();
    }

    private static Stream<History> samples() {
        RandomGenerator<History> generator = Move.histories(150).generator(1_000);
        Random random = new Random(SEED);
        return Stream.generate(() -> generator.next(random))
                .map(Shrinkable::value)
                .limit(HISTORIES_MAX);
    }

    /** How often what judges count has to happen at least. */
    private static final class Tally {
        static final Map<String, Integer> LEAST = new TreeMap<>();

        static {
            for (OfferSink.Reason reason : OfferSink.Reason.values()) {
                LEAST.put("rescinded: " + reason, 2);
            }
            for (Refusal.Why why : Refusal.Why.values()) {
                LEAST.put("because " + why, 3);
            }
            // which is what must not happen
            LEAST.remove("because " + Refusal.Why.NEXT_RUN);
            LEAST.remove("because " + Refusal.Why.OWN_OFFERS);
            LEAST.putAll(Map.of(
                    "offer", 500, "offer of a gang", 15, "gang served", 15, "gang failed", 15, "gang called off", 3));
            LEAST.putAll(Map.of(
                    "gang ended silently", 3, "offer below a limit", 15, "preemption of 1", 10, "preemption of 2", 1));
            LEAST.putAll(Map.of("room offered", 3, "room offered when all had ended", 1, "refused", 50));
            LEAST.putAll(Map.of("inverse offer", 50, "inverse answered", 10, "inverse timed out", 10));
            LEAST.put("inverse taken back", 10);
        }
    }
}
