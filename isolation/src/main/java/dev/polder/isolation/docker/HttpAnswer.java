package dev.polder.isolation.docker;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/**
 * The answer to a request, its body not yet read. To be closed, which ends the connection.
 *
 * @param headers names in lower case; of one that comes twice the last
 */
record HttpAnswer(UnixSocket socket, int status, Map<String, String> headers, InputStream body) implements Closeable {
    /** Returns a header, empty if there is none. */
    String header(String name) {
        return headers.getOrDefault(name, "");
    }

    /** Reads the whole body, which may not be longer than {@code bytesMax}. */
    byte[] bytes(int bytesMax) throws IOException {
        byte[] bytes = body.readNBytes(bytesMax + 1);
        if (bytes.length > bytesMax) {
            throw new IOException("an answer has more than " + bytesMax + " bytes");
        }
        return bytes;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
