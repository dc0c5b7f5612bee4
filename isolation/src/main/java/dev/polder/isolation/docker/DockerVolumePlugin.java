package dev.polder.isolation.docker;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.json.JsonText;
import dev.polder.isolation.json.JsonValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * A plug-in for volumes of the kind that Docker's Engine uses, at its socket; no engine is needed. Immutable; any thread may
 * call; each call is a connection of its own, and blocks no longer than the plug-in may be silent.
 */
public final class DockerVolumePlugin {
    private static final int ANSWER_BYTES_MAX = 1 << 20;
    private static final int WORDS_MAX = 2000;
    private static final int STATUS_OK = 200;
    private static final String KIND = "VolumeDriver";
    private static final Map<String, String> HEADERS = Map.of("Accept", "application/vnd.docker.plugins.v1.2+json");

    private final Path socket;
    private final Duration silenceMax;

    private DockerVolumePlugin(Path socket, Duration silenceMax) {
        this.socket = socket;
        this.silenceMax = silenceMax;
    }

    /**
     * Asks a plug-in what it is.
     *
     * @param silenceMax how long it may say nothing, at each call
     * @throws IOException if it does not answer, or is none for volumes
     */
    public static DockerVolumePlugin activate(Path socket, Duration silenceMax) throws IOException {
        DockerVolumePlugin plugin =
                new DockerVolumePlugin(requireNonNull(socket, "socket"), requireNonNull(silenceMax, "silenceMax"));
        JsonValue kinds = plugin.call("/Plugin.Activate", Map.of()).get("Implements");
        if (!kinds.texts().contains(KIND)) {
            throw new IOException("the plug-in at " + socket + " implements " + kinds.texts() + ", and no " + KIND);
        }
        return plugin;
    }

    /** Has a volume made; one that is there is as good. */
    public void create(String name, Map<String, String> options) throws IOException {
        call("/VolumeDriver.Create", Map.of("Name", name, "Opts", options));
    }

    /**
     * Has a volume mounted.
     *
     * @param user tells those apart who use it; it stays mounted until each has had it unmounted
     * @return where, absolute
     */
    public Path mount(String name, String user) throws IOException {
        JsonValue answer = call("/VolumeDriver.Mount", Map.of("Name", name, "ID", user));
        return mountpoint(answer)
                .orElseThrow(() -> new IOException(
                        "the plug-in at " + socket + " does not say where it has mounted '" + name + "'"));
    }

    /** Returns where a volume is mounted; empty if it is not. */
    public Optional<Path> path(String name) throws IOException {
        return mountpoint(call("/VolumeDriver.Path", Map.of("Name", name)));
    }

    /** Has a volume unmounted that {@code user} had mounted. */
    public void unmount(String name, String user) throws IOException {
        call("/VolumeDriver.Unmount", Map.of("Name", name, "ID", user));
    }

    /** Returns whether a volume that is made here is there on all hosts of the plug-in. */
    public boolean isGlobal() throws IOException {
        String scope = call("/VolumeDriver.Capabilities", Map.of())
                .get("Capabilities")
                .get("Scope")
                .text("local");
        return scope.equals("global");
    }

    private Optional<Path> mountpoint(JsonValue answer) throws IOException {
        String text = answer.get("Mountpoint").text("");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        if (!text.startsWith("/") || text.indexOf('\0') >= 0) {
            throw new IOException("the plug-in at " + socket + " says '" + text + "', which is no absolute path");
        }
        return Optional.of(Path.of(text));
    }

    private JsonValue call(String target, Map<String, Object> request) throws IOException {
        byte[] body = JsonText.write(request);
        try (HttpAnswer answer = HttpExchange.send(socket, silenceMax, "POST", target, HEADERS, body)) {
            byte[] bytes = answer.bytes(ANSWER_BYTES_MAX);
            String what = "the answer of the plug-in at " + socket + " to " + target;
            if (answer.status() != STATUS_OK) {
                String words = new String(bytes, StandardCharsets.UTF_8).strip();
                throw new DockerException(target, answer.status(), shortened(words));
            }
            JsonValue value = JsonValue.parse(bytes, what);
            String trouble = value.get("Err").text("");
            if (!trouble.isEmpty()) {
                throw new IOException("the plug-in at " + socket + " refuses " + target + ": " + shortened(trouble));
            }
            return value;
        }
    }

    private static String shortened(String words) {
        return words.length() > WORDS_MAX ? words.substring(0, WORDS_MAX) + "…" : words;
    }
}
