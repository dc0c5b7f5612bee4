package dev.polder.isolation.fetch;

import dev.polder.isolation.Account;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Files of this host. A program reads them as the task's user, so that nobody gets by a fetch what he may not read; it may
 * hang (the file is a pipe, or on a file system whose server is gone) and is killed then.
 */
final class LocalSource {
    private static final long LOOK_MILLIS = 50;

    private final FetcherSettings settings;

    LocalSource(FetcherSettings settings) {
        this.settings = settings;
    }

    /**
     * Copies a file into one that is made for it.
     *
     * @param reader whose permissions count; null for this node's own
     */
    void copy(String address, @Nullable Account reader, Path to, LongConsumer progress) throws IOException {
        String path = path(address);
        long bytesMax = settings.downloadBytesMax();
        Process process = HostProgram.as(reader, "head", "-c", Long.toString(bytesMax + 1), path)
                .redirectOutput(to.toFile())
                .start();
        try {
            process.getOutputStream().close();
            await(process, to, progress);
            if (process.exitValue() != 0) {
                throw new FetchException(
                        "it cannot be read" + (reader == null ? "" : " by user '" + reader.name() + "'") + ": "
                                + HostProgram.words(process).replaceFirst("^\\S*head: ", ""));
            }
            long size = Files.size(to);
            if (size > bytesMax) {
                throw new FetchException("it is longer than downloadBytesMax=" + bytesMax + " bytes");
            }
            progress.accept(size);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("interrupted while copying");
            interrupted.initCause(e);
            throw interrupted;
        } finally {
            process.destroyForcibly();
        }
    }

    private String path(String address) throws FetchException {
        String path = address;
        if (address.regionMatches(true, 0, "file://", 0, 7)) {
            path = address.substring(7);
            if (path.startsWith("localhost/")) {
                path = path.substring("localhost".length());
            }
            if (!path.startsWith("/")) {
                throw new FetchException("it names a file of another host, or none: file:///path is meant");
            }
        } else if (!path.startsWith("/")) {
            Path home = settings.frameworksHome()
                    .orElseThrow(() -> new FetchException("it is a relative path, and frameworksHome is not set"));
            path = home + "/" + path;
        }
        return path;
    }

    private void await(Process process, Path to, LongConsumer progress) throws IOException, InterruptedException {
        long size = 0;
        long grownAt = System.nanoTime();
        while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
            long now = System.nanoTime();
            long found = Files.size(to);
            if (found > size) {
                size = found;
                grownAt = now;
                progress.accept(size);
            } else if (now - grownAt > settings.stallTimeout().toNanos()) {
                throw new FetchException("nothing came of it for stallTimeout=" + settings.stallTimeout() + ", after "
                        + size + " bytes");
            }
        }
    }
}
