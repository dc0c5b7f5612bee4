package dev.polder.raft.recipe;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Random nouns, few enough that they meet. */
final class Examples {
    private static final String GRIN = "\uD83D\uDE00";

    private Examples() {}

    static Arbitrary<String> keys() {
        return Arbitraries.of("a", "ab", "b", "b/1", "b/2", "b0", "z", "ä", "\uFFFD", GRIN);
    }

    static Arbitrary<Value> values() {
        return Arbitraries.oneOf(
                Arbitraries.longs().map(Value::of),
                Arbitraries.of("", "1", "x", "-7").map(Value::of),
                Arbitraries.bytes().array(byte[].class).ofMaxSize(20).map(Value::of));
    }

    static Arbitrary<LeaseId> leases() {
        return Arbitraries.frequencyOf(
                Tuple.of(2, Arbitraries.just(LeaseId.NONE)),
                Tuple.of(3, Arbitraries.longs().between(1, 6).map(LeaseId::new)));
    }

    static Arbitrary<KeyRange> ranges() {
        return Arbitraries.oneOf(
                keys().map(KeyRange::of),
                keys().map(KeyRange::prefix),
                Arbitraries.just(KeyRange.ALL),
                Combinators.combine(keys(), keys())
                        .as((a, b) -> Keys.ORDER.compare(a, b) <= 0 ? new KeyRange(a, b) : new KeyRange(b, a)));
    }

    static Arbitrary<Op> ops() {
        return Arbitraries.oneOf(
                Combinators.combine(keys(), values(), leases()).as(Op.Put::new),
                Combinators.combine(keys(), values(), leases()).as(Op.Append::new),
                Combinators.combine(keys(), Arbitraries.longs()).as(Op.Add::new),
                ranges().map(Op.Delete::new),
                Combinators.combine(ranges(), Arbitraries.of(1, 2, 100), Arbitraries.of(true, false))
                        .as(Op.Read::new));
    }

    static Arbitrary<Compare> conditions() {
        return Combinators.combine(
                        keys(),
                        Arbitraries.of(Compare.Target.class),
                        Arbitraries.of(Compare.Relation.class),
                        Arbitraries.longs().between(0, 12),
                        values())
                .as(Compare::new);
    }

    static Arbitrary<Txn> txns() {
        return Combinators.combine(
                        conditions().list().ofMaxSize(2),
                        ops().list().ofMaxSize(4),
                        ops().list().ofMaxSize(3))
                .as(Txn::new);
    }

    static Arbitrary<Request> requests() {
        return Arbitraries.frequencyOf(
                Tuple.of(16, txns().map(Request.Transact::new)),
                Tuple.of(2, Arbitraries.longs().between(100, 5_000).map(Request.Grant::new)),
                Tuple.of(2, leases().map(Request.Revoke::new)),
                Tuple.of(1, Arbitraries.create(Request.Close::new)));
    }

    static Arbitrary<Command> commands() {
        Arbitrary<Long> numbers = Arbitraries.longs().greaterOrEqual(0);
        return Arbitraries.oneOf(
                Combinators.combine(leases(), numbers, numbers, requests()).as(Command.Call::new),
                Combinators.combine(Arbitraries.longs(), Arbitraries.longs()).as(Command.Open::new),
                numbers.map(term -> new Command.Begin(term, RecipeLimits.DEFAULT.with(Limit.KEYS_MAX, 1 + term / 2))),
                Combinators.combine(numbers, leases().list().ofMaxSize(5)).as(Command.Expire::new));
    }

    static Arbitrary<KeyEntry> entries() {
        Arbitrary<Long> numbers = Arbitraries.longs().greaterOrEqual(0);
        return Combinators.combine(keys(), values(), numbers, numbers, numbers, leases())
                .as(KeyEntry::new);
    }

    static Arbitrary<Outcome> outcomes() {
        Arbitrary<Long> numbers = Arbitraries.longs().greaterOrEqual(0);
        Arbitrary<Integer> counts = Arbitraries.integers();
        Arbitrary<Boolean> flags = Arbitraries.of(true, false);
        Arbitrary<OpResult> results = Arbitraries.oneOf(
                Combinators.combine(keys(), numbers).as(OpResult.Written::new),
                Arbitraries.longs().map(OpResult.Sum::new),
                counts.map(OpResult.Deleted::new),
                Combinators.combine(entries().list().ofMaxSize(3), flags).as(OpResult.Found::new));
        Arbitrary<List<OpResult>> lists = results.list().ofMaxSize(4);
        return Arbitraries.oneOf(
                Combinators.combine(leases(), Arbitraries.longs()).as(Outcome.Opened::new),
                Combinators.combine(leases(), Arbitraries.longs()).as(Outcome.Granted::new),
                Combinators.combine(numbers, counts).as(Outcome.Revoked::new),
                Combinators.combine(flags, numbers, lists)
                        .as((held, revision, list) -> new Outcome.Done(new TxnResult(held, revision, list))),
                Combinators.combine(
                                Arbitraries.of(Refusal.Rule.class),
                                keys(),
                                keys(),
                                Arbitraries.longs(),
                                Arbitraries.longs())
                        .as((rule, subject, limit, value, bound) ->
                                new Outcome.Refused(new Refusal(rule, subject, limit, value, bound))),
                Arbitraries.create(Outcome.Noted::new));
    }
}
