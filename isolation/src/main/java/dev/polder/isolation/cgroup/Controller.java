package dev.polder.isolation.cgroup;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One kind of resource that control groups limit or account, under the name that version 1 gives it but for IO. */
public enum Controller {
    /** Stops and continues all processes; here, what they are listed and killed by. A part of version 2 itself. */
    FREEZER("freezer", null),
    /** Counts CPU time. A part of version 2 itself. */
    CPUACCT("cpuacct", null),
    /** Shares and quotas of CPU time. */
    CPU("cpu", "cpu"),
    /** Memory and swap. */
    MEMORY("memory", "memory"),
    /** The number of processes and threads. */
    PIDS("pids", "pids"),
    /** The CPUs and memory nodes that may be used. */
    CPUSET("cpuset", "cpuset"),
    /** The devices that may be opened. Version 2 leaves it to eBPF programs, which need native code to be loaded. */
    DEVICES("devices", null),
    /** Bytes and operations of block devices; version 1 calls it blkio. */
    IO("blkio", "io"),
    /** Huge pages. */
    HUGETLB("hugetlb", "hugetlb"),
    /** The class of network packets. Version 2 has nothing like it. */
    NET_CLS("net_cls", null);

    private final String v1Name;
    private final @Nullable String v2Name;

    Controller(String v1Name, @Nullable String v2Name) {
        this.v1Name = v1Name;
        this.v2Name = v2Name;
    }

    String v1Name() {
        return v1Name;
    }

    /** Returns the name in {@code cgroup.controllers}; null if version 2 has no such controller. */
    @Nullable
    String v2Name() {
        return v2Name;
    }

    /** Is it in every group of version 2, without being enabled? */
    boolean isPartOfUnified() {
        return this == FREEZER || this == CPUACCT;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
