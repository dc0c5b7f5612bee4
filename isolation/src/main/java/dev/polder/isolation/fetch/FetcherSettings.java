package dev.polder.isolation.fetch;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What a fetcher is opened with. Immutable.
 *
 * @param directory for the cache and for what is under way; on the file system of the sandboxes, used by one fetcher at a
 *     time, and emptied when it opens
 * @param frameworksHome where relative paths begin; empty, and they are refused
 * @param cacheBytesMax how much the cache holds; what does not fit is fetched for each task
 * @param downloadBytesMax the largest file that is fetched, as it comes
 * @param limits what an archive may become
 * @param connectTimeout how long a server may take to accept a connection
 * @param stallTimeout how long nothing may come before a fetch is given up
 * @param redirectsMax how many redirections are followed
 */
public record FetcherSettings(
        Path directory,
        Optional<Path> frameworksHome,
        long cacheBytesMax,
        long downloadBytesMax,
        ExtractLimits limits,
        Duration connectTimeout,
        Duration stallTimeout,
        int redirectsMax) {
    /**
     * Checks.
     *
     * @throws IllegalArgumentException if a path is not absolute or a number is out of its range
     */
    public FetcherSettings {
        requireNonNull(limits, "limits");
        if (!directory.isAbsolute()) {
            throw new IllegalArgumentException("directory " + directory + " is not absolute");
        }
        frameworksHome.ifPresent(home -> {
            if (!home.isAbsolute()) {
                throw new IllegalArgumentException("frameworksHome " + home + " is not absolute");
            }
        });
        if (cacheBytesMax < 0 || downloadBytesMax < 1 || redirectsMax < 0) {
            throw new IllegalArgumentException("a limit is too low: cacheBytesMax=" + cacheBytesMax
                    + " downloadBytesMax=" + downloadBytesMax + " redirectsMax=" + redirectsMax);
        }
        checkTime("connectTimeout", connectTimeout);
        checkTime("stallTimeout", stallTimeout);
    }

    private static void checkTime(String name, Duration time) {
        if (time.toMillis() < 1 || time.toMillis() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(name + "=" + time + " is not 1 ms to " + Integer.MAX_VALUE + " ms");
        }
    }

    /** Returns the defaults: a cache of 2 GiB, files of 10 GiB, 10 s to connect, a minute of silence, 10 redirections. */
    public static FetcherSettings of(Path directory) {
        return new FetcherSettings(
                directory,
                Optional.empty(),
                2L << 30,
                10L << 30,
                ExtractLimits.defaults(),
                Duration.ofSeconds(10),
                Duration.ofMinutes(1),
                10);
    }

    /** Returns these with a place for relative paths. */
    public FetcherSettings withFrameworksHome(Path home) {
        return new FetcherSettings(
                directory,
                Optional.of(home),
                cacheBytesMax,
                downloadBytesMax,
                limits,
                connectTimeout,
                stallTimeout,
                redirectsMax);
    }

    /** Returns these with other limits to bytes. */
    public FetcherSettings withBytesMax(long cache, long download) {
        return new FetcherSettings(
                directory, frameworksHome, cache, download, limits, connectTimeout, stallTimeout, redirectsMax);
    }

    /** Returns these with other limits to archives. */
    public FetcherSettings withLimits(ExtractLimits other) {
        return new FetcherSettings(
                directory,
                frameworksHome,
                cacheBytesMax,
                downloadBytesMax,
                other,
                connectTimeout,
                stallTimeout,
                redirectsMax);
    }

    /** Returns these with another time of silence. */
    public FetcherSettings withStallTimeout(Duration time) {
        return new FetcherSettings(
                directory, frameworksHome, cacheBytesMax, downloadBytesMax, limits, connectTimeout, time, redirectsMax);
    }
}
