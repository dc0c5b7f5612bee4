package dev.polder.agent;

import dev.polder.isolation.host.NetworkSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * A network {@code plot} whose plug-in, a shell script, makes an interface in the container's namespace alone, with the address
 * {@value ADDRESS}, and writes down how it is called.
 */
final class TestNetwork {
    static final String ADDRESS = "198.18.9.2";

    private static final String PLUG_IN = """
            #!/bin/sh -e
            case $CNI_COMMAND in
            VERSION) echo '{"cniVersion":"1.0.0","supportedVersions":["1.0.0"]}' ;;
            ADD)
                cat >"$0.told"
                echo "ADD $CNI_IFNAME" >>"$0.calls"
                nsenter --net="$CNI_NETNS" ip link add "$CNI_IFNAME" type bridge
                nsenter --net="$CNI_NETNS" ip addr add 198.18.9.2/24 dev "$CNI_IFNAME"
                nsenter --net="$CNI_NETNS" ip link set "$CNI_IFNAME" up
                echo '{"cniVersion":"1.0.0","ips":[{"address":"198.18.9.2/24"}],"dns":{"nameservers":["198.18.9.53"]}}' ;;
            DEL) echo "DEL $CNI_IFNAME" >>"$0.calls" ;;
            esac
            """;

    private TestNetwork() {}

    /** Returns settings with that network, if it was made; else none. */
    static NetworkSettings settings(Path directory) {
        Path networks = directory.resolve("networks");
        return Files.exists(networks)
                ? NetworkSettings.DEFAULT
                        .withConfigurations(networks)
                        .withPlugins(List.of(directory.resolve("plug-ins")))
                : NetworkSettings.DEFAULT;
    }

    static void make(Path directory) throws IOException {
        Path networks = Files.createDirectory(directory.resolve("networks"));
        Files.writeString(
                networks.resolve("plot.conf"), "{\"cniVersion\":\"1.0.0\",\"name\":\"plot\",\"type\":\"noting\"}");
        Path plugIn = Files.createDirectory(directory.resolve("plug-ins")).resolve("noting");
        Files.writeString(plugIn, PLUG_IN);
        Files.setPosixFilePermissions(plugIn, PosixFilePermissions.fromString("rwx------"));
    }

    /** Returns the calls of the plug-in, without those for its version. */
    static List<String> calls(Path directory) throws IOException {
        Path calls = directory.resolve("plug-ins/noting.calls");
        return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
    }

    /** Returns what the plug-in was told when it was last asked to attach somebody. */
    static String told(Path directory) throws IOException {
        return Files.readString(directory.resolve("plug-ins/noting.told"));
    }
}
