package dev.polder.samples.launcher;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A file in a task's sandbox, read piece by piece through the agent ({@code /files/read}). Used by one thread.
 */
final class RemoteFile {
    /** So long one answer may take. */
    private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(5);

    private static final int PIECE_BYTES_MAX = 65_536;

    /** What came of asking for the next piece. */
    sealed interface Answer {}

    /** The next piece; empty at the end of the file. */
    record Piece(String text) implements Answer {}

    /** There is no such file, perhaps not yet. */
    record Missing() implements Answer {}

    /** The agent cannot be asked, or has too much to do: ask again. */
    record Later(String why) implements Answer {}

    /** Asking again is of no use. */
    record Never(String why) implements Answer {}

    private final JsonFactory factory = new JsonFactory();
    private final HttpClient client;
    private final InetSocketAddress agent;
    private final String path;
    private final String asked;
    private long offset;

    /**
     * Begins at the file's first byte.
     *
     * @param path as the agent knows it
     */
    RemoteFile(HttpClient client, InetSocketAddress agent, String path) {
        this.client = client;
        this.agent = agent;
        this.path = path;
        String host = agent.getHostString();
        asked = "http://" + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + agent.getPort()
                + "/files/read?path=" + URLEncoder.encode(path, StandardCharsets.UTF_8) + "&length=" + PIECE_BYTES_MAX
                + "&offset=";
    }

    InetSocketAddress agent() {
        return agent;
    }

    /** Asks for the piece that follows the last. */
    Answer next() throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(asked + offset))
                .timeout(ANSWER_PATIENCE)
                .build();
        try {
            HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            return switch (response.statusCode()) {
                case 200 -> piece(response.body());
                case 404 -> new Missing();
                case 503 -> new Later("503");
                default ->
                    new Never(
                            response.statusCode() + " " + new String(response.body(), StandardCharsets.UTF_8).strip());
            };
        } catch (IOException e) {
            return new Later(e.toString());
        }
    }

    private Piece piece(byte[] json) throws IOException {
        String data = null;
        long bytes = -1;
        long from = offset;
        try (JsonParser parser = factory.createParser(json)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.VALUE_STRING && "data".equals(parser.currentName())) {
                    data = parser.getText();
                } else if (token == JsonToken.VALUE_NUMBER_INT && "bytes".equals(parser.currentName())) {
                    bytes = parser.getLongValue();
                } else if (token == JsonToken.VALUE_NUMBER_INT && "offset".equals(parser.currentName())) {
                    // later than asked for where the agent has discarded what is between
                    from = parser.getLongValue();
                }
            }
        }
        if (data == null || bytes < 0) {
            throw new IOException("the answer has no 'data' and 'bytes'");
        }
        offset = from + bytes;
        return new Piece(data);
    }

    @Override
    public String toString() {
        return path + " at " + agent.getHostString() + ":" + agent.getPort();
    }
}
