package dev.polder.isolation.host;

import dev.polder.isolation.DeviceRule;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A device of this host, and what may be done with it.
 *
 * @param path of its node, absolute
 * @param access see {@link DeviceRule}
 */
public record DeviceAccess(Path path, String access) {
    /** Refuses a path that is not absolute, and an access that is none. */
    public DeviceAccess {
        if (!path.isAbsolute()) {
            throw new IllegalArgumentException("device '" + path + "' must be an absolute path");
        }
        DeviceRule.checkAccess(access);
    }

    /** Returns the rule for the device that is there now. */
    DeviceRule rule() throws IOException {
        return DeviceRule.of(path, access);
    }
}
