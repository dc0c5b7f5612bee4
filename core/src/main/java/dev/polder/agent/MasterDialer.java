package dev.polder.agent;

import dev.polder.http.FrameListener;
import dev.polder.http.UpgradedConnection;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;

/** Opens connections of frames to masters. */
@FunctionalInterface
interface MasterDialer {
    /** Connects; if the future fails the listener is never called. */
    CompletableFuture<UpgradedConnection> dial(InetSocketAddress master, FrameListener listener);
}
