package dev.polder.isolation.host;

import dev.polder.isolation.Ability;
import dev.polder.isolation.HostPrograms;
import dev.polder.isolation.Isolator;
import dev.polder.isolation.Namespace;
import dev.polder.isolation.NamespaceProbe;
import dev.polder.isolation.network.NetworkIsolator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What came of looking for networks.
 *
 * @param isolator attaches containers; empty if it is not wanted, or refused
 * @param detail by what it does so, or why there is none
 */
record NetworkTrial(Optional<Isolator> isolator, String detail) {
    private static final Set<Namespace> NAMESPACES = EnumSet.of(Namespace.NETWORK, Namespace.MOUNT, Namespace.UTS);
    private static final List<String> PROGRAMS = List.of("ip", "mount", "nsenter", "readlink", "stat", "umount");

    /** Looks for them if they are wanted. Runs nothing where no networks can have been set up. */
    static NetworkTrial of(IsolationSettings settings, Optional<HostIsolation.NetworkPlace> place) {
        if (!settings.wanted().contains(IsolatorName.NETWORK_CNI)) {
            return refused("not wanted");
        }
        if (place.isEmpty()) {
            return refused("this node has no place for networks");
        }
        Optional<Path> configurations = place.get().settings().configurations();
        if (configurations.isEmpty()) {
            return refused("no directory says which networks there are (cni-config-dir)");
        }
        try {
            return new NetworkTrial(
                    Optional.of(open(place.get(), configurations.get())),
                    "by the plug-ins of " + place.get().settings().plugins());
        } catch (IOException e) {
            return refused(String.valueOf(e.getMessage()));
        }
    }

    private static NetworkTrial refused(String why) {
        return new NetworkTrial(Optional.empty(), why);
    }

    private static Isolator open(HostIsolation.NetworkPlace place, Path configurations) throws IOException {
        Path directory = Files.createDirectories(
                place.directory(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        if (!Files.getAttribute(directory, "unix:uid").equals(0)) {
            throw new IOException("only root attaches containers to networks");
        }
        if (!Files.isDirectory(configurations)) {
            throw new IOException("'" + configurations + "' is no directory (cni-config-dir)");
        }
        for (String program : PROGRAMS) {
            HostPrograms.need(program, "attach containers to networks");
        }
        Map<Namespace, String> refusals = NamespaceProbe.refusals(NAMESPACES);
        if (!refusals.isEmpty()) {
            throw new IOException("no namespaces of its own for a container: " + refusals);
        }
        return NetworkIsolator.open(directory, configurations, place.settings().plugins());
    }

    Ability ability() {
        return new Ability(IsolatorName.NETWORK_CNI.toString(), isolator.isPresent(), detail);
    }

    void close() {
        isolator.ifPresent(Isolator::close);
    }
}
