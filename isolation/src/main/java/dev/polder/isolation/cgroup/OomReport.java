package dev.polder.isolation.cgroup;

/**
 * How a container ran out of memory.
 *
 * @param kills processes that were killed for it
 * @param limitBytes {@link CgroupUsage#UNLIMITED} if there is none
 * @param peakBytes the most that was in use at a time; 0 if the kernel does not say
 * @param statistics the kernel's {@code memory.stat}, as it is
 */
public record OomReport(long kills, long limitBytes, long peakBytes, String statistics) {}
