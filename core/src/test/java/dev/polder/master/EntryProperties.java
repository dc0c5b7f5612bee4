package dev.polder.master;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.polder.wire.Entry;
import dev.polder.wire.proto.Facts;
import dev.polder.wire.proto.Facts.Fact;
import dev.polder.wire.proto.Mesos;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class EntryProperties {
    /** Version 1, time 0x0102030405060708, and one fact: framework "f" removed at 7. */
    private static final String GOLDEN = "01" + "0102030405060708" + "0a" + "00" + "3a07" + "0a030a0166" + "1007";

    private static final Entry GOLDEN_ENTRY = new Entry(
            0x0102030405060708L,
            List.of(Fact.newBuilder()
                    .setFrameworkRemoved(Facts.FrameworkRemoved.newBuilder()
                            .setFrameworkId(Mesos.FrameworkID.newBuilder().setValue("f"))
                            .setWallMs(7))
                    .build()));

    @Example
    void shouldWriteTheBytesThatItWroteEver() {
        assertThat(HexFormat.of().formatHex(GOLDEN_ENTRY.encode())).isEqualTo(GOLDEN);
    }

    @Example
    void shouldReadTheBytesThatItWroteEver() {
        assertThat(Entry.decode(HexFormat.of().parseHex(GOLDEN))).isEqualTo(GOLDEN_ENTRY);
    }

    @Property(tries = 200)
    void shouldReadBackWhatItWrote(@ForAll long seed, @ForAll long clusterTimeMs) {
        Entry entry = new Entry(clusterTimeMs, facts(new Random(seed)));

        byte[] bytes = entry.encode();

        assertThat(Entry.decode(bytes)).isEqualTo(entry);
        assertThat(bytes)
                .hasSize(9 + entry.facts().stream().mapToInt(Entry::bytesOf).sum());
    }

    @Property(tries = 200)
    void shouldCarryCommandsOfTheRecipesBesideFacts(@ForAll long seed, @ForAll List<byte[]> commands) {
        Entry entry = new Entry(7, facts(new Random(seed)), commands);

        byte[] bytes = entry.encode();

        Entry read = Entry.decode(bytes);
        assertThat(read.facts()).isEqualTo(entry.facts());
        assertThat(read.commands()).containsExactlyElementsOf(commands);
        assertThat(bytes)
                .hasSize(9
                        + entry.facts().stream().mapToInt(Entry::bytesOf).sum()
                        + commands.stream().mapToInt(Entry::bytesOf).sum());
    }

    @Example
    void shouldReadAnEntryThatTheRecipesWroteForThemselves() {
        Entry read = Entry.decode(HexFormat.of().parseHex("01" + "0000000000000005" + "03" + "01" + "aabb"));

        assertThat(read.clusterTimeMs()).isEqualTo(5);
        assertThat(read.facts()).isEmpty();
        assertThat(read.commands()).containsExactly(new byte[] {(byte) 0xaa, (byte) 0xbb});
    }

    @Property(tries = 1000)
    void shouldReadOrRefuseMutatedBytes(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] bytes = new Entry(1, facts(random)).encode();
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(bytes.length);
            if (random.nextBoolean()) {
                bytes[at] = (byte) random.nextInt();
            } else {
                bytes = Arrays.copyOf(bytes, at + 1);
            }
        }

        readsOrRefuses(bytes);
    }

    @Property(tries = 1000)
    void shouldReadOrRefuseAnyBytes(@ForAll byte[] bytes) {
        readsOrRefuses(bytes);
    }

    private static void readsOrRefuses(byte[] bytes) {
        try {
            Entry entry = Entry.decode(bytes);
            assertThat(Entry.decode(entry.encode()).encode()).isEqualTo(entry.encode());
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).startsWith("log entry: ");
        }
    }

    @Example
    void shouldRefuseANewerVersionAndAnUnknownSpace() {
        byte[] newer = HexFormat.of().parseHex(GOLDEN);
        newer[0] = 2;
        byte[] space = HexFormat.of().parseHex(GOLDEN);
        space[10] = 2;

        assertThatThrownBy(() -> Entry.decode(newer))
                .hasMessageContaining("version 2")
                .hasMessageContaining("version 1");
        assertThatThrownBy(() -> Entry.decode(space)).hasMessageContaining("space 2");
        assertThatThrownBy(() -> Entry.decode(new byte[3])).hasMessageContaining("3 bytes");
    }

    private static List<Fact> facts(Random random) {
        List<Fact> facts = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            facts.add(
                    switch (random.nextInt(3)) {
                        case 0 -> GOLDEN_ENTRY.facts().get(0);
                        case 1 ->
                            Fact.newBuilder()
                                    .setClockAdvanced(Facts.ClockAdvanced.getDefaultInstance())
                                    .build();
                        default ->
                            Fact.newBuilder()
                                    .setTaskStateChanged(Facts.TaskStateChanged.newBuilder()
                                            .setFrameworkId(Mesos.FrameworkID.newBuilder()
                                                    .setValue("f" + random.nextInt()))
                                            .setStatus(Mesos.TaskStatus.newBuilder()
                                                    .setTaskId(MasterFixture.taskId("t"))
                                                    .setState(Mesos.TaskState.TASK_RUNNING)
                                                    .setUuid(ByteString.copyFrom(new byte[random.nextInt(300)]))))
                                    .build();
                    });
        }
        return facts;
    }
}
