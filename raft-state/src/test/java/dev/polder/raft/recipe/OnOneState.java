package dev.polder.raft.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;

/** One state and one session, driven by hand. */
abstract class OnOneState {
    static final long TTL_MS = 1_000;

    RecipeState state = new RecipeState();
    RecipeLimits limits = RecipeLimits.DEFAULT;
    long term = 1;
    long nowMs = 100;
    long index;
    LeaseId session = LeaseId.NONE;
    long number;

    final Applied apply(Command command) {
        return state.apply(++index, term, nowMs, CommandCodec.encode(command));
    }

    @BeforeEach
    void open() {
        begin();
        session = openWith(1);
    }

    final void begin() {
        apply(new Command.Begin(term, limits));
    }

    final void limit(Limit limit, long value) {
        limits = limits.with(limit, value);
        begin();
    }

    final LeaseId openWith(long nonce) {
        return ((Outcome.Opened) apply(new Command.Open(nonce, TTL_MS)).outcome()).session();
    }

    final Outcome call(Request request) {
        return apply(new Command.Call(session, ++number, number - 1, request)).outcome();
    }

    final Outcome transact(Op... ops) {
        return call(new Request.Transact(Txn.of(ops)));
    }

    final TxnResult done(Op... ops) {
        return ((Outcome.Done) transact(ops)).result();
    }

    static Refusal refusal(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Outcome.Refused.class);
        return ((Outcome.Refused) outcome).refusal();
    }

    final LeaseId grant(long ttlMs) {
        return ((Outcome.Granted) call(new Request.Grant(ttlMs))).lease();
    }

    static Value text(int bytes) {
        return Value.of("x".repeat(bytes));
    }
}
