package dev.polder.isolation;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A node that a container finds in its tree, of a device that it may use.
 *
 * @param path in the container, absolute
 * @param rule of one device
 */
public record DeviceNode(String path, DeviceRule rule) {
    private static final int MODE = 0666;

    /** Refuses a path that is not absolute, and a rule for more than one device. */
    public DeviceNode {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("node '" + path + "' must be an absolute path");
        }
        if (rule.major() == null || rule.minor() == null) {
            throw new IllegalArgumentException("node '" + path + "' is of more than one device: " + rule);
        }
    }

    /** Returns the node as an OCI runtime takes it: whoever the control groups let may use it. */
    public Map<String, Object> toOci() {
        Map<String, Object> node = new LinkedHashMap<>();
        node.put("path", path);
        node.put("type", rule.kind().letter());
        node.put("major", requireNonNull(rule.major()));
        node.put("minor", requireNonNull(rule.minor()));
        node.put("fileMode", MODE);
        node.put("uid", 0);
        node.put("gid", 0);
        return node;
    }
}
