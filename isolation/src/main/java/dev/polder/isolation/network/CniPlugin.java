package dev.polder.isolation.network;

import dev.polder.isolation.json.JsonException;
import dev.polder.isolation.json.JsonValue;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * One plug-in of a network.
 *
 * @param type the name of its program
 * @param capabilities what it takes at run time, as {@code portMappings}
 * @param members its configuration as it was read
 */
record CniPlugin(String type, Set<String> capabilities, Map<String, Object> members) {
    static CniPlugin of(JsonValue plugin) throws JsonException {
        JsonValue declared = plugin.get("capabilities");
        Set<String> capabilities = new LinkedHashSet<>();
        for (String name : declared.names()) {
            if (declared.get(name).flag()) {
                capabilities.add(name);
            }
        }
        return new CniPlugin(CniNames.name(plugin.get("type")), Set.copyOf(capabilities), plugin.object());
    }
}
