package dev.polder.raft.recipe;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Random calls and answers. */
final class RemoteExamples {
    private static final Arbitrary<Long> NUMBERS = Arbitraries.longs().greaterOrEqual(0);

    private RemoteExamples() {}

    private static Arbitrary<RecipeCall.Watch> watches(LeaseId session) {
        return Combinators.combine(NUMBERS, Examples.ranges(), NUMBERS)
                .as((id, range, from) -> new RecipeCall.Watch(session, id, range, from));
    }

    private static Arbitrary<Op.Read> reads() {
        return Combinators.combine(Examples.ranges(), Arbitraries.of(1, 2, 100), Arbitraries.of(true, false))
                .as(Op.Read::new);
    }

    static Arbitrary<RecipeCall> calls() {
        Arbitrary<List<LeaseId>> leases = Examples.leases().list().ofMaxSize(4);
        return Arbitraries.oneOf(
                Combinators.combine(Arbitraries.longs(), Arbitraries.longs()).as(RecipeCall.Open::new),
                Examples.leases()
                        .flatMap(session -> Combinators.combine(
                                        Arbitraries.longs(),
                                        NUMBERS,
                                        watches(session).list().ofMaxSize(3))
                                .as((nonce, connection, watches) ->
                                        new RecipeCall.Resume(session, nonce, connection, watches))),
                Combinators.combine(Examples.leases(), NUMBERS, NUMBERS, Examples.requests())
                        .as((session, number, acknowledged, request) -> new RecipeCall.Submit(
                                session, number, acknowledged, Value.wrap(CommandCodec.encode(request)))),
                Combinators.combine(Examples.leases(), NUMBERS, NUMBERS, reads())
                        .as(RecipeCall.Read::new),
                Combinators.combine(Examples.leases(), NUMBERS, leases).as(RecipeCall.KeepAlive::new),
                Examples.leases().flatMap(RemoteExamples::watches),
                Combinators.combine(Examples.leases(), NUMBERS).as(RecipeCall.Unwatch::new));
    }

    static Arbitrary<RecipeAnswer> answers() {
        Arbitrary<List<LeaseId>> leases = Examples.leases().list().ofMaxSize(4);
        Arbitrary<OpResult.Found> found = Combinators.combine(
                        Examples.entries().list().ofMaxSize(3), Arbitraries.of(true, false))
                .as(OpResult.Found::new);
        Arbitrary<KeyEvent> events = Combinators.combine(Arbitraries.of(KeyEvent.Kind.class), Examples.entries())
                .as(KeyEvent::new);
        Arbitrary<Change> changes =
                Combinators.combine(NUMBERS, events.list().ofMaxSize(3)).as(Change::new);
        Arbitrary<Refusal> refusals = Combinators.combine(
                        Arbitraries.of(Refusal.Rule.class),
                        Examples.keys(),
                        Examples.keys(),
                        Arbitraries.longs(),
                        Arbitraries.longs())
                .as(Refusal::new);
        return Arbitraries.oneOf(
                Combinators.combine(Arbitraries.longs(), Examples.outcomes()).as(RecipeAnswer.Opened::new),
                Combinators.combine(NUMBERS, Examples.outcomes()).as(RecipeAnswer.Result::new),
                Combinators.combine(NUMBERS, NUMBERS, found).as(RecipeAnswer.Found::new),
                Combinators.combine(NUMBERS, leases, leases).as(RecipeAnswer.Kept::new),
                Combinators.combine(NUMBERS, NUMBERS).as(RecipeAnswer.Watching::new),
                Combinators.combine(NUMBERS, changes).as(RecipeAnswer.Changed::new),
                Combinators.combine(NUMBERS, NUMBERS).as(RecipeAnswer.Compacted::new),
                Combinators.combine(NUMBERS, refusals).as(RecipeAnswer.WatchRefused::new),
                Examples.keys().map(RecipeAnswer.Repeat::new),
                NUMBERS.map(RecipeAnswer.Busy::new),
                Examples.leases().map(RecipeAnswer.Ended::new));
    }
}
