package dev.polder.agent;

import static dev.polder.agent.AgentFixture.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.polder.isolation.ContainerId;
import dev.polder.model.AgentId;
import dev.polder.wire.proto.AgentFacts.AgentFact;
import dev.polder.wire.proto.AgentFacts.AgentTurn;
import dev.polder.wire.proto.Mesos.TaskState;
import dev.polder.wire.proto.Mesos.TaskStatus;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {
    private static final int HEADER_BYTES = 16;

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = directory.resolve("checkpoint");
    }

    @Test
    void shouldBeginEmpty() throws IOException {
        assertThat(reopened()).isEmpty();
        assertThat(Files.size(file)).isEqualTo(HEADER_BYTES);
    }

    @Test
    void shouldKeepWhatWasAppended() throws IOException {
        List<AgentFact> facts = facts();

        write(facts);

        assertThat(reopened()).isEqualTo(facts);
    }

    @Test
    @Tag("slow")
    void shouldRewriteItselfShortAtOpen() throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(file, new AgentState())) {
            for (int term = 1; term <= 100; term++) {
                checkpoint.append(List.of(NewFact.termSeen(term)));
            }
        }
        long before = Files.size(file);

        assertThat(reopened()).containsExactly(NewFact.termSeen(100));
        assertThat(Files.size(file)).isLessThan(before / 20);
    }

    @Test
    void shouldSplitALongStateIntoSeveralRecords() throws IOException {
        AgentState state = new AgentState();
        IntStream.range(0, 2_000)
                .mapToObj(i -> NewFact.taskAccepted(
                        AgentFixture.framework(), task("t" + i, "x".repeat(300)).build(), "c" + i))
                .forEach(state::apply);
        try (Checkpoint checkpoint = Checkpoint.open(file, new AgentState())) {
            checkpoint.rewrite(state);
        }

        assertThat(reopened()).isEqualTo(state.facts());
    }

    @Test
    void shouldGoOnAfterARewrite() throws IOException {
        AgentState state = new AgentState();
        state.apply(NewFact.termSeen(1));
        try (Checkpoint checkpoint = Checkpoint.open(file, new AgentState())) {
            checkpoint.rewrite(state);
            checkpoint.append(List.of(NewFact.termSeen(2)));
        }

        assertThat(reopened()).containsExactly(NewFact.termSeen(2));
    }

    @Test
    @Tag("slow")
    void shouldCutATornEndAtEveryByte() throws IOException {
        write(List.of(NewFact.termSeen(1)));
        byte[] one = Files.readAllBytes(file);
        write(List.of(NewFact.termSeen(2)));
        byte[] two = Files.readAllBytes(file);
        assertThat(two.length).isGreaterThan(one.length);

        for (int length = one.length; length < two.length; length++) {
            Files.write(file, Arrays.copyOf(two, length));
            assertThat(reopened()).as("cut to %d bytes", length).containsExactly(NewFact.termSeen(1));
        }
    }

    @Test
    void shouldCutAnEndOfZeros() throws IOException {
        write(List.of(NewFact.termSeen(1)));
        byte[] content = Files.readAllBytes(file);

        Files.write(file, Arrays.copyOf(content, content.length + 4096));

        assertThat(reopened()).containsExactly(NewFact.termSeen(1));
    }

    @Test
    @Tag("slow")
    void shouldRefuseAFlippedBitWithIntactRecordsBehind() throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(file, new AgentState())) {
            checkpoint.append(facts());
            checkpoint.append(List.of(NewFact.termSeen(9)));
        }
        byte[] intact = Files.readAllBytes(file);
        int lastRecord = intact.length - 8 - turnBytes(NewFact.termSeen(9));

        for (int i = 0; i < lastRecord; i += 3) {
            byte[] flipped = intact.clone();
            flipped[i] ^= 0x10;
            Files.write(file, flipped);
            assertThatThrownBy(this::reopened)
                    .as("bit flipped in byte %d", i)
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining(file.toString());
            assertThat(Files.readAllBytes(file)).isEqualTo(flipped);
        }
    }

    @Test
    @Tag("slow")
    void shouldTakeADamagedLastRecordForATornOne() throws IOException {
        write(List.of(NewFact.termSeen(1)));
        long lastRecord = Files.size(file);
        try (Checkpoint checkpoint = Checkpoint.open(file, new AgentState())) {
            checkpoint.append(List.of(NewFact.termSeen(2)));
        }
        byte[] intact = Files.readAllBytes(file);

        for (int i = (int) lastRecord; i < intact.length; i++) {
            byte[] flipped = intact.clone();
            flipped[i] ^= 0x10;
            Files.write(file, flipped);
            assertThat(reopened()).as("bit flipped in byte %d", i).containsExactly(NewFact.termSeen(1));
        }
    }

    @Test
    void shouldRefuseANewerVersion() throws IOException {
        write(List.of());
        byte[] content = Files.readAllBytes(file);
        content[11] = 2;
        CRC32C crc = new CRC32C();
        crc.update(content, 0, 12);
        ByteBuffer.wrap(content).putInt(12, (int) crc.getValue());
        Files.write(file, content);

        assertThatThrownBy(this::reopened)
                .hasMessage("checkpoint " + file + " has version 2; this agent reads version 1");
    }

    @Test
    void shouldRefuseAForeignFile() throws IOException {
        Files.writeString(file, "something else entirely");

        assertThatThrownBy(this::reopened)
                .hasMessage("checkpoint " + file + " is not one: it does not begin with POLDERAC");
        assertThat(file).hasContent("something else entirely");
    }

    @Test
    void shouldRefuseFactsThatMakeNoSense() throws IOException {
        write(List.of(NewFact.killAccepted(
                TaskKey.of(AgentFixture.frameworkId("f"), task("t", "x").getTaskId()), Duration.ZERO, false)));

        assertThatThrownBy(this::reopened)
                .hasMessage(
                        "checkpoint " + file + " holds an intact record at 16 that makes no sense: task f/t was never"
                                + " accepted, or is forgotten");
    }

    @Test
    void shouldNameTheFileThatFailedAndTakeNothingAfterwards() throws IOException {
        Checkpoint checkpoint = Checkpoint.open(file, new AgentState());
        checkpoint.close();

        assertThatThrownBy(() -> checkpoint.append(List.of(NewFact.termSeen(1))))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("checkpoint " + file + " failed, so this agent stops: ");
        assertThatThrownBy(() -> checkpoint.append(List.of(NewFact.termSeen(1))))
                .hasMessage("checkpoint " + file + " failed before and takes nothing more");
    }

    @Test
    void shouldReadWhatVersionOneWrote() throws IOException {
        try (InputStream golden = Objects.requireNonNull(
                CheckpointTest.class.getResourceAsStream("checkpoint-v1.bin"), "checkpoint-v1.bin")) {
            Files.write(file, golden.readAllBytes());
        }
        byte[] before = Files.readAllBytes(file);

        assertThat(reopened()).isEqualTo(facts());
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    /** One fact of each kind that outlasts a rewrite, in the order of a rewrite. */
    private static List<AgentFact> facts() {
        TaskKey key = TaskKey.of(
                AgentFixture.frameworkId(AgentFixture.FRAMEWORK),
                task("t1", "x").getTaskId());
        TaskStatus status = TaskStatus.newBuilder()
                .setTaskId(key.taskProto())
                .setState(TaskState.TASK_RUNNING)
                .setTimestamp(1_800_000_000.125)
                .setUuid(ByteString.copyFromUtf8("0123456789abcdef"))
                .build();
        return List.of(
                NewFact.joined(new AgentId("m-S0"), "cluster-1"),
                NewFact.termSeen(7),
                NewFact.frameworkEnded(AgentFixture.frameworkId("m-0001"), List.of("c0")),
                NewFact.taskAccepted(
                        AgentFixture.framework(),
                        task("t1", "true").build(),
                        new ContainerId(new UUID(1, 2)).toString()),
                NewFact.updateAdded(key, status),
                NewFact.updateAcknowledged(key, status),
                NewFact.killAccepted(key, Duration.ofSeconds(3), true));
    }

    private static int turnBytes(AgentFact fact) {
        return AgentTurn.newBuilder().addFacts(fact).build().getSerializedSize();
    }

    private void write(List<AgentFact> facts) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(file, new AgentState())) {
            if (!facts.isEmpty()) {
                checkpoint.append(facts);
            }
        }
    }

    private List<AgentFact> reopened() throws IOException {
        AgentState state = new AgentState();
        Checkpoint.open(file, state).close();
        return state.facts();
    }
}
