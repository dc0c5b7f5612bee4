package dev.polder.isolation;

import dev.polder.isolation.ContainerDirectory.TaskProcess;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All processes of this host at about one moment, with what each has used. Immutable.
 *
 * <p>It is how usage is measured without control groups: the sum over a task's process and what descends from it. A process
 * whose parents have ended is not seen any more; of ended processes what their parents have waited for is counted.
 */
final class ProcessTable {
    private static final long NANOS_A_TICK = 10_000_000;
    private static final int LINE_BYTES_MAX = 1_024;
    private static final int PAGE_SIZE_KEY = 6;
    private static final long PAGE_SIZE_USUAL = 4_096;

    private final Map<Long, HostProcess> processes;
    private final Map<Long, List<HostProcess>> children = new HashMap<>();
    private final long pageBytes;

    /** What one process and its ended children have used, in the kernel's units. */
    record HostProcess(
            long pid, long parent, long userTicks, long systemTicks, long threads, long startTick, long rssPages) {}

    private ProcessTable(Map<Long, HostProcess> processes, long pageBytes) {
        this.processes = processes;
        this.pageBytes = pageBytes;
        for (HostProcess process : processes.values()) {
            children.computeIfAbsent(process.parent(), any -> new ArrayList<>()).add(process);
        }
    }

    /** Looks at each process once. Empty where there is no {@code /proc}. */
    static ProcessTable read(Path proc) {
        Map<Long, HostProcess> found = new HashMap<>();
        byte[] line = new byte[LINE_BYTES_MAX];
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path entry : entries) {
                HostProcess process = read(entry, line);
                if (process != null) {
                    found.put(process.pid(), process);
                }
            }
        } catch (IOException absent) {
            // then there is none
        }
        return new ProcessTable(found, pageBytes(proc));
    }

    private static @Nullable HostProcess read(Path entry, byte[] line) {
        try (FileInputStream in = new FileInputStream(entry.resolve("stat").toFile())) {
            int length = in.readNBytes(line, 0, line.length);
            long pid = Long.parseLong(entry.getFileName().toString());
            return parse(pid, new String(line, 0, length, StandardCharsets.ISO_8859_1));
        } catch (IOException | NumberFormatException gone) {
            return null;
        }
    }

    /** The process's name, in brackets, may hold anything, so the fields are counted from the last bracket on. */
    static @Nullable HostProcess parse(long pid, String line) {
        String[] fields = line.substring(line.lastIndexOf(')') + 1).strip().split(" ", 23);
        if (fields.length < 22) {
            return null;
        }
        return new HostProcess(
                pid,
                Long.parseLong(fields[1]),
                Long.parseLong(fields[11]) + Long.parseLong(fields[13]),
                Long.parseLong(fields[12]) + Long.parseLong(fields[14]),
                Long.parseLong(fields[17]),
                Long.parseLong(fields[19]),
                Long.parseLong(fields[21]));
    }

    /** The kernel tells each program how large its pages are. */
    private static long pageBytes(Path proc) {
        try {
            ByteBuffer pairs = ByteBuffer.wrap(Files.readAllBytes(proc.resolve("self/auxv")))
                    .order(ByteOrder.nativeOrder());
            while (pairs.remaining() >= 2 * Long.BYTES) {
                long key = pairs.getLong();
                long value = pairs.getLong();
                if (key == PAGE_SIZE_KEY) {
                    return value;
                }
            }
        } catch (IOException absent) {
            // then it is as nearly everywhere
        }
        return PAGE_SIZE_USUAL;
    }

    /** Returns what a task's processes have used; nothing if its process is gone. */
    ContainerUsage usage(TaskProcess task) {
        List<HostProcess> all = tree(task);
        if (all.isEmpty()) {
            return ContainerUsage.NONE;
        }
        long userTicks = 0;
        long systemTicks = 0;
        long rssPages = 0;
        long threads = 0;
        for (HostProcess process : all) {
            userTicks += process.userTicks();
            systemTicks += process.systemTicks();
            rssPages += process.rssPages();
            threads += process.threads();
        }
        return ContainerUsage.ofProcesses(
                new ContainerUsage.CpuTime(userTicks * NANOS_A_TICK, systemTicks * NANOS_A_TICK),
                rssPages * pageBytes,
                all.size(),
                threads);
    }

    /** Returns the numbers of a task's processes; none if its process is gone. */
    List<Long> pids(TaskProcess task) {
        return tree(task).stream().map(HostProcess::pid).toList();
    }

    /** Returns a task's process and what descends from it; nothing if its process is gone. */
    private List<HostProcess> tree(TaskProcess task) {
        HostProcess root = processes.get(task.pid());
        if (root == null || root.startTick() > task.tick()) {
            return List.of();
        }
        List<HostProcess> found = new ArrayList<>();
        Deque<HostProcess> next = new ArrayDeque<>(List.of(root));
        while (!next.isEmpty()) {
            HostProcess process = next.pop();
            found.add(process);
            for (HostProcess child : children.getOrDefault(process.pid(), List.of())) {
                // each has one parent, so only the task's own can lead in a circle: its parent's number was used again
                if (child.pid() != root.pid()) {
                    next.push(child);
                }
            }
        }
        return found;
    }
}
