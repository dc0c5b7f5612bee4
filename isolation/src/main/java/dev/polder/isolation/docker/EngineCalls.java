package dev.polder.isolation.docker;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.polder.isolation.json.JsonException;
import dev.polder.isolation.json.JsonText;
import dev.polder.isolation.json.JsonValue;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Calls of the Engine API in one of its versions, what they are answered with, and what of that is a refusal. */
final class EngineCalls {
    /** What a JSON answer may have at most; a list of 1,000 containers has about 2 MiB. */
    static final int ANSWER_BYTES_MAX = 16 << 20;

    private static final int MINOR_MAX = 47;
    private static final int MINOR_MIN = 41;
    private static final Pattern VERSION = Pattern.compile("1\\.(\\d{1,3})");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,254}");
    private static final Pattern IMAGE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.:/@-]{0,511}");
    private static final int ERROR_WORDS_MAX = 2000;

    private final Path socket;
    private final Duration silenceMax;
    private final int minor;

    private EngineCalls(Path socket, Duration silenceMax, int minor) {
        this.socket = socket;
        this.silenceMax = silenceMax;
        this.minor = minor;
    }

    static EngineCalls negotiate(Path socket, Duration silenceMax) throws IOException {
        if (silenceMax.isNegative() || silenceMax.isZero()) {
            throw new IllegalArgumentException("silenceMax is " + silenceMax + ", not more than 0");
        }
        try (HttpAnswer ping = HttpExchange.send(socket, silenceMax, "GET", "/_ping", Map.of(), new byte[0])) {
            Matcher theirs = VERSION.matcher(ping.header("api-version"));
            if (!theirs.matches()) {
                throw new IOException(socket + " is no Docker Engine: it says " + ping.status()
                        + " and the API version '" + ping.header("api-version") + "'");
            }
            int newest = Integer.parseInt(theirs.group(1));
            if (newest < MINOR_MIN) {
                throw new IOException("the engine at " + socket + " speaks 1." + newest + " < 1." + MINOR_MIN);
            }
            return new EngineCalls(socket, silenceMax, Math.min(newest, MINOR_MAX));
        }
    }

    /** A call; each method returns another one. */
    record Call(
            String method,
            String path,
            Map<String, String> query,
            Map<String, String> headers,
            Optional<Map<String, Object>> body,
            Optional<Duration> silence) {
        static Call get(String path) {
            return new Call("GET", path, Map.of(), Map.of(), Optional.empty(), Optional.empty());
        }

        static Call post(String path) {
            return new Call("POST", path, Map.of(), Map.of(), Optional.empty(), Optional.empty());
        }

        static Call delete(String path) {
            return new Call("DELETE", path, Map.of(), Map.of(), Optional.empty(), Optional.empty());
        }

        Call query(String name, String value) {
            return new Call(method, path, with(query, name, value), headers, body, silence);
        }

        Call body(Map<String, Object> document) {
            return new Call(method, path, query, headers, Optional.of(document), silence);
        }

        Call header(String name, String value) {
            return new Call(method, path, query, with(headers, name, value), body, silence);
        }

        Call silenceMax(Duration max) {
            return new Call(method, path, query, headers, body, Optional.of(max));
        }

        /** After the answer's head the connection belongs to a container. */
        Call upgrade() {
            return header("Upgrade", "tcp");
        }

        private static Map<String, String> with(Map<String, String> map, String name, String value) {
            Map<String, String> more = new LinkedHashMap<>(map);
            more.put(name, value);
            return more;
        }

        private String target() {
            if (query.isEmpty()) {
                return path;
            }
            return query.entrySet().stream()
                    .map(entry -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), UTF_8))
                    .collect(Collectors.joining("&", path + "?", ""));
        }

        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    String version() {
        return "1." + minor;
    }

    Duration silenceMax() {
        return silenceMax;
    }

    /** Makes a call that is answered with JSON. */
    JsonValue json(Call call) throws IOException {
        try (HttpAnswer answer = answer(call)) {
            return JsonValue.parse(answer.bytes(ANSWER_BYTES_MAX), "the answer to " + call);
        }
    }

    /** Makes a call whose answer says nothing more; some statuses are as good as success. */
    void run(Call call, int... asGood) throws IOException {
        try {
            answer(call).close();
        } catch (DockerException e) {
            for (int status : asGood) {
                if (e.status() == status) {
                    return;
                }
            }
            throw e;
        }
    }

    /** Makes a call. The caller reads the answer, which is a success, and closes it. */
    HttpAnswer answer(Call call) throws IOException {
        HttpAnswer answer = HttpExchange.send(
                socket,
                call.silence().orElse(silenceMax),
                call.method(),
                "/v" + version() + call.target(),
                call.headers(),
                call.body().map(JsonText::write).orElse(new byte[0]));
        if (answer.status() / 100 == 2 || answer.status() == 101) {
            return answer;
        }
        try (answer) {
            throw new DockerException(call.toString(), answer.status(), words(answer.bytes(ANSWER_BYTES_MAX)));
        }
    }

    private static String words(byte[] error) {
        try {
            return limited(JsonValue.parse(error, "error").get("message").text());
        } catch (JsonException e) {
            return limited(new String(error, UTF_8).strip());
        }
    }

    private static String limited(String text) {
        return text.length() > ERROR_WORDS_MAX ? text.substring(0, ERROR_WORDS_MAX) + "…" : text;
    }

    /** Returns the name of a container or a command, which can stand in a path. */
    static String name(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "' is not of the form " + NAME);
        }
        return name;
    }

    /** Returns the name of an image, which can stand in a path. */
    static String image(String image) {
        if (!IMAGE.matcher(image).matches() || image.contains("..") || image.contains("//")) {
            throw new IllegalArgumentException("'" + image + "' is not the name of an image");
        }
        return image;
    }

    static String filter(String name, String value) {
        return text(Map.of(name, List.of(value)));
    }

    static String text(Map<String, Object> object) {
        return new String(JsonText.write(object), UTF_8);
    }

    static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().encodeToString(bytes);
    }
}
