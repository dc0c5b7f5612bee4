package dev.polder.raft.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What is written is read as it was, and anything else is read as something that writes itself so, or is refused. */
class CodecProperties {
    @Provide
    Arbitrary<Command> commands() {
        return Examples.commands();
    }

    @Provide
    Arbitrary<Outcome> outcomes() {
        return Examples.outcomes();
    }

    @Provide
    Arbitrary<EntryFrame> frames() {
        Arbitrary<byte[]> bytes = Arbitraries.bytes().array(byte[].class).ofMaxSize(300);
        return Combinators.combine(Arbitraries.longs(), bytes.list().ofMaxSize(5))
                .as(EntryFrame::new);
    }

    @Provide
    Arbitrary<RecipeCall> calls() {
        return RemoteExamples.calls();
    }

    @Provide
    Arbitrary<RecipeAnswer> answers() {
        return RemoteExamples.answers();
    }

    @Property
    void shouldReadCallsAsTheyWere(@ForAll("calls") RecipeCall call) {
        assertThat(CallCodec.decode(CallCodec.encode(call))).isEqualTo(call);
    }

    @Property
    void shouldReadAnswersAsTheyWere(@ForAll("answers") RecipeAnswer answer) {
        assertThat(AnswerCodec.decode(AnswerCodec.encode(answer))).isEqualTo(answer);
    }

    @Property
    void shouldReadCommandsAsTheyWere(@ForAll("commands") Command command) {
        assertThat(CommandCodec.decode(CommandCodec.encode(command))).isEqualTo(command);
    }

    @Property
    void shouldReadOutcomesAsTheyWere(@ForAll("outcomes") Outcome outcome) {
        assertThat(OutcomeCodec.decode(OutcomeCodec.encode(outcome))).isEqualTo(outcome);
    }

    @Property
    void shouldReadEntriesAsTheyWere(@ForAll("frames") EntryFrame frame) {
        EntryFrame read = EntryFrame.decode(frame.encode());
        assertThat(read.clusterTimeMs()).isEqualTo(frame.clusterTimeMs());
        assertThat(read.commands()).usingElementComparator(Arrays::compare).isEqualTo(frame.commands());
        int bytesMax = EntryFrame.HEAD_BYTES
                + frame.commands().stream().mapToInt(EntryFrame::bytesOf).sum();
        assertThat(frame.encode().length).isLessThanOrEqualTo(bytesMax);
    }

    /** Returns whether the bytes are understood; then they are exactly what the meaning is written as. */
    private static <T> boolean understands(byte[] bytes, Function<byte[], T> decode, Function<T, byte[]> encode) {
        T meaning;
        try {
            meaning = decode.apply(bytes);
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).isNotBlank();
            return false;
        }
        assertThat(encode.apply(meaning)).isEqualTo(bytes);
        return true;
    }

    private static <T> void damage(byte[] bytes, Function<byte[], T> decode, Function<T, byte[]> encode) {
        for (int length = 0; length < bytes.length + 3; length++) {
            if (length != bytes.length) {
                assertThat(understands(Arrays.copyOf(bytes, length), decode, encode))
                        .as("%d of %d bytes", length, bytes.length)
                        .isFalse();
            }
        }
        for (int bit = 0; bit < bytes.length * Byte.SIZE; bit++) {
            byte[] damaged = bytes.clone();
            damaged[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            understands(damaged, decode, encode);
        }
    }

    @Property(tries = 200)
    void shouldRefuseOrUnderstandDamagedCommands(@ForAll("commands") Command command) {
        if (!(command instanceof Command.Begin)) {
            damage(CommandCodec.encode(command), CommandCodec::decode, CommandCodec::encode);
        }
    }

    @Property(tries = 200)
    void shouldRefuseOrUnderstandDamagedOutcomes(@ForAll("outcomes") Outcome outcome) {
        damage(OutcomeCodec.encode(outcome), OutcomeCodec::decode, OutcomeCodec::encode);
    }

    @Property(tries = 200)
    void shouldRefuseOrUnderstandDamagedCalls(@ForAll("calls") RecipeCall call) {
        damage(CallCodec.encode(call), CallCodec::decode, CallCodec::encode);
    }

    @Property(tries = 200)
    void shouldRefuseOrUnderstandDamagedAnswers(@ForAll("answers") RecipeAnswer answer) {
        damage(AnswerCodec.encode(answer), AnswerCodec::decode, AnswerCodec::encode);
    }

    @Property
    void shouldRefuseOrUnderstandAnything(@ForAll byte[] garbage) {
        byte[] versioned = garbage.clone();
        if (versioned.length > 0) {
            versioned[0] = 1;
        }
        for (byte[] bytes : List.of(garbage, versioned)) {
            understands(bytes, CommandCodec::decode, CommandCodec::encode);
            understands(bytes, OutcomeCodec::decode, OutcomeCodec::encode);
            understands(bytes, CallCodec::decode, CallCodec::encode);
            understands(bytes, AnswerCodec::decode, AnswerCodec::encode);
        }
    }

    @Property(tries = 50)
    void shouldRefuseEveryDamagedSnapshot(
            @ForAll("commands") Command first, @ForAll("commands") Command second, @ForAll("outcomes") Outcome outcome)
            throws IOException {
        byte[] bytes = RecipeStateProperties.snapshot(view(List.of(first, second), outcome));
        assertThat(SnapshotCodec.read(new ByteArrayInputStream(bytes))).isNotNull();

        for (int length = 0; length < bytes.length; length++) {
            assertRefused(Arrays.copyOf(bytes, length));
        }
        for (int i = 0; i < bytes.length; i++) {
            byte[] damaged = bytes.clone();
            damaged[i] ^= (byte) (1 << i % Byte.SIZE);
            assertRefused(damaged);
        }
    }

    /** A state with a session that remembers, and a few keys. */
    private static RecipeView view(List<Command> commands, Outcome outcome) {
        RecipeState state = new RecipeState();
        state.apply(1, 1, 10, CommandCodec.encode(new Command.Open(7, 1_000)));
        long number = 0;
        for (Command command : commands) {
            if (command instanceof Command.Call call && !(call.request() instanceof Request.Close)) {
                Command.Call ours = new Command.Call(new LeaseId(1), ++number, 0, call.request());
                state.apply(2, 1, 20, CommandCodec.encode(ours));
            }
        }
        RecipeView view = state.view();
        Lease session = view.leases().get(1L);
        if (session == null || session.session() == null) {
            return view;
        }
        SessionMemory memory = session.session().remember(number + 1, outcome);
        return new RecipeView(
                view.index(),
                view.term(),
                view.clusterTimeMs(),
                view.termBeganMs(),
                view.revision(),
                view.lastLease(),
                view.limits(),
                view.keys(),
                view.bytes(),
                view.leases().with(1L, session.with(memory)),
                view.sessions(),
                view.history());
    }

    private static void assertRefused(byte[] damaged) {
        assertThatThrownBy(() -> SnapshotCodec.read(new ByteArrayInputStream(damaged)))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("recipe snapshot: ");
    }
}
