package dev.polder.raft;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Finds the address of a host. A name is looked up on a thread of its own, because the answer may take many seconds; the
 * thread exists while there is something to look up, and a while longer.
 */
final class AddressLookup implements AutoCloseable {
    private static final long IDLE_SECONDS_MAX = 30;
    /** More names than a group has members, or a search has seeds. */
    private static final int LOOKUPS_MAX = 64;

    /** A look-up beyond {@link #LOOKUPS_MAX} fails at once. */
    private final ThreadPoolExecutor names;

    AddressLookup(String threadName) {
        names = new ThreadPoolExecutor(
                1, 1, IDLE_SECONDS_MAX, TimeUnit.SECONDS, new ArrayBlockingQueue<>(LOOKUPS_MAX), task -> {
                    Thread thread = new Thread(task, threadName);
                    thread.setDaemon(true);
                    return thread;
                });
        names.allowCoreThreadTimeOut(true);
    }

    /** The future is done already for an address in figures; else it is completed on the thread for names. */
    CompletableFuture<InetAddress> find(String host) {
        byte[] figures = NetUtil.createByteArrayFromIpAddressString(host);
        try {
            if (figures != null) {
                return CompletableFuture.completedFuture(InetAddress.getByAddress(figures));
            }
            CompletableFuture<InetAddress> found = new CompletableFuture<>();
            names.execute(() -> {
                try {
                    found.complete(InetAddress.getByName(host));
                } catch (UnknownHostException e) {
                    found.completeExceptionally(new UnknownHostException("host " + host + " has no known address"));
                }
            });
            return found;
        } catch (UnknownHostException | RejectedExecutionException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Ends the thread, unless the system's resolver keeps it; then when that lets go. */
    @Override
    public void close() {
        names.shutdownNow();
    }
}
