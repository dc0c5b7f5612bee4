package dev.polder.isolation.network;

import dev.polder.isolation.json.JsonException;
import dev.polder.isolation.json.JsonValue;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One network, as an operator has set it up.
 *
 * @param versions those of the specification that it is written for and that are spoken here; none if it does not say
 * @param document the whole list of plug-ins as it was read, from which {@link #ofList} makes the same again
 */
record CniConfiguration(
        String name,
        Set<CniVersion> versions,
        boolean checkDisabled,
        boolean garbageCollectionDisabled,
        List<CniPlugin> plugins,
        Map<String, Object> document) {
    private static final int PLUGINS_MAX = 32;

    /** Reads a list of plug-ins. */
    static CniConfiguration ofList(JsonValue list) throws JsonException {
        List<CniPlugin> plugins = new ArrayList<>();
        for (JsonValue plugin : list.get("plugins").elements()) {
            plugins.add(CniPlugin.of(plugin));
        }
        if (plugins.isEmpty() || plugins.size() > PLUGINS_MAX) {
            throw new JsonException(list.place() + ".plugins has " + plugins.size()
                    + " elements; it must have 1 to PLUGINS_MAX=" + PLUGINS_MAX);
        }
        return new CniConfiguration(
                CniNames.name(list.get("name")),
                versions(list),
                list.get("disableCheck").flag(),
                list.get("disableGC").flag(),
                List.copyOf(plugins),
                list.object());
    }

    /** Reads a configuration of a single plug-in, which is the list of that one. */
    static CniConfiguration ofPlugin(JsonValue single) throws JsonException {
        if (single.get("plugins").isPresent()) {
            throw new JsonException(single.place() + ".plugins is there; a list of plug-ins must be in a .conflist");
        }
        Map<String, Object> list = new LinkedHashMap<>();
        for (String key : List.of("cniVersion", "cniVersions", "name")) {
            Object value = single.object().get(key);
            if (value != null) {
                list.put(key, value);
            }
        }
        list.put("plugins", List.of(single.object()));
        return new CniConfiguration(
                CniNames.name(single.get("name")), versions(single), false, false, List.of(CniPlugin.of(single)), list);
    }

    private static Set<CniVersion> versions(JsonValue configuration) throws JsonException {
        JsonValue one = configuration.get("cniVersion");
        JsonValue several = configuration.get("cniVersions");
        Set<CniVersion> versions = EnumSet.noneOf(CniVersion.class);
        versions.addAll(CniVersion.spoken(several));
        if (one.isPresent()) {
            CniVersion.of(one.text()).ifPresent(versions::add);
        }
        if (versions.isEmpty() && (one.isPresent() || several.isPresent())) {
            JsonValue wrong = one.isPresent() ? one : several;
            throw new JsonException(wrong + "; at least one of " + EnumSet.allOf(CniVersion.class) + " must be there");
        }
        return versions;
    }
}
