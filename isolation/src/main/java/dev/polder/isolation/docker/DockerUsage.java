package dev.polder.isolation.docker;

import dev.polder.isolation.json.JsonException;
import dev.polder.isolation.json.JsonValue;

/**
 * What a container has used, under Mesos's names.
 *
 * @param cpusUserTimeNanos since it started, as {@code cpus_user_time_secs}
 * @param cpusSystemTimeNanos since it started, as {@code cpus_system_time_secs}
 * @param cpusNrPeriods periods with a limit of CPU time, as {@code cpus_nr_periods}
 * @param cpusNrThrottled of those, in which something had to wait, as {@code cpus_nr_throttled}
 * @param cpusThrottledTimeNanos how long it waited, as {@code cpus_throttled_time_secs}
 * @param memTotalBytes all that counts against the limit, as {@code mem_total_bytes}
 * @param memRssBytes of processes, as {@code mem_rss_bytes}
 * @param memCacheBytes of files, as {@code mem_cache_bytes}
 * @param memMappedFileBytes of those, what is mapped, as {@code mem_mapped_file_bytes}
 * @param memSwapBytes as {@code mem_swap_bytes}; 0 if the engine does not say
 * @param memUnevictableBytes as {@code mem_unevictable_bytes}
 * @param memLimitBytes as {@code mem_limit_bytes}; the host's memory if there is no limit
 * @param processes processes and threads, as {@code threads}
 * @param netRxBytes received by all interfaces of its own, as {@code net_rx_bytes}
 * @param netTxBytes sent, as {@code net_tx_bytes}
 */
public record DockerUsage(
        long cpusUserTimeNanos,
        long cpusSystemTimeNanos,
        long cpusNrPeriods,
        long cpusNrThrottled,
        long cpusThrottledTimeNanos,
        long memTotalBytes,
        long memRssBytes,
        long memCacheBytes,
        long memMappedFileBytes,
        long memSwapBytes,
        long memUnevictableBytes,
        long memLimitBytes,
        long processes,
        long netRxBytes,
        long netTxBytes) {
    static DockerUsage of(JsonValue stats) throws JsonException {
        JsonValue cpu = stats.get("cpu_stats");
        JsonValue cpuTime = cpu.get("cpu_usage");
        JsonValue throttling = cpu.get("throttling_data");
        JsonValue memory = stats.get("memory_stats");
        JsonValue detail = memory.get("stats");
        JsonValue networks = stats.get("networks");
        long received = 0;
        long sent = 0;
        for (String name : networks.names()) {
            received += networks.get(name).get("rx_bytes").number(0);
            sent += networks.get(name).get("tx_bytes").number(0);
        }
        return new DockerUsage(
                cpuTime.get("usage_in_usermode").number(0),
                cpuTime.get("usage_in_kernelmode").number(0),
                throttling.get("periods").number(0),
                throttling.get("throttled_periods").number(0),
                throttling.get("throttled_time").number(0),
                memory.get("usage").number(0),
                // version 1 of control groups, or 2
                detail.get("total_rss").number(detail.get("anon").number(0)),
                detail.get("total_cache").number(detail.get("file").number(0)),
                detail.get("total_mapped_file").number(detail.get("file_mapped").number(0)),
                detail.get("total_swap").number(0),
                detail.get("total_unevictable").number(detail.get("unevictable").number(0)),
                memory.get("limit").number(0),
                stats.get("pids_stats").get("current").number(0),
                received,
                sent);
    }
}
