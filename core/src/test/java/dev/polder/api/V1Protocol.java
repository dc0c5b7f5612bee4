package dev.polder.api;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The fields of events as the v1 protocol of Mesos defines them, for documents given as {@link JsonShape#types}. */
final class V1Protocol {
    private static final String EVENT = "mesos.v1.scheduler.Event";

    private record Field(String type, String label) {}

    private final Map<String, Map<String, Field>> messages = new LinkedHashMap<>();

    private V1Protocol() {}

    static V1Protocol load() throws IOException {
        V1Protocol protocol = new V1Protocol();
        for (String line : MesosTranscript.lines("mesos-v1-scheduler-events.tsv")) {
            if (!line.startsWith("#")) {
                String[] cells = line.split("\t", -1);
                protocol.messages
                        .computeIfAbsent(cells[0], any -> new LinkedHashMap<>())
                        .put(cells[1], new Field(cells[2], cells[3]));
            }
        }
        return protocol;
    }

    /** Returns what does not fit: fields that are not in the protocol, of another type, or required and not there. */
    List<String> problemsOfEvent(Map<String, String> types) {
        List<String> problems = new ArrayList<>();
        types.forEach((path, type) -> {
            String problem = problemOf(path, type, types);
            if (!problem.isEmpty()) {
                problems.add(path + ": " + problem);
            }
        });
        return problems;
    }

    private String problemOf(String path, String leaf, Map<String, String> types) {
        String message = EVENT;
        String before = "";
        String missing = missing(message, before, types);
        for (String step : path.split("\\.", -1)) {
            boolean array = step.endsWith("[]");
            Field field =
                    messages.getOrDefault(message, Map.of()).get(array ? step.substring(0, step.length() - 2) : step);
            if (field == null) {
                return "is not in " + message;
            }
            if (array != field.label().startsWith("repeated")) {
                return "is " + field.label();
            }
            before += step;
            message = field.type().replace("message:", "");
            missing += missing(message, before + ".", types);
            if (before.equals(path)) {
                return fits(leaf, field.type()) ? missing : "is of type " + field.type() + ", not " + leaf;
            }
            before += ".";
        }
        throw new AssertionError(path);
    }

    private String missing(String message, String before, Map<String, String> types) {
        StringBuilder missing = new StringBuilder();
        messages.getOrDefault(message, Map.of()).forEach((name, field) -> {
            if (field.label().startsWith("required")
                    && types.keySet().stream().noneMatch(path -> (path + ".").startsWith(before + name + "."))) {
                missing.append(message).append(" without ").append(name).append(' ');
            }
        });
        return missing.toString();
    }

    private static boolean fits(String leaf, String type) {
        String kind = type.startsWith("enum:") ? "enum" : type.startsWith("message:") ? "message" : type;
        String json = requireNonNull(
                Map.of(
                                "string", "string",
                                "bytes", "string",
                                "enum", "string",
                                "double", "double",
                                "bool", "bool",
                                "int32", "int",
                                "uint32", "int",
                                "int64", "int",
                                "uint64", "int",
                                "message", "{}")
                        .get(kind),
                kind);
        return leaf.equals(json);
    }
}
