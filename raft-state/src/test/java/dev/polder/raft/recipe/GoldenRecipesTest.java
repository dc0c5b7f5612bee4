package dev.polder.raft.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The recipes' bytes, against files that never change: who changes a format must read these all the same. */
class GoldenRecipesTest {
    private static final LeaseId SESSION = new LeaseId(258);

    static byte[] golden(String name) throws IOException {
        try (InputStream file = GoldenRecipesTest.class.getResourceAsStream("/golden/recipe-" + name + ".hex")) {
            if (file == null) {
                throw new AssertionError("no golden file recipe-" + name);
            }
            String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
            return HexFormat.of().parseHex(text.replaceAll("#.*|\\s", ""));
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    static Stream<Arguments> commands() {
        Txn txn = Txn.when(
                        Compare.absent("a"),
                        new Compare("ä", Compare.Target.VALUE, Compare.Relation.GREATER, 0, Value.of("v")))
                .then(
                        new Op.Put("a", Value.of("v"), SESSION),
                        new Op.Append("q/", Value.EMPTY, LeaseId.NONE),
                        new Op.Add("n", -2))
                .otherwise(new Op.Delete(KeyRange.prefix("b/")), new Op.Read(KeyRange.ALL, 10, true));
        return Stream.of(
                arguments("begin", new Command.Begin(3, RecipeLimits.DEFAULT)),
                arguments("open", new Command.Open(-2, 10_000)),
                arguments("transact", new Command.Call(SESSION, 7, 5, new Request.Transact(txn))),
                arguments("grant", new Command.Call(SESSION, 7, 5, new Request.Grant(10_000))),
                arguments("revoke", new Command.Call(SESSION, 7, 5, new Request.Revoke(new LeaseId(4)))),
                arguments("close", new Command.Call(SESSION, 7, 5, new Request.Close())),
                arguments("expire", new Command.Expire(3, List.of(SESSION, new LeaseId(4)))));
    }

    static Stream<Arguments> outcomes() {
        KeyEntry entry = new KeyEntry("ä", Value.of("v"), 3, 4, 2, SESSION);
        List<OpResult> results = List.of(
                new OpResult.Written("a", 1),
                new OpResult.Sum(-2),
                new OpResult.Deleted(3),
                new OpResult.Found(List.of(entry), true));
        return Stream.of(
                arguments("opened", new Outcome.Opened(SESSION, 10_000)),
                arguments("done", new Outcome.Done(new TxnResult(true, 9, results))),
                arguments("granted", new Outcome.Granted(new LeaseId(4), 10_000)),
                arguments("revoked", new Outcome.Revoked(9, 2)),
                arguments(
                        "refused",
                        new Outcome.Refused(Refusal.above("keys", 11, Limit.KEYS_MAX, RecipeLimits.DEFAULT))),
                arguments("noted", new Outcome.Noted()));
    }

    static Stream<Arguments> calls() {
        RecipeCall.Watch watch = new RecipeCall.Watch(SESSION, 3, KeyRange.prefix("b/"), 9);
        return Stream.of(
                arguments("open-1", new RecipeCall.Open(-2, 10_000)),
                arguments("resume-2", new RecipeCall.Resume(SESSION, -2, 5, List.of(watch))),
                arguments(
                        "submit-1",
                        new RecipeCall.Submit(SESSION, 7, 5, Value.wrap(CommandCodec.encode(new Request.Close())))),
                arguments("read-1", new RecipeCall.Read(SESSION, 8, 7, new Op.Read(KeyRange.of("ä"), 10, true))),
                arguments("keep-alive-1", new RecipeCall.KeepAlive(SESSION, 1_000, List.of(SESSION, new LeaseId(4)))),
                arguments("watch-1", watch),
                arguments("unwatch-1", new RecipeCall.Unwatch(SESSION, 3)));
    }

    static Stream<Arguments> answers() {
        KeyEntry entry = new KeyEntry("ä", Value.of("v"), 3, 4, 2, SESSION);
        Refusal refusal = Refusal.above("watches", 11, Limit.SESSION_WATCHES_MAX, RecipeLimits.DEFAULT);
        return Stream.of(
                arguments("opened", new RecipeAnswer.Opened(-2, new Outcome.Opened(SESSION, 10_000))),
                arguments("result", new RecipeAnswer.Result(7, new Outcome.Granted(new LeaseId(4), 10_000))),
                arguments("found", new RecipeAnswer.Found(8, 9, new OpResult.Found(List.of(entry), true))),
                arguments("kept", new RecipeAnswer.Kept(1_000, List.of(SESSION), List.of(new LeaseId(4)))),
                arguments("watching", new RecipeAnswer.Watching(3, 9)),
                arguments(
                        "changed",
                        new RecipeAnswer.Changed(3, new Change(9, List.of(new KeyEvent(KeyEvent.Kind.DELETE, entry))))),
                arguments("compacted", new RecipeAnswer.Compacted(3, 12)),
                arguments("watch-refused", new RecipeAnswer.WatchRefused(3, refusal)),
                arguments("repeat", new RecipeAnswer.Repeat("the lead is lost")),
                arguments("busy", new RecipeAnswer.Busy(7)),
                arguments("ended", new RecipeAnswer.Ended(SESSION)));
    }

    @ParameterizedTest
    @MethodSource("calls")
    void shouldKeepCallsAsEver(String name, RecipeCall call) throws Exception {
        assertThat(hex(CallCodec.encode(call))).isEqualTo(hex(golden("call-" + name)));
        assertThat(CallCodec.decode(golden("call-" + name))).isEqualTo(call);
    }

    @ParameterizedTest
    @MethodSource("answers")
    void shouldKeepAnswersAsEver(String name, RecipeAnswer answer) throws Exception {
        assertThat(hex(AnswerCodec.encode(answer))).isEqualTo(hex(golden("answer-" + name + "-1")));
        assertThat(AnswerCodec.decode(golden("answer-" + name + "-1"))).isEqualTo(answer);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void shouldKeepCommandsAsEver(String name, Command command) throws Exception {
        assertThat(hex(CommandCodec.encode(command))).isEqualTo(hex(golden(name + "-1")));
        assertThat(CommandCodec.decode(golden(name + "-1"))).isEqualTo(command);
    }

    @ParameterizedTest
    @MethodSource("outcomes")
    void shouldKeepOutcomesAsEver(String name, Outcome outcome) throws Exception {
        assertThat(hex(OutcomeCodec.encode(outcome))).isEqualTo(hex(golden(name + "-1")));
        assertThat(OutcomeCodec.decode(golden(name + "-1"))).isEqualTo(outcome);
    }

    static EntryFrame entry() {
        return new EntryFrame(1_700_000, List.of(new byte[] {1, 2, 3}, new byte[200]));
    }

    @Test
    void shouldKeepEntriesAsEver() throws Exception {
        assertThat(hex(entry().encode())).isEqualTo(hex(golden("entry-1")));
        EntryFrame read = EntryFrame.decode(golden("entry-1"));
        assertThat(read.clusterTimeMs()).isEqualTo(1_700_000);
        assertThat(read.commands()).hasSize(2).first().isEqualTo(new byte[] {1, 2, 3});
    }

    static RecipeState state() {
        RecipeState state = new RecipeState();
        List<Command> commands = List.of(
                new Command.Begin(3, RecipeLimits.DEFAULT.with(Limit.HISTORY_EVENTS_MAX, 3)),
                new Command.Open(-2, 10_000),
                new Command.Call(new LeaseId(1), 1, 0, new Request.Grant(5_000)),
                put(
                        2,
                        new Op.Put("gone", Value.of("1"), LeaseId.NONE),
                        new Op.Put("me", Value.of("2"), new LeaseId(1))),
                put(3, new Op.Put("ä", Value.of("3"), new LeaseId(2)), new Op.Delete(KeyRange.of("gone"))),
                put(4, new Op.Add("n", 7)));
        long index = 40;
        for (Command command : commands) {
            state.apply(++index, 3, 1_000 + index, CommandCodec.encode(command));
        }
        return state;
    }

    private static Command put(long number, Op... ops) {
        return new Command.Call(new LeaseId(1), number, 2, new Request.Transact(Txn.of(ops)));
    }

    @Test
    void shouldKeepSnapshotsAsEver() throws Exception {
        byte[] golden = golden("snapshot-1");
        assertThat(hex(RecipeStateProperties.snapshot(state().view()))).isEqualTo(hex(golden));

        RecipeView read = SnapshotCodec.read(new ByteArrayInputStream(golden));
        assertThat(hex(RecipeStateProperties.snapshot(read))).isEqualTo(hex(golden));
        assertThat(read.index()).isEqualTo(46);
        assertThat(read.keys().get("ä")).isEqualTo(new KeyEntry("ä", Value.of("3"), 2, 2, 1, new LeaseId(2)));
        assertThat(read.history().compacted()).isEqualTo(1);
    }

    @Test
    void shouldRefuseTheNextVersionInWords() throws Exception {
        byte[] command = golden("open-1");
        command[0] = 2;
        assertThatThrownBy(() -> CommandCodec.decode(command))
                .hasMessage("recipe command: version 2, this program reads 1");
        byte[] call = golden("call-open-1");
        call[0] = 2;
        assertThatThrownBy(() -> CallCodec.decode(call)).hasMessage("recipe call: version 2, this program reads 1");
        byte[] answer = golden("answer-opened-1");
        answer[0] = 2;
        assertThatThrownBy(() -> AnswerCodec.decode(answer))
                .hasMessage("recipe answer: version 2, this program reads 1");
        byte[] snapshot = golden("snapshot-1");
        snapshot[4] = 2;
        assertThatThrownBy(() -> SnapshotCodec.read(new ByteArrayInputStream(snapshot)))
                .hasMessage("recipe snapshot: version 2, this program reads version 1");
        byte[] entry = golden("entry-1");
        entry[0] = 2;
        assertThatThrownBy(() -> EntryFrame.decode(entry))
                .hasMessage("log entry: version 2, this program reads version 1");
    }
}
