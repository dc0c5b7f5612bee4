package dev.polder.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A plain socket that speaks as much HTTP as a test must see: requests as written, heads, bodies, single chunks. */
final class RawConnection implements AutoCloseable {
    private static final int TIMEOUT_MS = 10_000;

    private final Socket socket = new Socket();
    private final InputStream in;

    RawConnection(InetSocketAddress to) throws IOException {
        socket.connect(to, TIMEOUT_MS);
        socket.setSoTimeout(TIMEOUT_MS);
        in = new BufferedInputStream(socket.getInputStream());
    }

    /** The first lines of an answer; names in lower case. */
    record Head(int status, Map<String, String> headers, List<String> lines) {
        String header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        }
    }

    record Answer(Head head, String text) {
        int status() {
            return head.status();
        }
    }

    void send(String bytes) throws IOException {
        send(bytes.getBytes(ISO_8859_1));
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    /** Sends a request with the given header lines and a body. */
    void request(String methodAndPath, List<String> headers, byte[] body) throws IOException {
        StringBuilder head = new StringBuilder(methodAndPath).append(" HTTP/1.1\r\nHost: x\r\n");
        headers.forEach(line -> head.append(line).append("\r\n"));
        if (body.length > 0) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        byte[] start = head.append("\r\n").toString().getBytes(ISO_8859_1);
        byte[] all = Arrays.copyOf(start, start.length + body.length);
        System.arraycopy(body, 0, all, start.length, body.length);
        send(all);
    }

    Head head() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            lines.add(line);
        }
        Map<String, String> headers = new TreeMap<>();
        for (String line : lines.subList(1, lines.size())) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).trim());
        }
        return new Head(Integer.parseInt(lines.get(0).substring(9, 12)), headers, lines);
    }

    /** Reads an answer of a known length. */
    Answer answer() throws IOException {
        Head head = head();
        String length = head.header("Content-Length");
        return new Answer(head, length.isEmpty() ? "" : new String(bytes(Integer.parseInt(length)), UTF_8));
    }

    /** Reads one chunk of a chunked body; an empty one is the last. */
    byte[] chunk() throws IOException {
        int length = Integer.parseInt(line(), 16);
        byte[] chunk = bytes(length);
        String end = line();
        if (!end.isEmpty()) {
            throw new IOException("a chunk of " + length + " bytes is followed by '" + end + "'");
        }
        return chunk;
    }

    /** Reads one chunk and takes it for one record: length, line feed, text. */
    String record() throws IOException {
        byte[] chunk = chunk();
        int lineFeed = 0;
        while (chunk[lineFeed] != '\n') {
            lineFeed++;
        }
        String record = new String(chunk, lineFeed + 1, chunk.length - lineFeed - 1, UTF_8);
        if (Integer.parseInt(new String(chunk, 0, lineFeed, UTF_8)) != chunk.length - lineFeed - 1) {
            throw new IOException("not one whole record: " + new String(chunk, UTF_8));
        }
        return record;
    }

    byte[] bytes(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException(bytes.length + " of " + length + " bytes");
        }
        return bytes;
    }

    /** Reads a frame: its length in four bytes, then itself. */
    byte[] frame() throws IOException {
        return bytes(ByteBuffer.wrap(bytes(4)).getInt());
    }

    void sendFrame(byte[] frame) throws IOException {
        send(ByteBuffer.allocate(4 + frame.length)
                .putInt(frame.length)
                .put(frame)
                .array());
    }

    /** Reads to the end; true if there was nothing more. */
    boolean atEnd() throws IOException {
        return in.read() < 0;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("connection ended after '" + line + "'");
            }
            line.append((char) next);
        }
        int last = line.length() - 1;
        return last >= 0 && line.charAt(last) == '\r' ? line.substring(0, last) : line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
