package dev.polder.isolation.network;

import dev.polder.isolation.ContainerId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Plug-ins that a killed agent has left: they run on, and would add what the next agent takes away. They are known by the
 * container's id in their environment.
 */
final class LeftPlugins {
    private static final String CONTAINER = "CNI_CONTAINERID=";
    private static final long LOOK_MS = 2;
    private static final long SECONDS_MAX = 10;

    private LeftPlugins() {}

    /** Ends those of these containers, and waits until they are gone. */
    static void end(Set<ContainerId> containers) throws IOException {
        long begin = System.nanoTime();
        List<ProcessHandle> left = find(containers);
        while (!left.isEmpty()) {
            if (System.nanoTime() - begin > TimeUnit.SECONDS.toNanos(SECONDS_MAX)) {
                throw new IOException("plug-ins that an earlier agent has left do not end within SECONDS_MAX="
                        + SECONDS_MAX + " s: processes "
                        + left.stream().map(ProcessHandle::pid).toList());
            }
            left.forEach(ProcessHandle::destroyForcibly);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_MS));
            left = find(containers);
        }
    }

    private static List<ProcessHandle> find(Set<ContainerId> containers) {
        // a handle is taken before its environment is read, so that it never stands for a later process of that number
        return ProcessHandle.allProcesses()
                .filter(process -> isOfOne(containers, process))
                .toList();
    }

    /** Tells whether it is a plug-in for one of these; what has ended has no environment any more. */
    private static boolean isOfOne(Set<ContainerId> containers, ProcessHandle process) {
        String environment;
        try {
            environment = Files.readString(
                    Path.of("/proc", Long.toString(process.pid()), "environ"), StandardCharsets.ISO_8859_1);
        } catch (IOException goneOrForeign) {
            return false;
        }
        for (String variable : environment.split("\0", -1)) {
            if (variable.startsWith(CONTAINER)) {
                String id = variable.substring(CONTAINER.length());
                return containers.stream()
                        .anyMatch(container -> container.toString().equals(id));
            }
        }
        return false;
    }
}
