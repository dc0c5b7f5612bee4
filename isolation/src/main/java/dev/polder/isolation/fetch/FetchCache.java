package dev.polder.isolation.fetch;

import static java.util.Objects.requireNonNull;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Files that many tasks want, in a directory that nobody else can enter. One thread receives each, the others wait for it
 * and share its failure; if it was interrupted, one of them takes its place. What nobody uses goes when room is needed, the
 * one first whose last use is longest ago; what does not fit nevertheless goes with its last use, so that it is received
 * anew for the next. Any thread may call. What the origin changes meanwhile is not noticed.
 */
final class FetchCache {
    /** What even an empty file takes. */
    private static final long BLOCK_BYTES = 4096;

    /** Accounts do not see each other's files: an address may hold a password. */
    record Key(String user, String uri) {}

    /** Brings a file here. */
    interface Source {
        void receive(Path file) throws IOException;
    }

    private static final class Slot {
        final Key key;
        final Path file;
        final CompletableFuture<Boolean> received = new CompletableFuture<>();
        int uses;
        long bytes;
        boolean isKept;

        Slot(Key key, Path file) {
            this.key = key;
            this.file = file;
        }
    }

    private static final class InterruptedReceiverException extends Exception {
        private static final long serialVersionUID = 1;
    }

    private final Path directory;
    private final long bytesMax;
    /** By the order of their last use; those that are being received are here, too. Guarded by this. */
    private final Map<Key, Slot> slots = new LinkedHashMap<>(16, 0.75f, true);

    private long keptBytes;
    private long made;

    FetchCache(Path directory, long bytesMax) {
        this.directory = directory;
        this.bytesMax = bytesMax;
    }

    /** A file that stays until this is closed. */
    final class Use implements Closeable {
        private final Slot slot;
        private boolean closed;

        private Use(Slot slot) {
            this.slot = slot;
        }

        Path file() {
            return slot.file;
        }

        /** Lets nobody else have this file. */
        void drop() {
            forget(slot);
        }

        @Override
        public void close() throws IOException {
            if (!closed) {
                closed = true;
                release(slot);
            }
        }
    }

    /** Returns the file of that key, received by this thread if by no other. */
    Use use(Key key, Source source) throws IOException {
        while (true) {
            Slot slot;
            boolean isOurs = false;
            synchronized (this) {
                slot = slots.get(key);
                if (slot == null) {
                    made++;
                    slot = new Slot(key, directory.resolve(Long.toString(made)));
                    slots.put(key, slot);
                    isOurs = true;
                }
                slot.uses++;
            }
            boolean isThere = false;
            try {
                isThere = isOurs ? receive(slot, source) : await(slot);
                if (isThere) {
                    return new Use(slot);
                }
            } finally {
                if (!isThere) {
                    release(slot);
                }
            }
        }
    }

    private boolean receive(Slot slot, Source source) throws IOException {
        try {
            source.receive(slot.file);
            long blocks = (Files.size(slot.file) + BLOCK_BYTES - 1) / BLOCK_BYTES;
            deleteAll(admit(slot, Math.max(1, blocks) * BLOCK_BYTES));
            slot.received.complete(true);
            return true;
        } catch (IOException | RuntimeException | Error e) {
            forget(slot);
            boolean interrupted = Thread.currentThread().isInterrupted();
            slot.received.completeExceptionally(interrupted ? new InterruptedReceiverException() : e);
            throw e;
        }
    }

    /** Returns whether it is there; if not, whoever received it was interrupted. */
    private static boolean await(Slot slot) throws IOException {
        try {
            return slot.received.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("interrupted while waiting for the cache");
            interrupted.initCause(e);
            throw interrupted;
        } catch (ExecutionException e) {
            Throwable cause = requireNonNull(e.getCause(), "cause");
            if (cause instanceof InterruptedReceiverException) {
                return false;
            }
            throw cause instanceof FetchException
                    ? new FetchException(String.valueOf(cause.getMessage()), cause)
                    : new IOException(String.valueOf(cause.getMessage()), cause);
        }
    }

    /** Keeps it if there can be room; returns what goes for it. */
    private synchronized List<Slot> admit(Slot slot, long bytes) {
        long unused = slots.values().stream()
                .filter(other -> other.isKept && other.uses == 0)
                .mapToLong(other -> other.bytes)
                .sum();
        List<Slot> evicted = new ArrayList<>();
        if (keptBytes - unused + bytes > bytesMax) {
            slots.remove(slot.key, slot);
            return evicted;
        }
        for (Slot other : List.copyOf(slots.values())) {
            if (keptBytes + bytes > bytesMax && other.isKept && other.uses == 0) {
                forget(other);
                evicted.add(other);
            }
        }
        slot.bytes = bytes;
        slot.isKept = true;
        keptBytes += bytes;
        return evicted;
    }

    private synchronized void forget(Slot slot) {
        slots.remove(slot.key, slot);
        if (slot.isKept) {
            slot.isKept = false;
            keptBytes -= slot.bytes;
        }
    }

    private void release(Slot slot) throws IOException {
        synchronized (this) {
            slot.uses--;
            if (slot.uses > 0 || slot.isKept) {
                return;
            }
        }
        Files.deleteIfExists(slot.file);
    }

    private static void deleteAll(List<Slot> evicted) throws IOException {
        for (Slot slot : evicted) {
            Files.deleteIfExists(slot.file);
        }
    }

    /** Returns how much is kept. */
    synchronized long keptBytes() {
        return keptBytes;
    }
}
