package dev.polder.agent;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A registry on loopback with one image, busybox under any tag but {@code absent}. It can be made to stop in a layer. */
final class LoopbackRegistry implements Closeable {
    private static final Path BUSYBOX = Path.of("/bin/busybox");
    private static final int BLOCK = 512;
    private static final String ARCHITECTURE =
            System.getProperty("os.arch").equals("aarch64") ? "arm64" : System.getProperty("os.arch");

    /** Somebody waits for a layer that does not come. */
    final CountDownLatch stalled = new CountDownLatch(1);

    private final CountDownLatch goOn = new CountDownLatch(1);
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
    private final byte[] manifest;
    private final String layer;
    private volatile boolean stalls;

    LoopbackRegistry() throws IOException {
        byte[] tar = tar();
        layer = digest(tar);
        byte[] config = ("{\"architecture\":\"" + ARCHITECTURE
                        + "\",\"os\":\"linux\",\"config\":{\"Env\":[\"PATH=/bin\"],"
                        + "\"Entrypoint\":[\"sh\",\"-c\"]},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"" + layer
                        + "\"]}}")
                .getBytes(StandardCharsets.UTF_8);
        blobs.put(layer, tar);
        blobs.put(digest(config), config);
        manifest = ("{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"config\":"
                        + descriptor("application/vnd.oci.image.config.v1+json", config) + ",\"layers\":["
                        + descriptor("application/vnd.oci.image.layer.v1.tar", tar) + "]}")
                .getBytes(StandardCharsets.UTF_8);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    static boolean canBeMade() {
        return Files.isExecutable(BUSYBOX);
    }

    String image(String tag) {
        return "127.0.0.1:" + server.getAddress().getPort() + "/test/busybox:" + tag;
    }

    /** From now on the layer does not come. */
    void stall() {
        stalls = true;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String name = path.substring(path.lastIndexOf('/') + 1);
            byte[] bytes = path.contains("/manifests/") && !name.equals("absent") ? manifest : blobs.get(name);
            if (bytes == null) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            exchange.sendResponseHeaders(200, bytes.length);
            if (stalls && name.equals(layer)) {
                stalled.countDown();
                goOn.await();
            }
            exchange.getResponseBody().write(bytes);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String descriptor(String type, byte[] bytes) {
        return "{\"mediaType\":\"" + type + "\",\"digest\":\"" + digest(bytes) + "\",\"size\":" + bytes.length + "}";
    }

    private static String digest(byte[] bytes) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] tar() throws IOException {
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        entry(tar, "bin/busybox", '0', "", Files.readAllBytes(BUSYBOX.toRealPath()));
        for (String applet : new String[] {"sh", "sleep", "cat", "echo", "id"}) {
            entry(tar, "bin/" + applet, '2', "busybox", new byte[0]);
        }
        tar.write(new byte[2 * BLOCK]);
        return tar.toByteArray();
    }

    private static void entry(ByteArrayOutputStream tar, String name, char kind, String target, byte[] content) {
        byte[] head = new byte[BLOCK];
        put(head, 0, name);
        put(head, 100, "0000755\0" + "0000000\0" + "0000000\0");
        put(head, 124, String.format("%011o\0%011o\0", content.length, 0));
        put(head, 148, "        " + kind + target);
        put(head, 257, "ustar\0" + "00");
        int sum = 0;
        for (byte each : head) {
            sum += each;
        }
        put(head, 148, String.format("%06o\0 ", sum));
        tar.writeBytes(head);
        tar.writeBytes(content);
        tar.writeBytes(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
    }

    private static void put(byte[] head, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, head, at, bytes.length);
    }

    @Override
    public void close() {
        goOn.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
