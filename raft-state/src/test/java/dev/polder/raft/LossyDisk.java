package dev.polder.raft;

import static java.util.Objects.requireNonNull;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * A directory in memory that can lose its power. Of what was written and not forced, any sectors may survive, in any
 * order; of names changed and not synced, the first few. It can also be told to fail an operation. Thread-safe.
 */
final class LossyDisk implements Disk {
    /** What can be made to fail, and is counted. */
    enum Operation {
        WRITE,
        FORCE,
        TRUNCATE,
        CREATE,
        RENAME,
        DELETE,
        SYNC
    }

    private static final int SECTOR_BYTES = 512;

    private final Map<String, Content> names;
    private final Map<String, Content> durableNames;
    private final List<Runnable> unsyncedNames;
    private final Map<Operation, Integer> counts = new EnumMap<>(Operation.class);
    private final Map<Operation, Integer> failAt = new EnumMap<>(Operation.class);
    private int openFiles;
    private boolean off;
    private boolean cut;
    private long freeBytes = Long.MAX_VALUE;
    private volatile long forceNanos;

    LossyDisk() {
        this(new HashMap<>(), new HashMap<>(), new ArrayList<>());
    }

    private LossyDisk(Map<String, Content> names, Map<String, Content> durableNames, List<Runnable> unsyncedNames) {
        this.names = names;
        this.durableNames = durableNames;
        this.unsyncedNames = unsyncedNames;
    }

    /** Ends the process, as kill -9 does, and returns what the next one finds: all of it, forced or not. */
    synchronized LossyDisk killProcess() {
        off = true;
        return new LossyDisk(names, durableNames, unsyncedNames);
    }

    /** Cuts the power and returns what a restart finds. */
    synchronized LossyDisk losePower(Random random) {
        off = true;
        int kept = random.nextInt(unsyncedNames.size() + 1);
        unsyncedNames.subList(0, kept).forEach(Runnable::run);
        LossyDisk after = new LossyDisk();
        durableNames.forEach((name, content) -> {
            Content survivor = content.surviving(random);
            after.names.put(name, survivor);
            after.durableNames.put(name, survivor);
        });
        after.forceNanos = forceNanos;
        after.cut = !after.shows(names);
        return after;
    }

    /** Tells whether the power failure before cost anything that a reader had seen. */
    synchronized boolean wasCut() {
        return cut;
    }

    private boolean shows(Map<String, Content> seen) {
        return names.keySet().equals(seen.keySet())
                && names.entrySet().stream()
                        .allMatch(file -> file.getValue().showsTheSameAs(requireNonNull(seen.get(file.getKey()))));
    }

    /** Lets each force take a while, as on a real disk: the power may fail in the middle. */
    void takeForEachForce(Duration time) {
        forceNanos = time.toNanos();
    }

    /** Fails the operation when it is called for the {@code call}-th time from now on, and ever after. */
    synchronized void failAt(Operation operation, int call) {
        failAt.put(operation, count(operation) + call);
    }

    synchronized void failNoMore() {
        failAt.clear();
    }

    synchronized int count(Operation operation) {
        return counts.getOrDefault(operation, 0);
    }

    /** Endless, unless a test says otherwise. */
    @Override
    public synchronized long freeBytes() {
        return freeBytes;
    }

    synchronized void free(long bytes) {
        freeBytes = bytes;
    }

    synchronized int openFiles() {
        return openFiles;
    }

    /** Returns a file's bytes, as a reader sees them. */
    synchronized byte[] read(String name) {
        Content content = names.get(name);
        if (content == null) {
            throw new AssertionError("no file " + name + " among " + names.keySet());
        }
        return Arrays.copyOf(content.bytes, content.size);
    }

    /** Returns how many bytes a reader sees in a file, 0 if there is none of that name. */
    synchronized int sizeOf(String name) {
        Content content = names.get(name);
        return content == null ? 0 : content.size;
    }

    /** Replaces a file, durably. */
    synchronized void replace(String name, byte[] bytes) {
        Content content = new Content();
        content.bytes = bytes.clone();
        content.size = bytes.length;
        content.durable = bytes.clone();
        content.durableSize = bytes.length;
        names.put(name, content);
        durableNames.put(name, content);
    }

    private boolean fails(Operation operation) throws IOException {
        if (off) {
            throw new IOException("the power is off");
        }
        int count = counts.merge(operation, 1, Integer::sum);
        return count >= failAt.getOrDefault(operation, Integer.MAX_VALUE);
    }

    private void check(Operation operation) throws IOException {
        if (fails(operation)) {
            throw new IOException("planted failure of " + operation);
        }
    }

    /** One directory in memory has one user. */
    @Override
    public Closeable lock() {
        return () -> {};
    }

    @Override
    public synchronized List<String> names() throws IOException {
        if (off) {
            throw new IOException("the power is off");
        }
        return List.copyOf(names.keySet());
    }

    @Override
    public synchronized DiskFile open(String name) throws IOException {
        Content content = names.get(name);
        if (off || content == null) {
            throw new IOException("cannot open " + name);
        }
        openFiles++;
        return new OpenFile(content);
    }

    @Override
    public synchronized DiskFile create(String name) throws IOException {
        check(Operation.CREATE);
        Content content = new Content();
        names.put(name, content);
        unsyncedNames.add(() -> durableNames.put(name, content));
        openFiles++;
        return new OpenFile(content);
    }

    @Override
    public synchronized void rename(String from, String to) throws IOException {
        check(Operation.RENAME);
        Content content = names.remove(from);
        if (content == null) {
            throw new IOException("no file " + from);
        }
        names.put(to, content);
        unsyncedNames.add(() -> {
            durableNames.remove(from);
            durableNames.put(to, content);
        });
    }

    @Override
    public synchronized void delete(String name) throws IOException {
        check(Operation.DELETE);
        names.remove(name);
        unsyncedNames.add(() -> durableNames.remove(name));
    }

    @Override
    public synchronized void sync() throws IOException {
        check(Operation.SYNC);
        unsyncedNames.forEach(Runnable::run);
        unsyncedNames.clear();
    }

    @Override
    public String describe(String name) {
        return "lossy/" + name;
    }

    private interface Change {
        /** Changes the durable bytes; all of it, or only some sectors of it. */
        void apply(Content content, Random random, double chance);
    }

    private static final class Content {
        private byte[] bytes = new byte[0];
        private int size;
        private byte[] durable = new byte[0];
        private int durableSize;
        private final List<Change> unforced = new ArrayList<>();

        Content surviving(Random random) {
            double chance = new double[] {0, 0.5, 0.9, 1}[random.nextInt(4)];
            unforced.forEach(change -> change.apply(this, random, chance));
            Content survivor = new Content();
            survivor.bytes = Arrays.copyOf(durable, durableSize);
            survivor.size = durableSize;
            survivor.durable = survivor.bytes.clone();
            survivor.durableSize = durableSize;
            return survivor;
        }

        boolean showsTheSameAs(Content other) {
            return Arrays.equals(bytes, 0, size, other.bytes, 0, other.size);
        }

        void write(byte[] data, int position) {
            bytes = grown(bytes, position + data.length);
            System.arraycopy(data, 0, bytes, position, data.length);
            size = Math.max(size, position + data.length);
            unforced.add((content, random, chance) -> content.writeDurably(data, position, random, chance));
        }

        private void writeDurably(byte[] data, int position, Random random, double chance) {
            for (int at = position; at < position + data.length; ) {
                int next = Math.min(position + data.length, (at / SECTOR_BYTES + 1) * SECTOR_BYTES);
                if (chance >= 1 || random.nextDouble() < chance) {
                    durable = grown(durable, next);
                    System.arraycopy(data, at - position, durable, at, next - at);
                    durableSize = Math.max(durableSize, next);
                }
                at = next;
            }
        }

        void truncate(int newSize) {
            if (newSize < size) {
                Arrays.fill(bytes, newSize, size, (byte) 0);
                size = newSize;
            }
            unforced.add((content, random, chance) -> {
                if (newSize < content.durableSize && (chance >= 1 || random.nextDouble() < chance)) {
                    Arrays.fill(content.durable, newSize, content.durableSize, (byte) 0);
                    content.durableSize = newSize;
                }
            });
        }

        void force() {
            unforced.forEach(change -> change.apply(this, new Random(0), 1));
            unforced.clear();
        }

        private static byte[] grown(byte[] array, int size) {
            return size <= array.length ? array : Arrays.copyOf(array, Math.max(size, array.length * 2));
        }
    }

    private final class OpenFile implements DiskFile {
        private final Content content;
        private boolean closed;

        OpenFile(Content content) {
            this.content = content;
        }

        private void usable() throws IOException {
            if (off || closed) {
                throw new IOException(off ? "the power is off, or the process dead" : "the file is closed");
            }
        }

        @Override
        public long size() throws IOException {
            synchronized (LossyDisk.this) {
                usable();
                return content.size;
            }
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            synchronized (LossyDisk.this) {
                usable();
                if (position >= content.size) {
                    return -1;
                }
                int bytes = (int) Math.min(target.remaining(), content.size - position);
                target.put(content.bytes, (int) position, bytes);
                return bytes;
            }
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            synchronized (LossyDisk.this) {
                usable();
                boolean fails = fails(Operation.WRITE);
                byte[] data = new byte[fails ? source.remaining() / 2 : source.remaining()];
                source.get(data);
                content.write(data, (int) position);
                if (fails) {
                    throw new IOException("planted: no space left on device");
                }
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            synchronized (LossyDisk.this) {
                usable();
                check(Operation.TRUNCATE);
                content.truncate((int) size);
            }
        }

        @Override
        public void force() throws IOException {
            if (forceNanos > 0) {
                LockSupport.parkNanos(forceNanos);
            }
            synchronized (LossyDisk.this) {
                usable();
                check(Operation.FORCE);
                content.force();
            }
        }

        @Override
        public void close() {
            synchronized (LossyDisk.this) {
                if (!closed) {
                    closed = true;
                    openFiles--;
                }
            }
        }
    }
}
