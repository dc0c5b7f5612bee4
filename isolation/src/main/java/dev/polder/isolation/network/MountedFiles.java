package dev.polder.isolation.network;

import dev.polder.isolation.LaunchPlan;
import dev.polder.isolation.VolumeMount;
import dev.polder.isolation.network.CniResult.Address;
import dev.polder.isolation.network.CniResult.Dns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What one container reads of its network, mounted over the files in {@code /etc}: by its own process, which alone sees it, or
 * by whoever runs its image. A file that the host does not have is not made there.
 */
final class MountedFiles {
    private static final Path ETC = Path.of("/etc");

    private final Path directory;
    private final boolean inImage;

    /**
     * Files of one container.
     *
     * @param directory of the container alone, in which nobody else may write
     * @param inImage whether it is in another tree than the host's
     */
    MountedFiles(Path directory, boolean inImage) {
        this.directory = directory;
        this.inImage = inImage;
    }

    /** Writes them, and has them mounted. Where no network says how names are looked up, that is done as on the host. */
    void write(String hostname, List<CniResult> networks, LaunchPlan plan) throws IOException {
        List<Address> addresses = networks.stream()
                .flatMap(network -> network.addresses().stream())
                .toList();
        Dns dns = networks.stream()
                .map(CniResult::dns)
                .filter(each -> !each.equals(Dns.NONE))
                .findFirst()
                .orElse(Dns.NONE);
        ContainerFiles files = ContainerFiles.write(directory, hostname, addresses, dns);
        mount(files.hostname(), plan);
        mount(files.hosts(), plan);
        if (!dns.equals(Dns.NONE)) {
            mount(files.resolvConf(), plan);
        }
    }

    private void mount(Path file, LaunchPlan plan) throws IOException {
        Path target = ETC.resolve(file.getFileName());
        if (!inImage) {
            try {
                // what a mount is put on is no link
                target = target.toRealPath();
            } catch (NoSuchFileException absent) {
                return;
            }
        }
        Path place = Files.createFile(directory.resolve("place-of-" + file.getFileName()));
        plan.mount(new VolumeMount(file, identity(file), place, false, false, target.toString()));
    }

    private static String identity(Path file) throws IOException {
        Map<String, Object> numbers = Files.readAttributes(file, "unix:dev,ino");
        return numbers.get("dev") + ":" + numbers.get("ino");
    }
}
