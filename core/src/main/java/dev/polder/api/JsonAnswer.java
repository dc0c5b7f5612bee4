package dev.polder.api;

import dev.polder.http.Headers;
import dev.polder.http.HttpRequest;
import dev.polder.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** A JSON document as an answer, or as a script that calls a function with it if the query has {@code jsonp}. */
final class JsonAnswer {
    /** Anything else could be made to run in the page of somebody who follows a link. */
    private static final Pattern FUNCTION = Pattern.compile("[A-Za-z0-9_$.]{0,128}");

    private JsonAnswer() {}

    static HttpResponse of(HttpRequest request, byte[] json) {
        String function = request.query("jsonp").orElse(null);
        if (function == null) {
            return HttpResponse.json(200, json);
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
        return new HttpResponse(200, Headers.of("Content-Type", "text/javascript"), script);
    }
}
