package dev.polder.isolation.network;

import java.util.Map;

/**
 * What a plug-in is asked.
 *
 * @param type its name
 * @param environment the parameters {@code CNI_*} beside command and path
 * @param configuration what its standard input is
 */
record PluginCall(String type, String command, Map<String, String> environment, Map<String, Object> configuration) {
    @Override
    public String toString() {
        return "plug-in " + type + ", " + command + environment;
    }
}
