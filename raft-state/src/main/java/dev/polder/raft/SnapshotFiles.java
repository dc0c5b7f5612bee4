package dev.polder.raft;

import io.atomix.utils.concurrent.ThreadContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The snapshots of one member. The newest one counts; older ones stay as long as somebody reads them, here or from afar.
 * Owned by the log's thread.
 */
final class SnapshotFiles {
    /** What is being fetched from a leader: whole to a point, and taken up again after a break. */
    static final String INCOMING = "incoming.part";

    private static final Pattern NAME = Pattern.compile("snapshot-(\\d{20})-\\d{20}(-[0-9a-f-]{36})?\\.snap");
    private static final String ENDING = ".snap" + Disk.TEMPORARY;
    /** So long somebody who fetches may be silent. */
    private static final Duration LEASE = Duration.ofSeconds(10);

    private final Disk disk;
    private final RaftTime time;
    private final ThreadContext thread;
    private final Background background;
    private final List<Kept> kept = new ArrayList<>();
    private @Nullable SnapshotFile newest;

    private static final class Kept {
        private final SnapshotFile file;
        private int readers;
        private boolean fetched;
        private long fetchedNanos;

        Kept(SnapshotFile file) {
            this.file = file;
        }
    }

    private SnapshotFiles(Disk disk, RaftTime time, ThreadContext thread, Background background) {
        this.disk = disk;
        this.time = time;
        this.thread = thread;
        this.background = background;
    }

    /**
     * Finds the newest one, and removes older ones and what was not finished.
     *
     * @throws IOException if the newest cannot be trusted
     */
    static SnapshotFiles open(Disk disk, RaftTime time, ThreadContext thread, Background background)
            throws IOException {
        SnapshotFiles files = new SnapshotFiles(disk, time, thread, background);
        SnapshotFile newest = newestIn(disk);
        if (newest != null) {
            files.add(newest);
        }
        for (String name : disk.names()) {
            boolean isOlder = newest != null && isName(name) && !name.equals(newest.name());
            if (isOlder || name.endsWith(ENDING)) {
                disk.delete(name);
            }
        }
        return files;
    }

    /**
     * Returns the newest one in a directory, null if there is none.
     *
     * @throws IOException if it cannot be trusted
     */
    static @Nullable SnapshotFile newestIn(Disk disk) throws IOException {
        String newest = disk.names().stream()
                .filter(SnapshotFiles::isName)
                .max(Comparator.naturalOrder())
                .orElse(null);
        return newest == null ? null : SnapshotFile.open(disk, newest);
    }

    static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /** Returns the last entry that a snapshot of that name has. */
    static long index(String name) {
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(name + " is no name of a snapshot");
        }
        return Long.parseLong(matcher.group(1));
    }

    /** Returns whether there is a snapshot in a directory. */
    static boolean exist(Disk disk) throws IOException {
        return disk.names().stream().anyMatch(SnapshotFiles::isName);
    }

    /** Two members' snapshots of one entry are two files: one may come from afar while the other is saved here. */
    static String name(SnapshotId id) {
        return String.format(Locale.ROOT, "snapshot-%020d-%020d-%s.snap", id.index(), id.term(), id.unique());
    }

    Disk disk() {
        return disk;
    }

    @Nullable
    SnapshotFile newest() {
        return newest;
    }

    /** Returns the last entry that the newest one has, {@link Floor#NONE} if there is none. */
    Floor entry() {
        SnapshotFile file = newest;
        return file == null ? Floor.NONE : file.entry();
    }

    private void add(SnapshotFile file) {
        if (file.id().index() > entry().index()) {
            newest = file;
        }
        kept.add(new Kept(file));
    }

    /** There is a newer one. */
    void adopt(SnapshotFile file) {
        add(file);
        sweep();
    }

    /** Returns one that is still there, null if it is not. */
    @Nullable
    SnapshotFile find(SnapshotId id) {
        Kept found = keptOf(id);
        return found == null ? null : found.file;
    }

    private @Nullable Kept keptOf(SnapshotId id) {
        for (Kept one : kept) {
            if (one.file.id().equals(id)) {
                return one;
            }
        }
        return null;
    }

    /** Somebody fetches that one: it stays for a while. */
    void fetched(SnapshotId id) {
        Kept found = keptOf(id);
        if (found != null) {
            found.fetched = true;
            found.fetchedNanos = time.nanos();
        }
    }

    private boolean isFetched(Kept one) {
        return one.fetched && time.nanos() - one.fetchedNanos < LEASE.toNanos();
    }

    /** Returns up to which entry the log can be given up without making those fetch again who fetch now. */
    long indexFetched() {
        long index = Long.MAX_VALUE;
        for (Kept one : kept) {
            index = isFetched(one) ? Math.min(index, one.file.id().index()) : index;
        }
        return index;
    }

    /** Returns the newest one for somebody to read; it stays until that is closed. */
    InstalledSnapshot read(SnapshotFile file) {
        Kept found = keptOf(file.id());
        if (found == null) {
            throw new IllegalStateException(file.name() + " is gone");
        }
        found.readers++;
        return new Reading(file, () -> {
            found.readers--;
            sweep();
        });
    }

    /** Removes what nobody needs any more. */
    private void sweep() {
        for (Kept one : List.copyOf(kept)) {
            if (!one.file.equals(newest) && one.readers == 0 && !isFetched(one)) {
                kept.remove(one);
                background.execute(() -> delete(one.file.name()));
            }
        }
    }

    private void delete(String name) {
        try {
            disk.delete(name);
        } catch (IOException e) {
            throw new UncheckedIOException("snapshot file " + disk.describe(name) + " cannot be deleted: " + e, e);
        }
    }

    private final class Reading implements InstalledSnapshot {
        private final SnapshotFile file;
        private final Runnable onClose;
        private final AtomicBoolean closed = new AtomicBoolean();

        Reading(SnapshotFile file, Runnable onClose) {
            this.file = file;
            this.onClose = onClose;
        }

        @Override
        public long index() {
            return file.id().index();
        }

        @Override
        public long term() {
            return file.id().term();
        }

        @Override
        public long leaderTimeMs() {
            return file.head().leaderTimeMs();
        }

        @Override
        public long bytes() {
            return file.layout().stateBytes();
        }

        @Override
        public InputStream open() throws IOException {
            if (closed.get()) {
                throw new IOException(file.id() + " was closed");
            }
            return new SnapshotInput(file, disk.open(file.name()));
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                thread.execute(onClose);
            }
        }
    }
}
