package dev.polder.model;

import static java.util.Objects.requireNonNull;

/**
 * A remark on a task, a framework or a service; the cluster carries labels and never reads them.
 *
 * @param value empty if there is only a key
 */
public record Label(String key, String value) {
    public Label {
        requireNonNull(key, "key");
        requireNonNull(value, "value");
    }
}
