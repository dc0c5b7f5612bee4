package dev.polder.isolation.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that redirect, want passwords, lie, stall and never end. */
@Tag("slow")
@Timeout(60)
class WebSourceTest {
    private static final int BYTES_MAX = 1 << 20;

    @TempDir
    Path base;

    private final List<String> authorizations = new CopyOnWriteArrayList<>();
    private FetchTestHost host;

    @BeforeEach
    void open() throws IOException {
        host = new FetchTestHost(base, FetcherSettings.of(base.resolve("fetch")).withBytesMax(0, BYTES_MAX));
    }

    @AfterEach
    void close() throws IOException {
        host.close();
    }

    private String at(String path, HttpHandler handler) {
        host.server.createContext(path, exchange -> {
            authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            handler.handle(exchange);
            exchange.close();
        });
        return "http://" + host.authority() + path;
    }

    private static HttpHandler redirect(int status, String location) {
        return exchange -> {
            exchange.getResponseHeaders().set("Location", location);
            exchange.sendResponseHeaders(status, -1);
        };
    }

    private void assertRefused(String uri, String why) {
        assertThatThrownBy(() -> host.fetch(FetchRequest.of(uri).withOutputFile("f")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(why);
        assertThat(host.sandbox.toFile().list()).containsExactly("stderr");
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void shouldFollowRedirections(int status) throws IOException {
        host.serve("/there", new byte[] {'x'});

        host.fetch(FetchRequest.of(at("/here", redirect(status, "/there"))));

        assertThat(host.in("here")).hasContent("x");
    }

    @Test
    void shouldNotFollowThemForEver() {
        int redirectsMax = FetcherSettings.of(base).redirectsMax();

        assertRefused(at("/loop", redirect(302, "/loop")), "redirected more than redirectsMax=" + redirectsMax);

        assertThat(authorizations).hasSize(redirectsMax + 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///etc/passwd", "ftp://host/x", "jar:file:/x!/y", "http://", "::"})
    void shouldNotBeRedirectedToAnythingButTheWeb(String location) {
        assertRefused(at("/out", redirect(302, location)), "it ");
    }

    @Test
    void shouldGivePasswordsToWhomTheyAreForOnly() throws IOException {
        host.serve("/end", new byte[0]);
        at(
                "/second",
                redirect(302, "http://localhost:" + host.server.getAddress().getPort() + "/third"));
        at("/third", redirect(302, "/end"));
        String uri = at("/first", redirect(302, "/second")).replace("//", "//me:s%C3%A4cret@");

        host.fetch(FetchRequest.of(uri));

        // me:säcret
        assertThat(authorizations).containsExactly("Basic bWU6c8OkY3JldA==", "Basic bWU6c8OkY3JldA==", "null");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://me:hush@%s/none?token=hush",
                "http://hush@%s/none",
                "http://me:hush@127.0.0.1:1/none#hush",
                "http://me:hush@[%s/none",
                "ftp://me:hush@host/none"
            })
    void shouldNeverShowThem(String form) throws IOException {
        String uri = String.format(form, host.authority());

        assertThatThrownBy(() -> host.fetch(FetchRequest.of(uri).withOutputFile("f")))
                .satisfies(e -> {
                    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                        assertThat(cause.toString()).doesNotContain("hush");
                    }
                });

        assertThat(host.stderr()).contains("none").doesNotContain("hush");
        assertThat(FetchRequest.of(uri).withOutputFile("f").toString()).doesNotContain("hush");
    }

    @Test
    void shouldEndAnEndlessBody() {
        String uri = at("/endless", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] chunk = new byte[64 * 1024];
            try (OutputStream out = exchange.getResponseBody()) {
                while (!Thread.interrupted()) {
                    out.write(chunk);
                }
            }
        });

        assertRefused(uri, "it is longer than downloadBytesMax=" + BYTES_MAX);
    }

    @Test
    void shouldNotBeginWithABodyThatIsTooLong() {
        String uri = at("/long", exchange -> exchange.sendResponseHeaders(200, BYTES_MAX + 1L));

        assertRefused(uri, "it has " + (BYTES_MAX + 1) + " bytes, more than downloadBytesMax=" + BYTES_MAX);
    }

    @Test
    void shouldNoticeABodyThatIsCutOff() throws Exception {
        try (RawServer server = new RawServer("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", false)) {
            assertRefused(server.uri(), "it ended after 4 of 10 bytes");
        }
    }

    @Test
    void shouldNoticeChunksThatAreCutOff() throws Exception {
        try (RawServer server =
                new RawServer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhalf", false)) {
            assertRefused(server.uri(), "Premature EOF");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"})
    void shouldGiveUpWhenNothingComes(String said) throws Exception {
        try (RawServer server = new RawServer(said, true);
                FetchTestHost impatient = FetchTestHost.impatient(base)) {
            assertThatThrownBy(() -> impatient.fetch(FetchRequest.of(server.uri())))
                    .isInstanceOf(FetchException.class)
                    .hasMessageContaining("nothing came of it for stallTimeout=PT0.3S");
        }
    }

    @Test
    void shouldNotTakeAnythingForHttp() throws Exception {
        try (RawServer server = new RawServer("SSH-2.0-OpenSSH\r\n\r\n", false)) {
            assertRefused(server.uri(), "");
        }
    }

    @Test
    void shouldBringNothingOnceItIsClosed() throws Exception {
        String uri = at("/late", exchange -> {
            host.fetcher.close();
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write('x');
        });
        assertRefused(uri, "the fetcher is closed");
        assertRefused(uri, "the fetcher is closed");
        assertThat(authorizations).hasSize(1);
        assertThatThrownBy(() -> host.fetch(FetchRequest.of("/etc/passwd")))
                .hasMessageContaining("the fetcher is closed");
    }

    /** Says something to who connects, and then hangs up, or does not. */
    private static final class RawServer implements AutoCloseable {
        private final ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        private final List<Socket> open = new CopyOnWriteArrayList<>();
        private final Thread thread;

        RawServer(String said, boolean staysOpen) throws IOException {
            thread = new Thread(() -> answer(said, staysOpen));
            thread.start();
        }

        private void answer(String said, boolean staysOpen) {
            // the JDK's client tries a second time when nothing was said
            while (!socket.isClosed()) {
                try {
                    Socket client = socket.accept();
                    open.add(client);
                    int last = 0;
                    while (last >= 0 && (last != '\n' || client.getInputStream().available() > 0)) {
                        last = client.getInputStream().read();
                    }
                    client.getOutputStream().write(said.getBytes(StandardCharsets.US_ASCII));
                    client.getOutputStream().flush();
                    if (!staysOpen) {
                        client.close();
                    }
                } catch (IOException gone) {
                    // the next, if there is one
                }
            }
        }

        String uri() {
            return "http://" + socket.getInetAddress().getHostAddress() + ":" + socket.getLocalPort() + "/f";
        }

        @Override
        public void close() throws IOException {
            socket.close();
            for (Socket client : open) {
                client.close();
            }
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
