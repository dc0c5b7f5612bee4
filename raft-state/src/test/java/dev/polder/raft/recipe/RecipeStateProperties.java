package dev.polder.raft.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** The state against {@link NaiveRecipes}, over random histories with repetitions, gaps, expiries and new leaders. */
class RecipeStateProperties {
    /** Something that is to happen; what it means exactly depends on what happened before. */
    private sealed interface Step {
        record Open(long nonce, long ttlMs) implements Step {}

        /** @param offset 0 for the next call, below for a repeated one, above for one after a gap */
        record Call(long session, int offset, int acknowledgedBack, Request request) implements Step {}

        record Expire(long lease, boolean ofThisTerm) implements Step {}

        record Pass(long ms) implements Step {}

        record Elect() implements Step {}

        record Restore() implements Step {}
    }

    @Provide
    Arbitrary<List<Step>> histories() {
        Arbitrary<Step> step = Arbitraries.frequencyOf(
                Tuple.of(
                        3,
                        Combinators.combine(
                                        Arbitraries.longs().between(1, 3),
                                        Arbitraries.longs().between(100, 3_000))
                                .as(Step.Open::new)),
                Tuple.of(
                        20,
                        Combinators.combine(
                                        Arbitraries.longs().between(1, 4),
                                        Arbitraries.frequency(
                                                Tuple.of(8, 0), Tuple.of(1, -1), Tuple.of(1, -3), Tuple.of(1, 1)),
                                        Arbitraries.of(0, 0, 1, 5),
                                        Examples.requests())
                                .as(Step.Call::new)),
                Tuple.of(
                        3,
                        Combinators.combine(Arbitraries.longs().between(1, 8), Arbitraries.of(true, true, false))
                                .as(Step.Expire::new)),
                Tuple.of(3, Arbitraries.longs().between(1, 2_000).map(Step.Pass::new)),
                Tuple.of(1, Arbitraries.create(Step.Elect::new)),
                Tuple.of(1, Arbitraries.create(Step.Restore::new)));
        return step.list().ofMaxSize(60);
    }

    /** One history on the state and on the model. */
    private static final class Run {
        private final NaiveRecipes model = new NaiveRecipes();
        private final List<Change> seen = new ArrayList<>();
        private final Map<LeaseId, Long> granted = new HashMap<>();
        private RecipeState state = new RecipeState();
        private long index;
        private long term = 1;
        private long timeMs = 50;
        private long beganMs;

        void take(Step step) throws IOException {
            if (step instanceof Step.Pass pass) {
                timeMs += pass.ms();
            } else if (step instanceof Step.Elect) {
                term++;
                apply(new Command.Begin(term, RecipeLimits.DEFAULT));
                beganMs = timeMs;
            } else if (step instanceof Step.Restore) {
                state = new RecipeState(restored(state.view()));
            } else if (step instanceof Step.Open open) {
                apply(new Command.Open(open.nonce(), open.ttlMs()));
            } else if (step instanceof Step.Expire expire) {
                apply(new Command.Expire(expire.ofThisTerm() ? term : term - 1, List.of(new LeaseId(expire.lease()))));
            } else if (step instanceof Step.Call call) {
                SessionMemory session = state.session(new LeaseId(call.session()));
                long number = Math.max(1, (session == null ? 0 : session.last()) + 1 + call.offset());
                apply(new Command.Call(
                        new LeaseId(call.session()),
                        number,
                        Math.max(0, number - 1 - call.acknowledgedBack()),
                        call.request()));
            }
        }

        private void apply(Command command) {
            long revisionBefore = state.revision();
            Applied applied = state.apply(++index, term, timeMs, CommandCodec.encode(command));
            Outcome expected = model.apply(term, timeMs, command);

            assertThat(ofRule(applied.outcome())).isEqualTo(ofRule(expected));
            seen.addAll(applied.changes());
            assertThat(state.revision()).isEqualTo(model.revision);
            assertThat(state.revision() - revisionBefore)
                    .as("one revision for each change")
                    .isEqualTo(applied.changes().size());
            for (LeaseId ended : applied.ended()) {
                if (command instanceof Command.Expire) {
                    assertNotEarly(ended);
                }
            }
            remember(applied.outcome());
            assertSame();
        }

        private void remember(Outcome outcome) {
            if (outcome instanceof Outcome.Opened opened) {
                granted.putIfAbsent(opened.session(), timeMs + opened.ttlMs());
            } else if (outcome instanceof Outcome.Granted lease) {
                granted.putIfAbsent(lease.lease(), timeMs + lease.ttlMs());
            }
        }

        private void assertNotEarly(LeaseId ended) {
            assertThat(timeMs).as("lease %s", ended).isGreaterThanOrEqualTo(granted.get(ended));
            assertThat(timeMs).isGreaterThan(beganMs);
        }

        private void assertSame() {
            List<KeyEntry> held = new ArrayList<>();
            state.view().keys().forEach((key, entry) -> held.add(entry));
            assertThat(held).isEqualTo(new ArrayList<>(model.keys.values()));
            for (KeyEntry entry : held) {
                assertThat(entry.lease().isNone() || state.hasLease(entry.lease()))
                        .as("%s has its lease", entry)
                        .isTrue();
            }
            assertThat(state.view().leases().size()).isEqualTo(model.leases.size());
            assertThat(state.view().bytes())
                    .isEqualTo(held.stream().mapToLong(KeyEntry::bytes).sum());
            assertThat(seen).isEqualTo(model.changes);
            List<Change> history = new ArrayList<>();
            state.history().changes().forEach((revision, change) -> history.add(change));
            assertThat(history).isEqualTo(model.changes);
        }
    }

    /** The words' numbers are not the model's affair. */
    private static Object ofRule(Outcome outcome) {
        return outcome instanceof Outcome.Refused refused ? refused.refusal().rule() : outcome;
    }

    static byte[] snapshot(RecipeView view) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SnapshotCodec.write(view, out);
        return out.toByteArray();
    }

    static RecipeView restored(RecipeView view) throws IOException {
        byte[] bytes = snapshot(view);
        RecipeView restored = SnapshotCodec.read(new ByteArrayInputStream(bytes));
        assertThat(snapshot(restored)).isEqualTo(bytes);
        return restored;
    }

    @Property
    void shouldDoWhatTheModelDoesAlsoAfterARestore(@ForAll("histories") List<Step> history) throws IOException {
        Run run = new Run();
        for (Step step : history) {
            run.take(step);
        }
    }

    /** Restoring at every step changes nothing that comes after, down to the last byte of a snapshot. */
    @Property(tries = 200)
    void shouldBeTheSameStateAfterARestore(@ForAll("histories") List<Step> history) throws IOException {
        Run once = new Run();
        Run restoring = new Run();
        for (Step step : history) {
            once.take(step);
            restoring.take(step);
            restoring.take(new Step.Restore());
        }
        assertThat(snapshot(restoring.state.view())).isEqualTo(snapshot(once.state.view()));
    }

    /** A view that was taken stays as it was, whatever is applied afterwards. */
    @Property(tries = 200)
    void shouldNeverChangeAView(@ForAll("histories") List<Step> history) throws IOException {
        Run run = new Run();
        List<RecipeView> views = new ArrayList<>();
        List<byte[]> snapshots = new ArrayList<>();
        for (Step step : history) {
            run.take(step);
            views.add(run.state.view());
            snapshots.add(snapshot(run.state.view()));
        }
        for (int i = 0; i < views.size(); i++) {
            assertThat(snapshot(views.get(i))).isEqualTo(snapshots.get(i));
        }
    }
}
