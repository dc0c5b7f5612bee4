package dev.polder.isolation.fetch;

import dev.polder.isolation.Account;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings files into sandboxes before tasks start. Thread-safe; calls wait for disks and servers, and there are no threads of
 * its own.
 * <pre>
 *  http, https ─┐                    ┌─ extract ─┐
 *  file, path  ─┴─► work/ ─ checksum ┤           ├─ owner ─► moved into the sandbox
 *        └─► cache/ ──────────┘      └─ as it is ┘           without following a link
 * </pre>
 * A failure leaves in the sandbox what earlier requests brought, nothing of its own, and a line in {@code stderr}.
 *
 * <p>A file of this host is read as the task's user. The cache is empty at the start; a directory has one fetcher at a time.
 */
public final class Fetcher implements Closeable {
    /** How many things one task may want. */
    public static final int REQUESTS_MAX = 1000;

    private static final Logger log = LoggerFactory.getLogger(Fetcher.class);
    private static final int FILE_MODE = 0644;
    private static final int EXECUTABLE_MODE = 0755;
    private static final int DIRECTORY_MODE = 0755;

    private final FetcherSettings settings;
    private final FileChannel lock;
    private final boolean root;
    private final Path work;
    private final FetchCache cache;
    private final LocalSource local;
    private final WebSource web;
    private volatile boolean closed;

    private Fetcher(FetcherSettings settings, FileChannel lock) throws IOException {
        this.settings = settings;
        this.lock = lock;
        this.work = emptied("work");
        this.cache = new FetchCache(emptied("cache"), settings.cacheBytesMax());
        this.root = Files.getAttribute(work, "unix:uid").equals(0);
        this.local = new LocalSource(settings);
        this.web = new WebSource(settings);
    }

    private Path emptied(String name) throws IOException {
        Path directory = settings.directory().resolve(name);
        Staging.delete(directory);
        return Staging.createPrivate(directory);
    }

    /**
     * Opens the directory, made if it is missing, and empties it.
     *
     * @throws IOException if it cannot be made, or another fetcher has it
     */
    public static Fetcher open(FetcherSettings settings) throws IOException {
        Path directory = Files.createDirectories(settings.directory());
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        FileChannel lock = FileChannel.open(
                directory.resolve("lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS);
        try {
            if (!isLocked(lock)) {
                throw new IOException("another fetcher has " + directory);
            }
            return new Fetcher(settings, lock);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            FileLock taken = channel.tryLock();
            return taken != null;
        } catch (OverlappingFileLockException byThisJvm) {
            return false;
        }
    }

    /**
     * Fetches, one after the other. An interrupt ends it, at the latest when nothing has come for the stall time-out.
     *
     * @throws FetchException if one cannot be had, with the reason for the task's owner; it is in the sandbox's {@code stderr},
     *     too
     * @throws IOException if this host failed, likewise
     * @throws IllegalArgumentException if there are more than {@link #REQUESTS_MAX}
     */
    public void fetch(FetchTarget target, List<FetchRequest> requests, FetchProgress progress) throws IOException {
        if (requests.size() > REQUESTS_MAX) {
            throw new IllegalArgumentException(
                    "too many things to fetch: " + requests.size() + " > REQUESTS_MAX=" + REQUESTS_MAX);
        }
        Account user = root ? target.owner().orElse(null) : null;
        for (FetchRequest request : requests) {
            try {
                fetch(target, user, request, progress);
            } catch (IOException e) {
                String words = "Failed to fetch '" + request.shown() + "': " + reason(e);
                log.info("not fetched uri={} sandbox={} reason={}", request.shown(), target.sandbox(), reason(e));
                tell(target.sandbox(), user, words);
                throw e instanceof FetchException ? new FetchException(words, e) : new IOException(words, e);
            }
        }
    }

    private static String reason(IOException e) {
        String message = String.valueOf(e.getMessage());
        if (e instanceof FetchException) {
            return message;
        }
        String kind = e.getClass().getSimpleName();
        return FetchRequest.masked(e instanceof FileSystemException ? kind + " " + message : kind + ": " + message);
    }

    private static void tell(Path sandbox, @Nullable Account user, String words) {
        try {
            SandboxStderr.append(sandbox, user, words);
        } catch (IOException e) {
            log.warn("the reason is not in the sandbox's stderr sandbox={}", sandbox, e);
        }
    }

    private void fetch(FetchTarget target, @Nullable Account user, FetchRequest request, FetchProgress progress)
            throws IOException {
        LongConsumer heard = bytes -> progress.onBytes(request, bytes);
        try (Staging staging = Staging.in(work)) {
            if (request.cache()) {
                String account = target.owner().map(Account::name).orElse("");
                FetchCache.Key key = new FetchCache.Key(account, request.uri());
                try (FetchCache.Use use = cache.use(key, file -> receive(request, user, file, heard))) {
                    deliverCached(target, user, request, staging, use);
                }
            } else {
                Path file = staging.child("file");
                receive(request, user, file, heard);
                check(request, file);
                Path extracted = extract(request, file, staging);
                deliver(target, user, placed(request, file, staging));
                if (extracted != null) {
                    deliver(target, user, extracted);
                }
            }
        }
    }

    private void deliverCached(
            FetchTarget target, @Nullable Account user, FetchRequest request, Staging staging, FetchCache.Use use)
            throws IOException {
        try {
            check(request, use.file());
        } catch (FetchException e) {
            use.drop();
            throw e;
        }
        Path extracted = extract(request, use.file(), staging);
        if (extracted == null) {
            // a copy, for it becomes the user's to change
            extracted = placed(request, Files.copy(use.file(), staging.child("file")), staging);
        }
        deliver(target, user, extracted);
    }

    private void receive(FetchRequest request, @Nullable Account user, Path file, LongConsumer heard)
            throws IOException {
        switch (request.scheme()) {
            case "http", "https" -> web.download(request.uri(), file, heard);
            case "file", "" -> local.copy(request.uri(), user, file, heard);
            default ->
                throw new FetchException(
                        "the scheme '" + request.scheme() + "' is not fetched here; file, http and https are");
        }
    }

    private static void check(FetchRequest request, Path file) throws IOException {
        if (request.checksum().isPresent()) {
            Checksum wanted = request.checksum().get();
            Checksum got = Checksum.of(file);
            if (!got.equals(wanted)) {
                throw new FetchException("it has the checksum " + got + ", not " + wanted);
            }
        }
    }

    /** Returns the tree of an archive that is to be extracted; null if it is not. */
    private @Nullable Path extract(FetchRequest request, Path file, Staging staging) throws IOException {
        ArchiveFormat format = ArchiveFormat.of(request.name());
        if (format == null || !request.extract() || request.executable()) {
            return null;
        }
        Path tree = staging.child("extracted");
        Extraction.run(file, format, request.name(), tree, settings.limits());
        return tree;
    }

    /** Returns a tree that has nothing but the file, under its name. */
    private static Path placed(FetchRequest request, Path file, Staging staging) throws IOException {
        Path tree = Staging.createPrivate(staging.child("placed"));
        EntryPath name = EntryPath.parse(request.name(), FetchRequest.NAME_DEPTH_MAX);
        for (EntryPath above : name.above()) {
            Path directory = Files.createDirectory(above.in(tree));
            Files.setAttribute(directory, "unix:mode", DIRECTORY_MODE);
        }
        Path place = Files.move(file, name.in(tree));
        Files.setAttribute(place, "unix:mode", request.executable() ? EXECUTABLE_MODE : FILE_MODE);
        return tree;
    }

    private void deliver(FetchTarget target, @Nullable Account user, Path tree) throws IOException {
        if (user != null) {
            Staging.give(tree, user);
        }
        if (closed) {
            throw new FetchException("the fetcher is closed");
        }
        Delivery.run(tree, target.sandbox());
    }

    /**
     * Gives the directory back. Nothing comes into a sandbox any more; who is fetching hears of it at the next step, or, if a
     * server says nothing, after the stall time-out.
     */
    @Override
    public void close() throws IOException {
        closed = true;
        web.close();
        lock.close();
    }
}
