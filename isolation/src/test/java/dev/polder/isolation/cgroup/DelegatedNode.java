package dev.polder.isolation.cgroup;

import dev.polder.isolation.ContainerId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The life of a container in groups that were given to whoever runs this; says what came of it. */
final class DelegatedNode {
    private DelegatedNode() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Cgroups cgroups = Cgroups.discover(CgroupSettings.of("delegated").withMoveOwnProcess());
        cgroups.abilities().forEach(row -> System.out.println("ability " + row));
        ContainerGroup group = cgroups.create(new ContainerId(UUID.randomUUID()), limits(cgroups));
        if (group.joinFiles().isEmpty()) {
            return;
        }
        List<String> command = new ArrayList<>(List.of(
                "/bin/sh",
                "-c",
                "for file; do echo 0 >\"$file\" || exit 99; done; exec 2>&1; echo ready; sleep 100 & sleep 100 &"
                        + " sleep 100 & sleep 100 & wait",
                "sh"));
        group.joinFiles().forEach(file -> command.add(file.toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        byte[] ready = process.getInputStream().readNBytes("ready".length());
        System.out.println("joined " + new String(ready, java.nio.charset.StandardCharsets.US_ASCII));
        System.out.println("inside " + (group.processes().isEmpty() ? "nobody" : "some"));
        System.out.println("left " + group.kill(Duration.ofSeconds(20)));
        System.out.println("code " + process.waitFor());
        System.out.println("groups " + group.destroy(Duration.ofSeconds(20)));
        System.out.println(
                "roots " + cgroups.removeRoots().stream().map(Path::getFileName).toList());
    }

    private static GroupLimits limits(Cgroups cgroups) {
        GroupLimits limits = GroupLimits.none();
        if (cgroups.has(Controller.CPU)) {
            limits = limits.withCpu(new CpuLimits(100, 500L, false));
        }
        if (cgroups.has(Controller.MEMORY)) {
            limits = limits.withMemory(MemoryLimits.hard(64 << 20));
        }
        return cgroups.has(Controller.PIDS) ? limits.withPidsMax(10) : limits;
    }
}
