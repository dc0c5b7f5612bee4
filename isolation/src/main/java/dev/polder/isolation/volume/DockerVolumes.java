package dev.polder.isolation.volume;

import dev.polder.isolation.docker.DockerVolumePlugin;
import dev.polder.isolation.docker.PluginSockets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Volumes of the plug-ins that Docker's Engine uses, by the name of each. Immutable; any thread may call. */
public final class DockerVolumes implements VolumeDriver {
    private static final Logger log = LoggerFactory.getLogger(DockerVolumes.class);

    private final PluginSockets sockets;
    private final Duration silenceMax;
    private final String user;

    /**
     * Plug-ins as one node uses them.
     *
     * @param directories where they make themselves known
     * @param silenceMax how long a plug-in may say nothing before a call counts as failed
     * @param node a directory of the node's own: plug-ins tell nodes of one host apart by it
     */
    public DockerVolumes(List<Path> directories, Duration silenceMax, Path node) {
        this.sockets = new PluginSockets(directories);
        this.silenceMax = silenceMax;
        this.user = "polder-" + UUID.nameUUIDFromBytes(node.toString().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public Path mount(String driver, String name, Map<String, String> options) throws IOException {
        DockerVolumePlugin plugin = plugin(driver);
        plugin.create(name, options);
        Path place = plugin.mount(name, user);
        log.info("volume is mounted driver={} name={} place={}", driver, name, place);
        return place;
    }

    @Override
    public Optional<Path> mounted(String driver, String name) throws IOException {
        return plugin(driver).path(name);
    }

    @Override
    public void unmount(String driver, String name) throws IOException {
        DockerVolumePlugin plugin = plugin(driver);
        if (plugin.path(name).isPresent()) {
            plugin.unmount(name, user);
            log.info("volume is unmounted driver={} name={}", driver, name);
        }
    }

    private DockerVolumePlugin plugin(String driver) throws IOException {
        return DockerVolumePlugin.activate(sockets.find(driver), silenceMax);
    }
}
