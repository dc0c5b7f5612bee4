package dev.polder.api;

import dev.polder.http.Headers;
import dev.polder.http.HttpRequest;
import dev.polder.http.HttpResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * A JSON document as an answer, or as a script that calls a function with it if the query has {@code jsonp}; compressed
 * for those who take that, unless it is small.
 */
final class JsonAnswer {
    /** Anything else could be made to run in the page of somebody who follows a link. */
    private static final Pattern FUNCTION = Pattern.compile("[A-Za-z0-9_$.]{0,128}");

    private static final Pattern GZIP_REFUSED = Pattern.compile(";\\s*q=0(\\.0*)?\\s*$");
    private static final int COMPRESSED_BYTES_MIN = 1024;

    private JsonAnswer() {}

    static HttpResponse of(HttpRequest request, byte[] json) {
        String function = request.query("jsonp").orElse(null);
        if (function == null) {
            return answer(request, "application/json", json);
        }
        if (!FUNCTION.matcher(function).matches()) {
            return HttpResponse.text(
                    400,
                    "query parameter 'jsonp' is no function's name: at most 128 letters, digits, '_', '$' and '.'");
        }
        byte[] head = (function + "(").getBytes(StandardCharsets.US_ASCII);
        byte[] script = new byte[head.length + json.length + 1];
        System.arraycopy(head, 0, script, 0, head.length);
        System.arraycopy(json, 0, script, head.length, json.length);
        script[script.length - 1] = ')';
        return answer(request, "text/javascript", script);
    }

    private static HttpResponse answer(HttpRequest request, String contentType, byte[] body) {
        Headers headers = Headers.of("Content-Type", contentType);
        return body.length >= COMPRESSED_BYTES_MIN && takesGzip(request)
                ? new HttpResponse(200, headers.with("Content-Encoding", "gzip"), compressed(body))
                : new HttpResponse(200, headers, body);
    }

    private static boolean takesGzip(HttpRequest request) {
        for (String header : request.headers().all("Accept-Encoding")) {
            for (String coding : header.split(",", -1)) {
                if (coding.strip().startsWith("gzip")) {
                    return !GZIP_REFUSED.matcher(coding).find();
                }
            }
        }
        return false;
    }

    private static byte[] compressed(byte[] body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(body.length / 8);
        try (OutputStream gzip = new FastGzip(bytes)) {
            gzip.write(body);
        } catch (IOException e) {
            throw new UncheckedIOException("gzip into memory", e);
        }
        return bytes.toByteArray();
    }

    /** A state repeats itself so much that trying harder gains little. */
    private static final class FastGzip extends GZIPOutputStream {
        FastGzip(OutputStream out) throws IOException {
            super(out, 8192);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }
}
