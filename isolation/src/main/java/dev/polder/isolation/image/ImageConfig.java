package dev.polder.isolation.image;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How an image wants to be run. What a list or a text lacks is empty.
 *
 * @param environment in the order of the image
 * @param entrypoint what is always executed
 * @param command what is executed, or what the entrypoint gets, if the task says nothing
 * @param workingDirectory where it runs; absolute, or empty
 * @param user {@code user[:group]}, names or numbers; a task's user is the framework's to say, so that this one is only
 *     told
 * @param volumes places in the image that want a volume
 * @param exposedPorts as {@code 80/tcp}
 * @param stopSignal the signal that asks it to end
 */
public record ImageConfig(
        Platform platform,
        Map<String, String> environment,
        List<String> entrypoint,
        List<String> command,
        String workingDirectory,
        String user,
        Map<String, String> labels,
        List<String> volumes,
        List<String> exposedPorts,
        String stopSignal) {

    /** Copies. */
    public ImageConfig {
        environment = unmodifiable(environment);
        entrypoint = List.copyOf(entrypoint);
        command = List.copyOf(command);
        labels = unmodifiable(labels);
        volumes = List.copyOf(volumes);
        exposedPorts = List.copyOf(exposedPorts);
    }

    /** Keeps the order, which {@link Map#copyOf} does not. */
    private static Map<String, String> unmodifiable(Map<String, String> map) {
        return java.util.Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }

    static ImageConfig parse(JsonObject document) throws ImageException {
        JsonObject config = document.object("config");
        return new ImageConfig(
                new Platform(document.text("os"), document.text("architecture"), document.text("variant")),
                variables(config.texts("Env")),
                config.texts("Entrypoint"),
                config.texts("Cmd"),
                config.text("WorkingDir"),
                config.text("User"),
                texts(config.object("Labels")),
                config.object("Volumes").names(),
                config.object("ExposedPorts").names(),
                config.text("StopSignal"));
    }

    /** Returns the names of the layers' uncompressed bytes, the lowest first. */
    static List<Digest> diffIds(JsonObject document) throws ImageException {
        List<Digest> ids = new ArrayList<>();
        for (String text : document.object("rootfs").texts("diff_ids")) {
            try {
                ids.add(Digest.parse(text));
            } catch (IllegalArgumentException e) {
                throw new ImageException("rootfs.diff_ids of the image's config: " + e.getMessage(), e);
            }
        }
        return ids;
    }

    private static Map<String, String> variables(List<String> lines) throws ImageException {
        Map<String, String> variables = new LinkedHashMap<>();
        for (String line : lines) {
            int equals = line.indexOf('=');
            if (equals == 0 || line.indexOf('\0') >= 0) {
                throw new ImageException("config.Env has '" + line + "', a variable without a name or with a NUL");
            }
            variables.put(equals < 0 ? line : line.substring(0, equals), equals < 0 ? "" : line.substring(equals + 1));
        }
        return variables;
    }

    private static Map<String, String> texts(JsonObject object) throws ImageException {
        Map<String, String> texts = new LinkedHashMap<>();
        for (String name : object.names()) {
            texts.put(name, object.text(name));
        }
        return texts;
    }

    /** Returns the variables of a task: the image's, and over them those that the task says. */
    public Map<String, String> environmentWith(Map<String, String> task) {
        Map<String, String> merged = new LinkedHashMap<>(environment);
        merged.putAll(task);
        return merged;
    }
}
