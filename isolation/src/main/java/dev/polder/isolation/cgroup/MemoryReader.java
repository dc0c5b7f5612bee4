package dev.polder.isolation.cgroup;

import dev.polder.isolation.cgroup.CgroupUsage.Memory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/** Reads the memory of a group. Owned by the thread of its {@link UsageReader}. */
final class MemoryReader {
    /** In the order of {@link #values}; version 1 has sums over nested groups under names of their own. */
    private static final byte[][] V1_KEYS = {
        StatBytes.key("total_rss"),
        StatBytes.key("total_cache"),
        StatBytes.key("total_mapped_file"),
        StatBytes.key("total_swap"),
        StatBytes.key("total_unevictable"),
        StatBytes.key("hierarchical_memory_limit"),
    };

    private static final byte[][] V2_KEYS = {
        StatBytes.key("anon"),
        StatBytes.key("file"),
        StatBytes.key("file_mapped"),
        // not in this file
        StatBytes.key(""),
        StatBytes.key("unevictable"),
    };

    private final ControlFiles files;
    private final StatBytes stat;
    private final long[] values = new long[V1_KEYS.length];

    MemoryReader(ControlFiles files, StatBytes stat) {
        this.files = files;
        this.stat = stat;
    }

    Memory read(ContainerGroup group, Path directory) throws IOException {
        boolean unified = group.isUnified(Controller.MEMORY);
        readStat(directory, unified ? V2_KEYS : V1_KEYS);
        long total = stat.first(directory.resolve(unified ? "memory.current" : "memory.usage_in_bytes"));
        long soft = stat.first(directory.resolve(unified ? V2Limits.SOFT : V1Limits.SOFT));
        long swap = values[3];
        long limit = values[5];
        if (unified) {
            Path swapped = directory.resolve("memory.swap.current");
            swap = files.exists(swapped) ? stat.first(swapped) : 0;
            limit = stat.first(directory.resolve(V2Limits.HARD));
        }
        return new Memory(
                total, values[0], values[1], values[2], swap, values[4], limit, soft, group.oomKills(directory, stat));
    }

    private void readStat(Path directory, byte[][] keys) throws IOException {
        Arrays.fill(values, 0);
        stat.load(directory.resolve("memory.stat"));
        while (stat.nextLine()) {
            stat.nextWord();
            for (int i = 0; i < keys.length; i++) {
                if (stat.wordIs(keys[i])) {
                    values[i] = stat.nextNumber();
                    break;
                }
            }
        }
    }
}
