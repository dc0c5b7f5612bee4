package dev.polder.offer;

import dev.polder.offer.resource.Resources;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/**
 * One call of the engine, still without names: {@code pick} numbers choose among what is there when it is played, so
 * that a history stays playable when parts of it are left out.
 *
 * @param kind the method, and for some how it is used
 * @param pick chooses the main thing: an agent, a framework, an offer, a holding
 * @param other chooses a second thing: a role, another framework
 * @param amount resources, as far as the method takes some
 * @param millis a duration, as far as the method takes one
 */
record Command(Kind kind, int pick, int other, Resources amount, long millis) {
    /** What can happen to an engine, and how often; some are one method used in several ways. */
    enum Kind {
        ADD_AGENT(3),
        UPDATE_AGENT(2),
        AGENT_OFF(1),
        AGENT_ON(2),
        FORGET_FILTERS(1),
        REMOVE_AGENT(1),
        SET_WHITELIST(1),
        CONVERT_AVAILABLE(2),
        ADD_FRAMEWORK(3),
        UPDATE_FRAMEWORK(3),
        FRAMEWORK_OFF(1),
        FRAMEWORK_ON(3),
        REMOVE_FRAMEWORK(2),
        SET_WEIGHT(2),
        SET_QUOTA(4),
        FORCE_QUOTA(4),
        SUPPRESS(2),
        REVIVE(6),
        SET_DEMANDS(8),
        CLEAR_DEMANDS(2),
        ACCEPT_ALL(4),
        ACCEPT_PART(10),
        ACCEPT_TOGETHER(4),
        ACCEPT_TOO_MUCH(1),
        ACCEPT_AGAIN(1),
        ACCEPT_AND_CONVERT(4),
        DECLINE(8),
        WITHDRAW(2),
        USE(6),
        RELEASE_ALL(6),
        RELEASE_PART(6),
        RELEASE_TOO_MUCH(1),
        PAUSE(1),
        RESUME(3),
        RUN(30);

        private final int weight;

        Kind(int weight) {
            this.weight = weight;
        }
    }

    /** Some agents and frameworks to begin with, then everything. */
    static Arbitrary<List<Command>> histories() {
        List<Kind> kinds = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            kinds.addAll(Collections.nCopies(kind.weight, kind));
        }
        Arbitrary<Long> millis = Arbitraries.of(0L, 0L, 1L, 200L, 500L, 999L, 1_000L, 1_001L, 4_000L, 600_000L);
        return Combinators.combine(
                        commands(Arbitraries.of(Kind.ADD_AGENT, Kind.ADD_FRAMEWORK), millis)
                                .list()
                                .ofMinSize(2)
                                .ofMaxSize(7),
                        commands(Arbitraries.of(kinds), millis).list().ofMaxSize(100))
                .as(Command::joined);
    }

    private static Arbitrary<Command> commands(Arbitrary<Kind> kinds, Arbitrary<Long> millis) {
        return Combinators.combine(
                        kinds,
                        Arbitraries.integers().between(0, 63),
                        Arbitraries.integers().between(0, 63),
                        Stocks.totals(),
                        millis)
                .as(Command::new);
    }

    private static List<Command> joined(List<Command> first, List<Command> then) {
        List<Command> all = new ArrayList<>(first);
        all.addAll(then);
        return all;
    }
}
