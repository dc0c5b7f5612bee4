package dev.polder.isolation.docker;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The body of the call that makes a container, while it is put together. Owned by one thread. */
final class CreateRequest {
    private final Map<String, Object> config = new LinkedHashMap<>();
    private final Map<String, Object> host = new LinkedHashMap<>();

    CreateRequest() {
        config.put("HostConfig", host);
    }

    void put(String member, Object value) {
        config.put(member, value);
    }

    void putHost(String member, Object value) {
        host.put(member, value);
    }

    void add(String member, Object element) {
        list(config, member).add(element);
    }

    void addHost(String member, Object element) {
        list(host, member).add(element);
    }

    void putIn(String member, String key, Object value) {
        map(config, member).put(key, value);
    }

    void putInHost(String member, String key, Object value) {
        map(host, member).put(key, value);
    }

    void putLogOption(String key, String value) {
        map(map(host, "LogConfig"), "Config").put(key, value);
    }

    @SuppressWarnings("unchecked") // members that are lists are made here alone
    private static List<Object> list(Map<String, Object> object, String member) {
        return (List<Object>) object.computeIfAbsent(member, name -> new ArrayList<>());
    }

    @SuppressWarnings("unchecked") // members that are maps are made here alone
    private static Map<String, Object> map(Map<String, Object> object, String member) {
        return (Map<String, Object>) object.computeIfAbsent(member, name -> new LinkedHashMap<>());
    }

    Map<String, Object> toJson() {
        return config;
    }
}
