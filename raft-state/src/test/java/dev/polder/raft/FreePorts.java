package dev.polder.raft;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Ports of this host that nobody uses, held until they are needed. Below those that the system gives to connections, so
 * that none is taken in between, and none connects to itself when it is dialled while nobody listens.
 */
public final class FreePorts implements AutoCloseable {
    private static final int FIRST = 20_000;
    private static final int LAST = 32_000;
    private static final int ATTEMPTS_MAX = 1_000;

    private final List<ServerSocket> held = new ArrayList<>();

    private FreePorts() {}

    /** Holds so many. */
    public static FreePorts hold(int count) throws IOException {
        FreePorts ports = new FreePorts();
        Random random = new Random();
        for (int attempt = 0; ports.held.size() < count; attempt++) {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            try {
                socket.bind(loopback(FIRST + random.nextInt(LAST - FIRST)));
                ports.held.add(socket);
            } catch (IOException e) {
                socket.close();
                if (attempt >= ATTEMPTS_MAX) {
                    throw e;
                }
            }
        }
        return ports;
    }

    static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** Returns {@code 127.0.0.1:port} for each, in ascending order. */
    public List<String> addresses() {
        return held.stream()
                .map(socket -> "127.0.0.1:" + socket.getLocalPort())
                .sorted()
                .toList();
    }

    /** Lets all go, to be used at once. */
    @Override
    public void close() throws IOException {
        for (ServerSocket socket : held) {
            socket.close();
        }
    }
}
