package dev.polder.isolation.network;

import dev.polder.isolation.json.JsonException;
import dev.polder.isolation.json.JsonValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which versions of the specification plug-ins speak. Each is asked once, and again when its file has changed. Safe for
 * many threads.
 */
final class PluginVersions {
    private record Answer(FileTime changed, long size, Set<CniVersion> versions) {}

    private final PluginProcesses processes;
    /** As many as there are programs in the plug-in directories that networks name. */
    private final Map<Path, Answer> answers = new ConcurrentHashMap<>();

    PluginVersions(PluginProcesses processes) {
        this.processes = processes;
    }

    /**
     * Returns the newest version that all plug-ins of a network speak and that the network allows.
     *
     * @throws IOException if there is none; names what each speaks
     */
    CniVersion choose(CniConfiguration network) throws IOException {
        Set<CniVersion> common = EnumSet.allOf(CniVersion.class);
        if (!network.versions().isEmpty()) {
            common.retainAll(network.versions());
        }
        Map<String, Set<CniVersion>> spoken = new LinkedHashMap<>();
        for (CniPlugin plugin : network.plugins()) {
            Set<CniVersion> versions = ask(plugin.type());
            spoken.put(plugin.type(), versions);
            common.retainAll(versions);
        }
        return common.stream()
                .reduce((older, newer) -> newer)
                .orElseThrow(() -> new IOException("network '" + network.name() + "' has no version of CNI in common:"
                        + " it is written for "
                        + (network.versions().isEmpty()
                                ? "any"
                                : network.versions().toString())
                        + ", its plug-ins speak " + spoken));
    }

    private Set<CniVersion> ask(String type) throws IOException {
        Path program = processes.program(type);
        FileTime changed = Files.getLastModifiedTime(program);
        long size = Files.size(program);
        Answer known = answers.get(program);
        if (known != null && known.changed.equals(changed) && known.size == size) {
            return known.versions;
        }
        Map<String, Object> newest = Map.of("cniVersion", CniVersion.V1_1_0.toString());
        PluginCall call = new PluginCall(type, "VERSION", Map.of(), newest);
        JsonValue said = JsonValue.parse(processes.call(call), "what " + call + " says");
        Set<CniVersion> versions = EnumSet.noneOf(CniVersion.class);
        versions.addAll(CniVersion.spoken(said.get("supportedVersions")));
        if (versions.isEmpty()) {
            throw new JsonException(said.place() + ".supportedVersions has none of " + EnumSet.allOf(CniVersion.class));
        }
        answers.put(program, new Answer(changed, size, versions));
        return versions;
    }
}
