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
 * @param allowed to all of them; at most {@value #ALLOWED_MAX}
 * @param gpus indexes of the graphics processors of which a task has some for itself, each once; at most {@value #GPUS_MAX}
 */
public record DeviceSettings(List<DeviceAccess> allowed, List<Integer> gpus) {
    /** How many may be allowed. */
    public static final int ALLOWED_MAX = 500;

    /** How many graphics processors there may be. */
    public static final int GPUS_MAX = 256;

    /** None but the usual ones. */
    public static final DeviceSettings NONE = new DeviceSettings(List.of(), List.of());

    /** Copies; refuses too many, and an index that comes twice or is negative. */
    public DeviceSettings {
        allowed = List.copyOf(allowed);
        gpus = List.copyOf(gpus);
        if (gpus.size() > GPUS_MAX) {
            throw new IllegalArgumentException("too many gpus: " + gpus.size() + " > gpusMax=" + GPUS_MAX);
        }
        if (gpus.stream().distinct().count() != gpus.size() || gpus.stream().anyMatch(index -> index < 0)) {
            throw new IllegalArgumentException("gpus " + gpus + " must be indexes from 0 on, each once");
        }
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
            return new DeviceSettings(allowed, List.of());
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
     * Returns these with the graphics processors of a text such as {@code 0,1}.
     *
     * @param text empty for none
     * @throws IllegalArgumentException if it is of another form
     */
    public DeviceSettings withGpus(String text) {
        if (text.isEmpty()) {
            return new DeviceSettings(allowed, List.of());
        }
        List<Integer> indexes = new ArrayList<>();
        for (String word : text.split(",", -1)) {
            if (!word.strip().matches("\\d{1,5}")) {
                throw new IllegalArgumentException("'" + word + "' is no index; 0,1 are two");
            }
            indexes.add(Integer.valueOf(word.strip()));
        }
        return new DeviceSettings(allowed, indexes);
    }

    /**
     * Returns the rules for the allowed devices that are there now.
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

    /** Returns those that are allowed in the form of Mesos's flag; empty for none. */
    public String allowedText() {
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
