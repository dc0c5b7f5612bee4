package dev.polder.isolation.host;

import dev.polder.isolation.DeviceRule;
import dev.polder.isolation.json.JsonException;
import dev.polder.isolation.json.JsonText;
import dev.polder.isolation.json.JsonValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which devices tasks may use beside the usual ones, where that is limited. Immutable.
 *
 * @param allowed at most {@value #ALLOWED_MAX}
 */
public record DeviceSettings(List<DeviceAccess> allowed) {
    /** How many there may be. */
    public static final int ALLOWED_MAX = 500;

    /** None but the usual ones. */
    public static final DeviceSettings NONE = new DeviceSettings(List.of());

    /** Copies. */
    public DeviceSettings {
        allowed = List.copyOf(allowed);
        if (allowed.size() > ALLOWED_MAX) {
            throw new IllegalArgumentException("too many devices: " + allowed.size() + " > allowedMax=" + ALLOWED_MAX);
        }
    }

    /**
     * Reads the form of Mesos's flag {@code allowed_devices}, such as {@code
     * {"allowed_devices":[{"device":{"path":"/dev/fuse"},"access":{"read":true,"write":true}}]}}.
     *
     * @param text empty for none
     * @throws IllegalArgumentException if it is another, or a device is allowed nothing
     */
    public static DeviceSettings parse(String text) {
        if (text.isEmpty()) {
            return NONE;
        }
        try {
            List<DeviceAccess> allowed = new ArrayList<>();
            JsonValue document = JsonValue.parse(text.getBytes(StandardCharsets.UTF_8), "devices");
            for (JsonValue each : document.get("allowed_devices").elements()) {
                allowed.add(access(each));
            }
            return new DeviceSettings(allowed);
        } catch (JsonException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static DeviceAccess access(JsonValue each) throws JsonException {
        Path path = Path.of(each.get("device").get("path").text());
        JsonValue access = each.get("access");
        String letters = (access.get("read").flag() ? "r" : "")
                + (access.get("write").flag() ? "w" : "")
                + (access.get("mknod").flag() ? "m" : "");
        if (letters.isEmpty()) {
            throw new IllegalArgumentException("device '" + path + "' is allowed none of read, write and mknod");
        }
        return new DeviceAccess(path, letters);
    }

    /**
     * Returns the rules for the devices that are there now.
     *
     * @throws IOException if one is not there, or is no device, in words that name it
     */
    List<DeviceRule> rules() throws IOException {
        List<DeviceRule> rules = new ArrayList<>();
        for (DeviceAccess each : allowed) {
            rules.add(each.rule());
        }
        return rules;
    }

    /** Returns these in the form of Mesos's flag; empty for none. */
    @Override
    public String toString() {
        if (allowed.isEmpty()) {
            return "";
        }
        List<Object> devices = new ArrayList<>();
        for (DeviceAccess each : allowed) {
            Map<String, Object> access = new LinkedHashMap<>();
            access.put("read", each.access().contains("r"));
            access.put("write", each.access().contains("w"));
            access.put("mknod", each.access().contains("m"));
            Map<String, Object> device = new LinkedHashMap<>();
            device.put("device", Map.of("path", each.path().toString()));
            device.put("access", access);
            devices.add(device);
        }
        return new String(JsonText.write(Map.of("allowed_devices", devices)), StandardCharsets.UTF_8);
    }
}
