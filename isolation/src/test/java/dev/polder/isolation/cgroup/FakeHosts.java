package dev.polder.isolation.cgroup;

import java.io.IOException;
import java.nio.file.Path;

/** Kernels that are made up like those that one meets. */
final class FakeHosts {
    static final String MOUNTS = "/sys/fs/cgroup";
    static final Path UNIFIED = Path.of(MOUNTS, "unified");

    private FakeHosts() {}

    /** Version 1 alone, some controllers together in a hierarchy. */
    static FakeKernel v1() throws IOException {
        return new FakeKernel()
                .v1(MOUNTS + "/cpu,cpuacct", "cpu,cpuacct", "/own")
                .v1(MOUNTS + "/memory", "memory", "/own")
                .v1(MOUNTS + "/pids", "pids", "/")
                .v1(MOUNTS + "/cpuset", "cpuset", "/")
                .v1(MOUNTS + "/devices", "devices", "/")
                .v1(MOUNTS + "/blkio", "blkio", "/")
                .v1(MOUNTS + "/freezer", "freezer", "/");
    }

    /** The controllers in version 1, and version 2 beside it with none. */
    static FakeKernel hybrid() throws IOException {
        return v1().v2(UNIFIED.toString(), "", "/");
    }

    /** Version 2 alone, this process in the group of that path. */
    static FakeKernel v2(String own) throws IOException {
        return new FakeKernel().v2(MOUNTS, "cpuset cpu io memory pids", own);
    }

    static Cgroups discover(FakeKernel kernel) {
        return discover(kernel, CgroupSettings.of("n1"));
    }

    static Cgroups discover(FakeKernel kernel, CgroupSettings settings) {
        return Cgroups.discover(settings, kernel, kernel);
    }
}
