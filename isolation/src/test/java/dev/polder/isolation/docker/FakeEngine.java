package dev.polder.isolation.docker;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;

/** An engine that answers each connection with the bytes that a test gave it, and notes what it was asked. */
public final class FakeEngine implements AutoCloseable {
    /** What every client asks first. */
    public static final String PING = "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 2\r\n\r\nOK";

    /** Where it listens. */
    public final Path path;

    /** All requests, with their bodies. */
    public final Queue<String> asked = new ConcurrentLinkedQueue<>();

    private final Queue<String> answers = new ConcurrentLinkedQueue<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final ServerSocketChannel server;
    private final Thread thread;

    /** Stands in an answer for: say no more, but keep the connection. */
    static final String SILENCE = "\u00ff";

    /** Begins to listen. */
    public FakeEngine(Path directory) throws IOException {
        this.path = directory.resolve("engine.sock");
        this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(path));
        this.thread = new Thread(this::serve, "fake-engine");
        thread.start();
    }

    /** The next connection gets these bytes, one for each character. */
    public FakeEngine answers(String bytes) {
        answers.add(bytes);
        return this;
    }

    /** The next connection gets this document. */
    public FakeEngine answersJson(int status, String json) {
        return answers("HTTP/1.1 " + status + " Words\r\nContent-Length: " + json.length() + "\r\n\r\n" + json);
    }

    private void serve() {
        while (true) {
            try (SocketChannel connection = server.accept()) {
                asked.add(request(Channels.newInputStream(connection)));
                String answer = answers.remove();
                connection.write(ByteBuffer.wrap(answer.replace(SILENCE, "").getBytes(StandardCharsets.ISO_8859_1)));
                if (answer.endsWith(SILENCE)) {
                    closing.await();
                }
            } catch (java.nio.channels.ClosedChannelException e) {
                return;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static String request(InputStream connection) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            head.write(connection.read());
        }
        String text = head.toString(StandardCharsets.ISO_8859_1);
        int length = Integer.parseInt(text.replaceAll("(?s).*Content-Length: (\\d+)\r\n.*", "$1"));
        return text + new String(connection.readNBytes(length), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        closing.countDown();
        server.close();
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
