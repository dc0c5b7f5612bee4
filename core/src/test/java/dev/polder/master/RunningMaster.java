package dev.polder.master;

import dev.polder.model.Moment;
import dev.polder.raft.LogListener;
import dev.polder.raft.RaftConfig;
import dev.polder.raft.RaftPeers;
import dev.polder.raft.ReplicatedLog;
import dev.polder.wire.proto.Mesos;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** A master's thread over a real log of one member, which serves. */
record RunningMaster(MasterLoop loop, ReplicatedLog log) implements AutoCloseable {
    private static final Mesos.MasterInfo SELF = Mesos.MasterInfo.newBuilder()
            .setId("")
            .setIp(0)
            .setPort(5050)
            .setAddress(Mesos.Address.newBuilder().setIp("127.0.0.1").setPort(5050))
            .build();

    static RunningMaster start(Path directory) throws Exception {
        return start(directory, UnaryOperator.identity());
    }

    /** @param between puts somebody between the log and the master */
    static RunningMaster start(Path directory, UnaryOperator<LogListener> between) throws Exception {
        MasterLoop loop = new MasterLoop(
                "loop",
                MasterConfig.DEFAULT,
                new HeapCompletedTasks(),
                () -> SELF,
                clusterId -> {},
                () -> new Moment(System.nanoTime() / 1_000_000, System.currentTimeMillis()));
        ReplicatedLog log = ReplicatedLog.start(
                new RaftConfig(
                        "m1",
                        directory,
                        "loop",
                        Duration.ofMillis(500),
                        Duration.ofMillis(75),
                        1 << 20,
                        RaftPeers.NONE),
                between.apply(loop.logListener()));
        loop.start(log);
        loop.served().get(30, TimeUnit.SECONDS);
        return new RunningMaster(loop, log);
    }

    @Override
    public void close() throws IOException {
        loop.close();
        log.close();
    }
}
