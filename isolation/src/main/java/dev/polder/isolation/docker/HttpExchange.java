package dev.polder.isolation.docker;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * One request of HTTP/1.1 over a Unix socket and the head of its answer, a connection each. By hand, as the JDK's clients
 * know no Unix sockets and this module no other network library.
 */
final class HttpExchange {
    private static final int HEAD_LINE_MAX = 16 * 1024;
    private static final int HEADERS_MAX = 100;
    private static final int STATUS_UPGRADED = 101;
    private static final int STATUS_NO_CONTENT = 204;
    private static final int STATUS_NOT_MODIFIED = 304;

    private HttpExchange() {}

    /**
     * Sends a request and reads the head of the answer.
     *
     * @param target path and query
     * @param headers more than the usual ones; one that is named {@code Upgrade} asks for a raw connection
     * @param silenceMax how long the other side may say nothing, here and later
     */
    static HttpAnswer send(
            Path path, Duration silenceMax, String method, String target, Map<String, String> headers, byte[] body)
            throws IOException {
        StringBuilder head = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n");
        head.append("Connection: ").append(headers.containsKey("Upgrade") ? "Upgrade" : "close");
        head.append("\r\nContent-Length: ").append(body.length).append("\r\n");
        if (body.length > 0) {
            head.append("Content-Type: application/json\r\n");
        }
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        for (int i = 0; i < target.length(); i++) {
            if (target.charAt(i) <= ' ' || target.charAt(i) > '~') {
                throw new IllegalArgumentException("the target " + target + " is not quoted");
            }
        }
        UnixSocket socket = UnixSocket.connect(path, silenceMax);
        try {
            socket.write((head + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            socket.write(body);
            return answer(socket);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private static HttpAnswer answer(UnixSocket socket) throws IOException {
        InputStream connection = new BufferedInputStream(new InputStream() {
            @Override
            public int read() {
                throw new UnsupportedOperationException("the buffer reads many bytes at once");
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                return socket.read(bytes, offset, length);
            }
        });
        int status = status(line(connection, HEAD_LINE_MAX));
        Map<String, String> headers = new LinkedHashMap<>();
        int count = 0;
        for (String line = line(connection, HEAD_LINE_MAX); !line.isEmpty(); line = line(connection, HEAD_LINE_MAX)) {
            int colon = line.indexOf(':');
            if (colon < 1 || ++count > HEADERS_MAX) {
                throw new IOException("an answer has the header '" + line + "' or more than " + HEADERS_MAX);
            }
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        return new HttpAnswer(socket, status, headers, body(connection, status, headers));
    }

    private static int status(String line) throws IOException {
        if (!line.matches("HTTP/1\\.[01] [1-5]\\d\\d( .*)?")) {
            throw new IOException("an answer begins with '" + line + "', which is not HTTP");
        }
        return Integer.parseInt(line.substring(9, 12));
    }

    private static InputStream body(InputStream connection, int status, Map<String, String> headers)
            throws IOException {
        if (status == STATUS_NO_CONTENT || status == STATUS_NOT_MODIFIED) {
            return InputStream.nullInputStream();
        }
        if (status == STATUS_UPGRADED) {
            return HttpBody.ofLength(connection, HttpBody.TO_THE_END);
        }
        if (headers.getOrDefault("transfer-encoding", "").equalsIgnoreCase("chunked")) {
            return HttpBody.ofChunks(connection);
        }
        String length = headers.get("content-length");
        if (length == null) {
            return HttpBody.ofLength(connection, HttpBody.TO_THE_END);
        }
        if (!length.matches("\\d{1,18}")) {
            throw new IOException("an answer has the length '" + length + "'");
        }
        return HttpBody.ofLength(connection, Long.parseLong(length));
    }

    /** Reads a line without its end, of at most {@code bytesMax} bytes. */
    static String line(InputStream connection, int bytesMax) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = connection.read(); next != '\n'; next = connection.read()) {
            if (next < 0) {
                throw new EOFException("the connection ends in the middle of a line");
            }
            if (line.length() == bytesMax) {
                throw new IOException("a line has more than " + bytesMax + " bytes");
            }
            line.append((char) next);
        }
        int length = line.length();
        return length > 0 && line.charAt(length - 1) == '\r' ? line.substring(0, length - 1) : line.toString();
    }
}
