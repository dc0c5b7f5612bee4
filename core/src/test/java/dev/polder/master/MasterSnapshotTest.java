package dev.polder.master;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.polder.model.AgentId;
import dev.polder.model.FrameworkId;
import dev.polder.model.TaskId;
import dev.polder.model.TaskState;
import dev.polder.wire.ResourceCodec;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.MesosScheduler.OfferConstraints;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The form of a master's snapshot. That nothing is lost in it the simulation shows, in every one of its histories. */
final class MasterSnapshotTest {
    private static final String GOLDEN = "/golden/master-snapshot-1.hex";

    private static final Mesos.Resource CPUS = Mesos.Resource.newBuilder()
            .setName("cpus")
            .setType(Mesos.Value.Type.SCALAR)
            .setScalar(Mesos.Value.Scalar.newBuilder().setValue(1.5))
            .build();

    @Test
    void shouldWriteVersion1AsItWasWritten() throws Exception {
        assertThat(HexFormat.of().formatHex(written(everything()))).isEqualTo(golden());
    }

    @Test
    void shouldReadWhatVersion1Wrote() throws Exception {
        MasterView read = MasterSnapshot.read(
                new ByteArrayInputStream(HexFormat.of().parseHex(golden())), 77, new HeapCompletedTasks());

        MasterView expected = everything();
        assertThat(read.index()).isEqualTo(77);
        assertThat(withoutTables(read)).isEqualTo(withoutTables(expected));
        assertThat(read.agents()).containsExactlyElementsOf(expected.agents());
        assertThat(read.frameworks()).containsExactlyElementsOf(expected.frameworks());
        assertThat(read.tasks()).containsExactlyElementsOf(expected.tasks());
        assertThat(read.completedTasks()).containsExactlyElementsOf(expected.completedTasks());
        assertThat(read.recordOf(read.completedTasks().iterator().next()))
                .contains(task("t-0", TaskState.TASK_FINISHED));
    }

    private static List<Object> withoutTables(MasterView view) {
        return List.of(
                view.term(),
                view.clusterTimeMs(),
                view.nextFramework(),
                view.nextAgent(),
                view.nextCompleted(),
                view.master(),
                view.clusterId(),
                view.electedWallMs(),
                view.completedFrameworks());
    }

    @Test
    void shouldReadWhatAMasterKnowsThatWasNeverToldAnything() throws Exception {
        MasterView nothing = new Master(MasterConfig.DEFAULT).committedView(0);

        MasterView read = MasterSnapshot.read(new ByteArrayInputStream(written(nothing)), 0, new HeapCompletedTasks());

        assertThat(Master.of(MasterConfig.DEFAULT, read, new HeapCompletedTasks())
                        .electedTerm())
                .isZero();
        assertThat(read.clusterId()).isEmpty();
    }

    @Test
    void shouldKeepWhatIsDecidedWithOfATaskWhoseRecordIsLost() throws Exception {
        MasterView view = everything();
        view.completedRecords().clear();

        MasterView read = read(written(view));

        MasterView.Completed completed = read.completedTasks().iterator().next();
        assertThat(view.completedTasks()).containsExactly(completed);
        assertThat(completed.uuids()).containsExactly(ByteString.copyFromUtf8("0123456789abcdef"));
        assertThat(read.recordOf(completed).map(TaskRecord::state)).contains(TaskState.TASK_FINISHED);
    }

    @Test
    void shouldRefuseANewerVersion() throws Exception {
        byte[] bytes = written(everything());
        bytes[0] = 2;

        assertThatThrownBy(() -> read(bytes))
                .isInstanceOf(IOException.class)
                .hasMessage("snapshot: version 2, this program reads version 1");
    }

    @Test
    void shouldRefuseBytesThatEndTooSoon() throws Exception {
        byte[] bytes = written(everything());
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> read(cut))
                    .as("%d of %d bytes", length, bytes.length)
                    .isInstanceOf(IOException.class);
        }
    }

    private static MasterView read(byte[] bytes) throws IOException {
        return MasterSnapshot.read(new ByteArrayInputStream(bytes), 1, new HeapCompletedTasks());
    }

    private static byte[] written(MasterView view) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        MasterSnapshot.write(view, bytes);
        return bytes.toByteArray();
    }

    private static String golden() throws IOException {
        try (InputStream in = MasterSnapshotTest.class.getResourceAsStream(GOLDEN)) {
            assertThat(in).as(GOLDEN).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII).replaceAll("\\s", "");
        }
    }

    // ---- one of each

    private static MasterView everything() {
        Table<AgentRecord> agents = new Table<>();
        agents.add(agent());
        Table<FrameworkRecord> frameworks = new Table<>();
        frameworks.add(framework("f-0001", 0, 9_000));
        Table<TaskRecord> tasks = new Table<>();
        tasks.add(task("t-1", TaskState.TASK_RUNNING));
        Table<MasterView.Completed> completed = new Table<>();
        completed.add(MasterView.Completed.of(4, task("t-0", TaskState.TASK_FINISHED)));
        CompletedTasks records = new HeapCompletedTasks();
        records.keep(4, task("t-0", TaskState.TASK_FINISHED));
        return new MasterView(
                3,
                77,
                12_345,
                2,
                1,
                5,
                Mesos.MasterInfo.newBuilder().setId("m").setIp(1).setPort(5050).build(),
                "cluster",
                1_700_000_000_000L,
                agents.view(),
                frameworks.view(),
                tasks.view(),
                completed.view(),
                records,
                List.of(framework("f-0000", 1_700_000_000_500L, -1)),
                MasterView.Soft.NONE);
    }

    private static AgentRecord agent() {
        Mesos.AgentInfo info = Mesos.AgentInfo.newBuilder()
                .setId(Mesos.AgentID.newBuilder().setValue("m-S0"))
                .setHostname("host")
                .addResources(CPUS)
                .build();
        return new AgentRecord(
                new AgentId("m-S0"),
                info,
                ResourceCodec.amounts(info.getResourcesList()),
                "incarnation",
                "0.1",
                "10.0.0.1",
                1_700_000_000_001L,
                1_700_000_000_002L,
                1_700_000_000_003L);
    }

    private static FrameworkRecord framework(String id, long unregisteredWallMs, long returnDeadlineMs) {
        Mesos.FrameworkInfo info = Mesos.FrameworkInfo.newBuilder()
                .setUser("u")
                .setName("n")
                .setId(Mesos.FrameworkID.newBuilder().setValue(id))
                .addRoles("r")
                .addCapabilities(Mesos.FrameworkInfo.Capability.newBuilder()
                        .setType(Mesos.FrameworkInfo.Capability.Type.MULTI_ROLE))
                .build();
        return new FrameworkRecord(
                new FrameworkId(id),
                info,
                List.of("r"),
                Set.of("r"),
                OfferConstraints.newBuilder()
                        .putRoleConstraints("r", OfferConstraints.RoleConstraints.getDefaultInstance())
                        .build(),
                1_700_000_000_100L,
                1_700_000_000_200L,
                unregisteredWallMs,
                returnDeadlineMs);
    }

    private static TaskRecord task(String id, TaskState state) {
        Mesos.TaskInfo info = Mesos.TaskInfo.newBuilder()
                .setName("task")
                .setTaskId(Mesos.TaskID.newBuilder().setValue(id))
                .setAgentId(Mesos.AgentID.newBuilder().setValue("m-S0"))
                .addResources(CPUS)
                .build();
        Mesos.TaskStatus status = Mesos.TaskStatus.newBuilder()
                .setTaskId(info.getTaskId())
                .setState(Mesos.TaskState.valueOf(state.name()))
                .setUuid(ByteString.copyFromUtf8("0123456789abcdef"))
                .build();
        return new TaskRecord(
                new FrameworkId("f-0001"),
                new TaskId(id),
                new AgentId("m-S0"),
                info,
                "r",
                ResourceCodec.amounts(info.getResourcesList()),
                state,
                List.of(status),
                Mesos.KillPolicy.newBuilder()
                        .setGracePeriod(Mesos.DurationInfo.newBuilder().setNanoseconds(5))
                        .build());
    }
}
