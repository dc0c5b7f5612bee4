package dev.polder.benchmarks;

import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;

/**
 * One client of ZooKeeper, in this JVM: asynchronous {@code setData} of one node, and {@code sync} with {@code getData}.
 * It is connected to the leader, which saves ZooKeeper a way over the network.
 */
final class ZooKeeperLoad implements LoadedSystem, AutoCloseable {
    static final String NAME = "zookeeper";

    private static final String PATH = "/bench";
    private static final int SESSION_MS = 30_000;
    private static final int ANY_VERSION = -1;
    /** A list that may be asked whether it contains null, which is what ZooKeeper does. */
    private static final List<ACL> ANYONE =
            Collections.singletonList(new ACL(ZooDefs.Perms.ALL, new Id("world", "anyone")));

    private final ZooKeeper client;
    private final byte[] content = new byte[RaftMember.ENTRY_BYTES];

    private ZooKeeperLoad(ZooKeeper client) {
        this.client = client;
    }

    static ZooKeeperLoad connect(int port) throws IOException, InterruptedException {
        CountDownLatch connected = new CountDownLatch(1);
        ZooKeeper client = new ZooKeeper("127.0.0.1:" + port, SESSION_MS, event -> {
            if (event.getState() == KeeperState.SyncConnected) {
                connected.countDown();
            }
        });
        ZooKeeperLoad load = new ZooKeeperLoad(client);
        try {
            if (!connected.await(SESSION_MS, TimeUnit.MILLISECONDS)) {
                throw new IOException("no connection to ZooKeeper at port " + port);
            }
            String unused = client.create(PATH, load.content, ANYONE, CreateMode.PERSISTENT);
            return load;
        } catch (KeeperException e) {
            load.close();
            throw new IOException(e);
        } catch (IOException | InterruptedException e) {
            load.close();
            throw e;
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public LoadResult write(int outstandingMax, long millis) throws IOException, InterruptedException {
        OpenCalls calls = new OpenCalls(outstandingMax);
        return calls.run(OpenCalls.Limit.millis(millis), atNanos -> {
            client.setData(
                    PATH, content, ANY_VERSION, (code, path, none, stat) -> answered(calls, code, atNanos), null);
            return true;
        });
    }

    @Override
    public LoadResult read(int outstandingMax, long millis) throws IOException, InterruptedException {
        OpenCalls calls = new OpenCalls(outstandingMax);
        return calls.run(OpenCalls.Limit.millis(millis), atNanos -> {
            // the answer to the read comes behind that to the sync
            client.sync(PATH, (code, path, none) -> check(calls, code), null);
            client.getData(PATH, false, (code, path, none, data, stat) -> answered(calls, code, atNanos), null);
            return true;
        });
    }

    private static void answered(OpenCalls calls, int code, long atNanos) {
        check(calls, code);
        calls.answered(atNanos);
    }

    private static void check(OpenCalls calls, int code) {
        if (code != KeeperException.Code.OK.intValue()) {
            calls.fail("ZooKeeper says " + KeeperException.Code.get(code));
        }
    }

    @Override
    public void close() {
        try {
            client.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
