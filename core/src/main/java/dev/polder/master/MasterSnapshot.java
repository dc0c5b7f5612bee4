package dev.polder.master;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.polder.model.AgentId;
import dev.polder.model.FrameworkId;
import dev.polder.model.TaskId;
import dev.polder.model.TaskState;
import dev.polder.wire.ResourceCodec;
import dev.polder.wire.proto.MasterSnapshots;
import dev.polder.wire.proto.MasterSnapshots.SnapshotRecord;
import dev.polder.wire.proto.Mesos;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a committed view, from which a master begins that has no longer all entries:
 *
 * <pre>
 *  version (1) | { length (varint) | record }* | 0
 * </pre>
 *
 * <p>That they are whole is the log's care. What only a leader knows is not in them.
 */
public final class MasterSnapshot {
    private static final int VERSION = 1;
    private static final int END = 0;

    private MasterSnapshot() {}

    /** Writes a view; any thread may, as long as it takes. The stream is flushed and stays open. */
    public static void write(MasterView view, OutputStream out) throws IOException {
        CodedOutputStream coded = CodedOutputStream.newInstance(out);
        coded.writeRawByte(VERSION);
        write(coded, SnapshotRecord.newBuilder().setCluster(cluster(view)));
        for (AgentRecord agent : view.agents()) {
            write(coded, SnapshotRecord.newBuilder().setAgent(message(agent)));
        }
        for (FrameworkRecord framework : view.frameworks()) {
            write(coded, SnapshotRecord.newBuilder().setFramework(message(framework)));
        }
        for (FrameworkRecord framework : view.completedFrameworks()) {
            write(coded, SnapshotRecord.newBuilder().setCompletedFramework(message(framework)));
        }
        for (TaskRecord task : view.tasks()) {
            write(coded, SnapshotRecord.newBuilder().setTask(message(task)));
        }
        for (MasterView.Completed completed : view.completedTasks()) {
            MasterSnapshots.Task task =
                    view.recordOf(completed).map(MasterSnapshot::message).orElseGet(() -> outline(completed));
            write(
                    coded,
                    SnapshotRecord.newBuilder()
                            .setCompletedTask(MasterSnapshots.CompletedTask.newBuilder()
                                    .setSequence(completed.sequence())
                                    .setTask(task)));
        }
        coded.writeUInt32NoTag(END);
        coded.flush();
    }

    private static void write(CodedOutputStream out, SnapshotRecord.Builder record) throws IOException {
        SnapshotRecord built = record.build();
        out.writeUInt32NoTag(built.getSerializedSize());
        built.writeTo(out);
    }

    /**
     * Reads what {@link #write} has written, and nothing behind it.
     *
     * @param completed keeps the records of completed tasks from now on, and nothing else
     * @param index up to which entry of the log it goes
     * @throws IOException if the bytes are none, of a newer version, or cut off; says what was found
     */
    public static MasterView read(InputStream in, long index, CompletedTasks completed) throws IOException {
        int version = next(in);
        if (version != VERSION) {
            throw new IOException("snapshot: version " + version + ", this program reads version " + VERSION);
        }
        completed.clear();
        Reading reading = new Reading(completed);
        for (int length = readLength(in); length != END; length = readLength(in)) {
            byte[] record = in.readNBytes(length);
            if (record.length < length) {
                throw new EOFException("snapshot: a record of " + length + " bytes ends after " + record.length);
            }
            reading.take(SnapshotRecord.parseFrom(record));
        }
        return reading.view(index);
    }

    private static int readLength(InputStream in) throws IOException {
        int length = CodedInputStream.readRawVarint32(next(in), in);
        if (length < 0) {
            throw new IOException("snapshot: a record of " + Integer.toUnsignedLong(length) + " bytes");
        }
        return length;
    }

    private static int next(InputStream in) throws IOException {
        int next = in.read();
        if (next < 0) {
            throw new EOFException("snapshot: ends before its end mark");
        }
        return next;
    }

    /** What was read so far. */
    private static final class Reading {
        private final CompletedTasks completed;
        private final Table<AgentRecord> agents = new Table<>();
        private final Table<FrameworkRecord> frameworks = new Table<>();
        private final Table<TaskRecord> tasks = new Table<>();
        private final Table<MasterView.Completed> completedTasks = new Table<>();
        private final List<FrameworkRecord> completedFrameworks = new ArrayList<>();
        private MasterSnapshots.@Nullable Cluster cluster;

        Reading(CompletedTasks completed) {
            this.completed = completed;
        }

        void take(SnapshotRecord record) throws IOException {
            switch (record.getKindCase()) {
                case CLUSTER -> cluster = record.getCluster();
                case AGENT -> agents.add(record(record.getAgent()));
                case FRAMEWORK -> frameworks.add(record(record.getFramework()));
                case COMPLETED_FRAMEWORK -> completedFrameworks.add(record(record.getCompletedFramework()));
                case TASK -> tasks.add(record(record.getTask()));
                case COMPLETED_TASK -> {
                    long sequence = record.getCompletedTask().getSequence();
                    TaskRecord task = record(record.getCompletedTask().getTask());
                    completed.keep(sequence, task);
                    completedTasks.add(MasterView.Completed.of(sequence, task));
                }
                case KIND_NOT_SET ->
                    throw new IOException("snapshot: a record of a kind that this version does not know: " + record);
            }
        }

        MasterView view(long index) throws IOException {
            MasterSnapshots.Cluster head = cluster;
            if (head == null) {
                throw new IOException("snapshot: no record of the cluster");
            }
            return new MasterView(
                    head.getTerm(),
                    index,
                    head.getClusterTimeMs(),
                    head.getNextFramework(),
                    head.getNextAgent(),
                    head.getNextCompleted(),
                    head.getMaster(),
                    head.getClusterId(),
                    head.getElectedWallMs(),
                    agents.view(),
                    frameworks.view(),
                    tasks.view(),
                    completedTasks.view(),
                    completed,
                    completedFrameworks,
                    MasterView.Soft.NONE);
        }
    }

    // ---- records

    private static MasterSnapshots.Cluster cluster(MasterView view) {
        MasterSnapshots.Cluster.Builder cluster = MasterSnapshots.Cluster.newBuilder()
                .setClusterId(view.clusterId())
                .setClusterTimeMs(view.clusterTimeMs())
                .setTerm(view.term())
                .setElectedWallMs(view.electedWallMs())
                .setNextFramework(view.nextFramework())
                .setNextAgent(view.nextAgent())
                .setNextCompleted(view.nextCompleted());
        if (view.term() != 0) {
            cluster.setMaster(view.master());
        }
        return cluster.build();
    }

    private static MasterSnapshots.Agent message(AgentRecord agent) {
        return MasterSnapshots.Agent.newBuilder()
                .setInfo(agent.info())
                .setIncarnation(agent.incarnation())
                .setVersion(agent.version())
                .setIp(agent.ip())
                .setRegisteredWallMs(agent.registeredWallMs())
                .setReregisteredWallMs(agent.reregisteredWallMs())
                .setUnreachableWallMs(agent.unreachableWallMs())
                .build();
    }

    private static AgentRecord record(MasterSnapshots.Agent agent) {
        return new AgentRecord(
                new AgentId(agent.getInfo().getId().getValue()),
                agent.getInfo(),
                ResourceCodec.amounts(agent.getInfo().getResourcesList()),
                agent.getIncarnation(),
                agent.getVersion(),
                agent.getIp(),
                agent.getRegisteredWallMs(),
                agent.getReregisteredWallMs(),
                agent.getUnreachableWallMs());
    }

    private static MasterSnapshots.Framework message(FrameworkRecord framework) {
        return MasterSnapshots.Framework.newBuilder()
                .setInfo(framework.info())
                .addAllSuppressedRoles(framework.suppressedRoles())
                .setOfferConstraints(framework.offerConstraints())
                .setRegisteredWallMs(framework.registeredWallMs())
                .setReregisteredWallMs(framework.reregisteredWallMs())
                .setUnregisteredWallMs(framework.unregisteredWallMs())
                .setReturnDeadlineMs(framework.returnDeadlineMs())
                .build();
    }

    private static FrameworkRecord record(MasterSnapshots.Framework framework) {
        return new FrameworkRecord(
                new FrameworkId(framework.getInfo().getId().getValue()),
                framework.getInfo(),
                List.copyOf(FrameworkRules.rolesOf(framework.getInfo())),
                Set.copyOf(framework.getSuppressedRolesList()),
                framework.getOfferConstraints(),
                framework.getRegisteredWallMs(),
                framework.getReregisteredWallMs(),
                framework.getUnregisteredWallMs(),
                framework.getReturnDeadlineMs());
    }

    static MasterSnapshots.Task message(TaskRecord task) {
        MasterSnapshots.Task.Builder message = MasterSnapshots.Task.newBuilder()
                .setFrameworkId(Mesos.FrameworkID.newBuilder()
                        .setValue(task.frameworkId().value()))
                .setInfo(task.info())
                .setRole(task.role())
                .setState(Mesos.TaskState.valueOf(task.state().name()))
                .addAllStatuses(task.statuses());
        if (task.kill() != null) {
            message.setKill(requireNonNull(task.kill()));
        }
        return message.build();
    }

    /**
     * Returns what is known of a completed task whose record is gone. Whoever begins from the snapshot decides as one who
     * has the record.
     */
    private static MasterSnapshots.Task outline(MasterView.Completed completed) {
        Mesos.TaskID taskId =
                Mesos.TaskID.newBuilder().setValue(completed.taskId().value()).build();
        Mesos.TaskState state = Mesos.TaskState.valueOf(completed.state().name());
        MasterSnapshots.Task.Builder outline = MasterSnapshots.Task.newBuilder()
                .setFrameworkId(Mesos.FrameworkID.newBuilder()
                        .setValue(completed.frameworkId().value()))
                .setInfo(Mesos.TaskInfo.newBuilder()
                        .setName(completed.taskId().value())
                        .setTaskId(taskId)
                        .setAgentId(Mesos.AgentID.newBuilder()
                                .setValue(completed.agentId().value())))
                .setRole("")
                .setState(state);
        for (ByteString uuid : completed.uuids()) {
            outline.addStatuses(Mesos.TaskStatus.newBuilder()
                    .setTaskId(taskId)
                    .setState(state)
                    .setUuid(uuid));
        }
        return outline.build();
    }

    static TaskRecord record(MasterSnapshots.Task task) {
        return new TaskRecord(
                new FrameworkId(task.getFrameworkId().getValue()),
                new TaskId(task.getInfo().getTaskId().getValue()),
                new AgentId(task.getInfo().getAgentId().getValue()),
                task.getInfo(),
                task.getRole(),
                ResourceCodec.amounts(task.getInfo().getResourcesList()),
                TaskState.valueOf(task.getState().name()),
                List.copyOf(task.getStatusesList()),
                task.hasKill() ? task.getKill() : null);
    }
}
