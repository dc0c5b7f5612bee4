package dev.polder.isolation.engine;

import dev.polder.isolation.ContainerUsage;
import dev.polder.isolation.docker.DockerUsage;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What an engine says of use, in the words of all containers. */
final class DockerUsages {
    private DockerUsages() {}

    /** Of a container that does not run the engine says nothing but zeros. */
    static ContainerUsage of(DockerUsage usage) {
        if (usage.memTotalBytes() == 0) {
            return ContainerUsage.NONE;
        }
        return new ContainerUsage(
                Optional.of(new ContainerUsage.CpuTime(usage.cpusUserTimeNanos(), usage.cpusSystemTimeNanos())),
                Optional.of(new ContainerUsage.Throttling(
                        usage.cpusNrPeriods(), usage.cpusNrThrottled(), usage.cpusThrottledTimeNanos())),
                Optional.of(new ContainerUsage.Memory(
                        usage.memRssBytes(),
                        Optional.of(new ContainerUsage.CountedMemory(
                                usage.memTotalBytes(),
                                usage.memCacheBytes(),
                                usage.memMappedFileBytes(),
                                usage.memSwapBytes(),
                                usage.memUnevictableBytes())))),
                OptionalLong.empty(),
                OptionalLong.of(usage.processes()),
                OptionalLong.empty(),
                List.of());
    }
}
