package dev.polder.isolation.volume;

import dev.polder.isolation.json.JsonText;
import dev.polder.isolation.json.JsonValue;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;

/** A plug-in as Docker's engine knows them, with volumes that are directories. Its volumes outlive it. */
final class PluginServer implements AutoCloseable {
    final Queue<String> asked = new ConcurrentLinkedQueue<>();
    /** What to answer a call with instead, the whole body. */
    final Map<String, String> answers = new HashMap<>();
    /** The call that is never answered. */
    volatile String hangs = "";

    volatile int status = 200;
    private final Path volumes;
    private final Path socket;
    private final ServerSocketChannel server;
    private final CountDownLatch answering = new CountDownLatch(1);
    private final Thread thread;
    /** Who uses each volume that is mounted. */
    private final Map<String, Set<String>> users;

    PluginServer(Path socket, Path volumes) throws IOException {
        this(socket, volumes, new HashMap<>());
    }

    private PluginServer(Path socket, Path volumes, Map<String, Set<String>> users) throws IOException {
        this.socket = socket;
        this.volumes = volumes;
        this.users = users;
        this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        this.thread = new Thread(this::serve, "plugin-server");
        thread.start();
    }

    /** The same plug-in, started again. */
    PluginServer again() throws IOException {
        close();
        return new PluginServer(socket, volumes, users);
    }

    /** Answers what it has not answered, and all that comes. */
    void answersAgain() {
        hangs = "";
        answering.countDown();
    }

    Set<String> users(String volume) {
        return users.getOrDefault(volume, Set.of());
    }

    private void serve() {
        while (true) {
            try (SocketChannel connection = server.accept()) {
                answer(Channels.newInputStream(connection), Channels.newOutputStream(connection));
            } catch (ClosedChannelException | InterruptedException e) {
                return;
            } catch (IOException e) {
                // the other side has enough
            }
        }
    }

    private void answer(InputStream from, OutputStream to) throws IOException, InterruptedException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) from.read());
        }
        String call = head.substring("POST ".length(), head.indexOf(" HTTP"));
        int length = Integer.parseInt(head.toString().replaceAll("(?s).*Content-Length: (\\d+)\r\n.*", "$1"));
        JsonValue request = JsonValue.parse(from.readNBytes(length), "request");
        asked.add(call);
        if (call.equals(hangs)) {
            answering.await();
        }
        String body = answers.containsKey(call)
                ? answers.get(call)
                : new String(JsonText.write(done(call, request)), StandardCharsets.UTF_8);
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        to.write(("HTTP/1.1 " + status + " Said\r\nContent-Length: " + bytes.length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        to.write(bytes);
    }

    private Map<String, Object> done(String call, JsonValue request) throws IOException {
        String name = request.get("Name").text("");
        String user = request.get("ID").text("");
        Path place = volumes.resolve(name);
        switch (call) {
            case "/Plugin.Activate" -> {
                return Map.of("Implements", List.of("VolumeDriver"));
            }
            case "/VolumeDriver.Capabilities" -> {
                return Map.of("Capabilities", Map.of("Scope", "global"));
            }
            case "/VolumeDriver.Create" -> Files.createDirectories(place);
            case "/VolumeDriver.Mount" -> {
                users.computeIfAbsent(name, key -> new HashSet<>()).add(user);
                return Map.of("Mountpoint", place.toString(), "Err", "");
            }
            case "/VolumeDriver.Path" -> {
                return Map.of("Mountpoint", users(name).isEmpty() ? "" : place.toString(), "Err", "");
            }
            case "/VolumeDriver.Unmount" -> {
                if (!users.getOrDefault(name, new HashSet<>()).remove(user)) {
                    return Map.of("Err", "not mounted");
                }
            }
            default -> {
                return Map.of("Err", "unknown call " + call);
            }
        }
        return Map.of("Err", "");
    }

    @Override
    public void close() throws IOException {
        answering.countDown();
        server.close();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Files.deleteIfExists(socket);
    }
}
