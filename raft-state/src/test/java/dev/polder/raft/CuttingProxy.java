package dev.polder.raft;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A way to a member that can be cut, with what is under way in either direction lost, and that can stand still. */
final class CuttingProxy implements AutoCloseable {
    private static final int CHUNK = 1_000;

    private final ServerSocket listening;
    private final int to;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean stands;
    private volatile boolean closed;

    private CuttingProxy(ServerSocket listening, int to) {
        this.listening = listening;
        this.to = to;
    }

    static CuttingProxy to(String member) throws IOException {
        ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        CuttingProxy proxy =
                new CuttingProxy(listening, MemberAddress.of(member).port());
        proxy.start(proxy::accept);
        return proxy;
    }

    private void start(Runnable task) {
        Thread thread = new Thread(task, "proxy-to-" + to);
        thread.setDaemon(true);
        thread.start();
    }

    String address() {
        return "127.0.0.1:" + listening.getLocalPort();
    }

    private void accept() {
        while (!closed) {
            try {
                Socket from = listening.accept();
                Socket there = new Socket(InetAddress.getLoopbackAddress(), to);
                from.setTcpNoDelay(true);
                there.setTcpNoDelay(true);
                open.add(from);
                open.add(there);
                start(() -> forward(from, there));
                start(() -> forward(there, from));
            } catch (IOException e) {
                // the member is not there, or the end
            }
        }
    }

    private void forward(Socket from, Socket there) {
        byte[] chunk = new byte[CHUNK];
        try (from;
                there;
                InputStream in = from.getInputStream();
                OutputStream out = there.getOutputStream()) {
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                awaitGoing();
                out.write(chunk, 0, read);
            }
        } catch (IOException e) {
            // cut
        } finally {
            open.remove(from);
            open.remove(there);
        }
    }

    private synchronized void awaitGoing() throws IOException {
        while (stands && !closed) {
            try {
                wait();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
    }

    /** Ends all connections, with what is under way. */
    void cut() throws IOException {
        for (Socket socket : open) {
            socket.close();
        }
    }

    /** Holds everything up, or lets it go on. */
    synchronized void stand(boolean still) {
        stands = still;
        notifyAll();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        stand(false);
        listening.close();
        cut();
    }
}
