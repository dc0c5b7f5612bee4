package dev.polder.isolation.network;

import dev.polder.isolation.json.JsonException;
import dev.polder.isolation.json.JsonValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Calls the plug-ins of a network one after the other, as the specification says. Safe for many threads. */
final class PluginChain {
    private final PluginProcesses processes;

    PluginChain(PluginProcesses processes) {
        this.processes = processes;
    }

    /** Lets a plug-in add the container, and returns its result. */
    Map<String, Object> add(Attachment attachment, CniPlugin plugin) throws IOException {
        PluginCall call = call(attachment, plugin, "ADD", attachment.namespace(), attachment.result());
        JsonValue said = JsonValue.parse(processes.call(call), "what " + call + " says");
        if (said.object().isEmpty()) {
            throw new JsonException(said.place() + " is empty; it must be a result of CNI");
        }
        // read as a whole before the next plug-in is told it
        CniResult.of(said);
        return said.object();
    }

    /** Asks each plug-in whether what it has done still stands. */
    void check(Attachment attachment) throws IOException {
        for (CniPlugin plugin : attachment.configuration().plugins()) {
            processes.call(call(attachment, plugin, "CHECK", attachment.namespace(), attachment.result()));
        }
    }

    /** Undoes, the last plug-in first. One that fails keeps none of the others from it. */
    void delete(Attachment attachment) throws IOException {
        List<CniPlugin> plugins = new ArrayList<>(attachment.configuration().plugins());
        Collections.reverse(plugins);
        Path path = Path.of(attachment.namespace());
        // plug-ins stumble over the plain file that a reboot leaves of a namespace
        boolean isThere = path.startsWith("/proc") ? Files.exists(path) : NetworkNamespaces.isMounted(path);
        String namespace = isThere ? attachment.namespace() : "";
        Map<String, Object> result = attachment.version().hasCheck() ? attachment.result() : null;
        Failures failures = new Failures();
        for (CniPlugin plugin : plugins) {
            failures.tryOut(() -> processes.call(call(attachment, plugin, "DEL", namespace, result)));
        }
        failures.throwFirst();
    }

    /** Tells each plug-in of a network which attachments count; they take the rest away. */
    void collectGarbage(CniConfiguration network, CniVersion version, List<Map<String, Object>> valid)
            throws IOException {
        Failures failures = new Failures();
        for (CniPlugin plugin : network.plugins()) {
            Map<String, Object> configuration = configuration(network, version, plugin);
            configuration.put("cni.dev/valid-attachments", valid);
            failures.tryOut(() -> processes.call(new PluginCall(plugin.type(), "GC", Map.of(), configuration)));
        }
        failures.throwFirst();
    }

    private static PluginCall call(
            Attachment attachment,
            CniPlugin plugin,
            String command,
            String namespace,
            @Nullable Map<String, Object> result) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("CNI_CONTAINERID", attachment.id().container().toString());
        environment.put("CNI_IFNAME", attachment.id().interfaceName());
        environment.put("CNI_NETNS", namespace);
        Map<String, Object> configuration = configuration(attachment.configuration(), attachment.version(), plugin);
        Map<String, Object> atRunTime = new LinkedHashMap<>(attachment.runtimeConfig());
        atRunTime.keySet().retainAll(plugin.capabilities());
        if (!atRunTime.isEmpty()) {
            configuration.put("runtimeConfig", atRunTime);
        }
        Map<String, Object> words = new LinkedHashMap<>();
        if (configuration.get("args") instanceof Map<?, ?> given) {
            given.forEach((key, value) -> words.put((String) key, value));
        }
        words.put("org.apache.mesos", Map.of("network_info", attachment.networkInfo()));
        configuration.put("args", words);
        if (result != null) {
            configuration.put("prevResult", result);
        }
        return new PluginCall(plugin.type(), command, environment, configuration);
    }

    /** Returns what a plug-in is told of its network: its own part, without what is for the caller of plug-ins. */
    private static Map<String, Object> configuration(CniConfiguration network, CniVersion version, CniPlugin plugin) {
        Map<String, Object> configuration = new LinkedHashMap<>(plugin.members());
        for (String key : List.of("capabilities", "cniVersions", "runtimeConfig", "prevResult")) {
            configuration.remove(key);
        }
        configuration.put("cniVersion", version.toString());
        configuration.put("name", network.name());
        return configuration;
    }
}
