package dev.polder.master;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.polder.model.InvariantBrokenException;
import dev.polder.wire.Entry;
import dev.polder.wire.proto.Facts;
import dev.polder.wire.proto.Facts.Fact;
import dev.polder.wire.proto.Mesos;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TurnPipelineTest {
    private final List<byte[]> proposed = new ArrayList<>();
    private final List<String> released = new ArrayList<>();
    private final TurnPipeline pipeline =
            new TurnPipeline(proposed::add, effect -> released.add(((Effect.Answer) effect).text()));

    @Test
    void shouldReleaseAtOnceWhatDependsOnNothing() {
        pipeline.submit(turn(0, false, "a", "b"));

        assertThat(released).containsExactly("a", "b");
        assertThat(proposed).isEmpty();
    }

    @Test
    void shouldHoldEffectsUntilTheFactsAreCommitted() {
        pipeline.submit(turn(1, false, "a"));
        assertThat(released).isEmpty();
        assertThat(pipeline.isEmpty()).isFalse();

        pipeline.committed(7);

        assertThat(released).containsExactly("a");
        assertThat(pipeline.isEmpty()).isTrue();
    }

    @Test
    void shouldHoldEffectsWithoutFactsBehindWhatIsInFlight() {
        pipeline.submit(turn(1, false, "a"));
        pipeline.submit(turn(0, false, "b"));
        pipeline.submit(turn(1, false, "c"));
        pipeline.submit(turn(0, false, "d"));

        pipeline.committed(1);
        assertThat(released).containsExactly("a", "b");
        pipeline.committed(2);
        assertThat(released).containsExactly("a", "b", "c", "d");
    }

    @Test
    void shouldProposeAnEmptyEntryForWhatTellsOfTheCluster() {
        pipeline.submit(turn(0, true, "a"));

        assertThat(released).isEmpty();
        assertThat(proposed).hasSize(1);
        assertThat(Entry.decode(proposed.get(0)).facts()).isEmpty();
        pipeline.committed(1);
        assertThat(released).containsExactly("a");
    }

    @Test
    void shouldNotProposeAnEmptyEntryBesideFacts() {
        pipeline.submit(turn(1, true, "a"));

        assertThat(proposed).hasSize(1);
    }

    @Test
    void shouldCutFactsIntoEntriesAndWaitForTheLast() {
        Turn large =
                new Turn(42, List.of(fact(100_000), fact(100_000), fact(100_000), fact(900_000)), effects("a"), false);

        pipeline.submit(large);

        List<Entry> entries = proposed.stream().map(Entry::decode).toList();
        assertThat(entries).extracting(entry -> entry.facts().size()).containsExactly(2, 1, 1);
        assertThat(entries).extracting(Entry::clusterTimeMs).containsOnly(42L);
        assertThat(entries.stream().flatMap(entry -> entry.facts().stream())).containsExactlyElementsOf(large.facts());
        pipeline.committed(1);
        pipeline.committed(2);
        assertThat(released).isEmpty();
        pipeline.committed(3);
        assertThat(released).containsExactly("a");
    }

    @Test
    void shouldMakeNoEntryLargerThanTheTargetOfFactsThatAreSmaller() {
        List<Fact> facts = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            facts.add(fact(1_000));
        }

        pipeline.submit(new Turn(1, facts, List.of(), false));

        assertThat(proposed).hasSizeBetween(7, 10);
        assertThat(proposed).allMatch(entry -> entry.length <= TurnPipeline.ENTRY_BYTES_TARGET + 16);
    }

    @Test
    void shouldCallListenersWithTheIndexAtWhichAllIsCommitted() {
        List<Long> indexes = new ArrayList<>();
        pipeline.whenCommitted(3, indexes::add);
        assertThat(indexes).containsExactly(3L);

        pipeline.submit(turn(1, false));
        pipeline.submit(turn(1, false));
        pipeline.whenCommitted(3, indexes::add);
        pipeline.committed(4);
        assertThat(indexes).containsExactly(3L);
        pipeline.committed(6);
        assertThat(indexes).containsExactly(3L, 6L);
    }

    @Test
    void shouldCallListenersBeforeEffectsAreSeen() {
        pipeline.submit(turn(1, false, "a"));
        pipeline.whenCommitted(0, index -> released.add("listener"));

        pipeline.committed(1);

        assertThat(released).containsExactly("listener", "a");
    }

    @Test
    void shouldReturnInOrderWhatMustNotHappenWhenTheTermIsLost() {
        pipeline.submit(turn(1, false, "a"));
        pipeline.submit(turn(0, false, "b"));
        pipeline.submit(turn(1, false, "c"));
        pipeline.whenCommitted(0, index -> released.add("listener"));
        pipeline.committed(1);
        released.clear();

        List<Effect> dropped = pipeline.lost();

        assertThat(dropped)
                .extracting(effect -> ((Effect.Answer) effect).text())
                .containsExactly("c");
        assertThat(released).isEmpty();
        assertThat(pipeline.isEmpty()).isTrue();
        pipeline.submit(turn(0, false, "d"));
        assertThat(released).as("a new term begins with nothing").containsExactly("d");
    }

    @Test
    void shouldNoticeACommitThatNobodyAskedFor() {
        assertThatThrownBy(() -> pipeline.committed(5))
                .isInstanceOf(InvariantBrokenException.class)
                .hasMessageContaining("5");
    }

    private static Turn turn(int facts, boolean needsEntry, String... effects) {
        List<Fact> list = new ArrayList<>();
        for (int i = 0; i < facts; i++) {
            list.add(fact(10));
        }
        return new Turn(1, list, effects(effects), needsEntry);
    }

    private static List<Effect> effects(String... names) {
        List<Effect> effects = new ArrayList<>();
        for (String name : names) {
            effects.add(new Effect.Answer((status, text) -> {}, 202, name));
        }
        return effects;
    }

    private static Fact fact(int bytes) {
        return Fact.newBuilder()
                .setTaskStateChanged(Facts.TaskStateChanged.newBuilder()
                        .setFrameworkId(Mesos.FrameworkID.newBuilder().setValue("f"))
                        .setStatus(Mesos.TaskStatus.newBuilder()
                                .setTaskId(MasterFixture.taskId("t"))
                                .setState(Mesos.TaskState.TASK_RUNNING)
                                .setData(ByteString.copyFrom(new byte[bytes]))))
                .build();
    }
}
