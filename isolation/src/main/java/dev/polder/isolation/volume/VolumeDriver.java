package dev.polder.isolation.volume;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Those who provide volumes that are not of this node: from a network, from a store of their own. Any thread may call, but not
 * two for one volume at once; calls block, for a bounded time.
 */
public interface VolumeDriver {
    /**
     * Has a volume made if there is none of that name, and mounted on this host. Called for the first of its users here, and
     * again only if it is not known whether that succeeded.
     *
     * @param driver which one, where there are many of this kind
     * @param name the volume's
     * @param options for a volume that is made now
     * @return where it is on this host, absolute
     * @throws IOException if that fails; it may then be mounted or not
     */
    Path mount(String driver, String name, Map<String, String> options) throws IOException;

    /**
     * Returns where a volume is mounted on this host; empty if it is not.
     *
     * @throws IOException if that cannot be known
     */
    Optional<Path> mounted(String driver, String name) throws IOException;

    /**
     * Has a volume unmounted that this node had mounted; one that is not mounted is as good. What is in it stays.
     *
     * @throws IOException if that fails; it may then be mounted or not
     */
    void unmount(String driver, String name) throws IOException;
}
