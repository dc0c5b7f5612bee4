package dev.polder.isolation.gpu;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.ContainerLimits;
import dev.polder.isolation.ContainerNames;
import dev.polder.isolation.ContainerSpec;
import dev.polder.isolation.DeviceNode;
import dev.polder.isolation.DeviceRule;
import dev.polder.isolation.Isolator;
import dev.polder.isolation.LaunchPlan;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Mesos's {@code gpu/nvidia}: gives each container as many graphics processors as it wants, and no two of them the same. It
 * must prepare before the control groups, which see to it that a container opens no other.
 *
 * <p>A processor is known by its node, {@code nvidia0} and so on; its index is the number there. The nodes through which all
 * of them are spoken to are open to every container, as in Mesos, so that tools can say that there is no processor. A
 * container in an image finds the nodes that it may open in its {@code /dev}; the driver's libraries are the image's matter,
 * or that of its volumes.
 */
public final class GpuIsolator implements Isolator {
    private static final List<String> CONTROLS = List.of("nvidiactl", "nvidia-uvm");
    private static final String TOOLS = "nvidia-uvm-tools";
    private static final String ALL_ACCESS = "rwm";

    private final Path directory;
    private final List<DeviceNode> controls;
    private final Map<Integer, DeviceNode> processors;
    private final HeldGpus held;

    private GpuIsolator(Path directory, List<DeviceNode> controls, Map<Integer, DeviceNode> processors) {
        this.directory = directory;
        this.controls = List.copyOf(controls);
        this.processors = Map.copyOf(processors);
        this.held = new HeldGpus(processors.keySet());
    }

    /**
     * Opens it.
     *
     * @param directory for notes on containers, by which they are known after a restart; made if it is missing
     * @param dev where the nodes are
     * @param indexes of the processors that may be given away
     * @throws IOException if the directory cannot be used, or a node is not there, in words that name it
     */
    public static GpuIsolator open(Path directory, Path dev, Collection<Integer> indexes) throws IOException {
        List<DeviceNode> controls = new ArrayList<>();
        for (String name : CONTROLS) {
            controls.add(node(dev, name));
        }
        if (Files.exists(dev.resolve(TOOLS))) {
            controls.add(node(dev, TOOLS));
        }
        Map<Integer, DeviceNode> processors = new LinkedHashMap<>();
        for (int index : indexes) {
            processors.put(index, node(dev, "nvidia" + index));
        }
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        return new GpuIsolator(directory, controls, processors);
    }

    private static DeviceNode node(Path dev, String name) throws IOException {
        return new DeviceNode("/dev/" + name, DeviceRule.of(dev.resolve(name), ALL_ACCESS));
    }

    @Override
    public String name() {
        return "gpu/nvidia";
    }

    @Override
    public void recover(Set<ContainerId> containers) throws IOException {
        for (ContainerId id : ContainerNames.in(directory)) {
            Optional<List<Integer>> indexes = containers.contains(id) ? read(note(id)) : Optional.empty();
            if (indexes.isPresent()) {
                held.hold(id, indexes.get());
            } else {
                Files.deleteIfExists(note(id));
            }
        }
    }

    /** Returns what a note says; empty if it was never finished, so that nothing was launched either. */
    private static Optional<List<Integer>> read(Path note) throws IOException {
        String text = Files.readString(note, StandardCharsets.US_ASCII);
        return text.endsWith("\n")
                ? Optional.of(Arrays.stream(text.strip().split(",", -1))
                        .map(Integer::valueOf)
                        .toList())
                : Optional.empty();
    }

    @Override
    public void prepare(ContainerSpec spec, LaunchPlan plan) throws IOException {
        plan.giveDevices(controls);
        int wanted = spec.limits().map(ContainerLimits::gpus).orElse(0);
        if (wanted == 0) {
            return;
        }
        Collection<Integer> taken = held.take(spec.id(), wanted);
        Files.writeString(
                note(spec.id()),
                taken.stream().map(String::valueOf).collect(Collectors.joining(",", "", "\n")),
                StandardCharsets.US_ASCII);
        plan.giveDevices(taken.stream()
                .map(index -> requireNonNull(processors.get(index), "index"))
                .toList());
    }

    private Path note(ContainerId id) {
        return directory.resolve(id.toString());
    }

    @Override
    public void cleanup(ContainerId id) throws IOException {
        Files.deleteIfExists(note(id));
        held.release(id);
    }
}
