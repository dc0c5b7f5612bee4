package dev.polder.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.apache.zookeeper.server.admin.AdminServer.AdminServerException;
import org.apache.zookeeper.server.quorum.QuorumPeerConfig;
import org.apache.zookeeper.server.quorum.QuorumPeerMain;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** One server of a ZooKeeper ensemble, until its standard input ends. */
@Command(name = ZooKeeperServerCommand.NAME, hidden = true)
final class ZooKeeperServerCommand implements Callable<Integer> {
    static final String NAME = "zookeeper-server";

    @Option(names = "--config", required = true)
    private Path config = Path.of("");

    @Override
    public Integer call() throws Exception {
        QuorumPeerConfig parsed = new QuorumPeerConfig();
        parsed.parse(config.toString());
        Thread server = new Thread(() -> run(parsed), "server");
        server.setDaemon(true);
        server.start();
        while (System.in.read() >= 0) {
            // until it ends
        }
        return 0;
    }

    private static void run(QuorumPeerConfig config) {
        try {
            new QuorumPeerMain().runFromConfig(config);
        } catch (IOException | AdminServerException e) {
            throw new IllegalStateException(e);
        }
    }
}
