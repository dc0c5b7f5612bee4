package dev.polder.raft;

import static java.util.Objects.requireNonNull;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
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

    /** Lets what the disk does take its time. */
    interface Pace {
        Pace NONE = operation -> {};

        void take(Operation operation);
    }

    private static final byte[] ZEROS = new byte[64 << 10];

    private final Map<String, Content> names;
    private final Map<String, Content> durableNames;
    private final List<Runnable> unsyncedNames;
    private final Map<Operation, Integer> counts = new EnumMap<>(Operation.class);
    private int reads;
    private final Map<Operation, Integer> failAt = new EnumMap<>(Operation.class);
    private int openFiles;
    private boolean off;
    private boolean cut;
    private long freeBytes = Long.MAX_VALUE;
    private volatile long forceNanos;
    private Pace pace = Pace.NONE;

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
                        .allMatch(file ->
                                file.getValue().seen.showsTheSameAs(requireNonNull(seen.get(file.getKey())).seen));
    }

    /** Lets each force take a while, as on a real disk: the power may fail in the middle. */
    void takeForEachForce(Duration time) {
        forceNanos = time.toNanos();
    }

    /** Has each operation told to somebody from now on, who may let time pass. */
    synchronized void pace(Pace now) {
        pace = now;
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

    /** Returns how often something was read. */
    synchronized int reads() {
        return reads;
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
        return content.seen.toArray();
    }

    /** Returns how many bytes a reader sees in a file, 0 if there is none of that name. */
    synchronized int sizeOf(String name) {
        Content content = names.get(name);
        return content == null ? 0 : content.seen.size();
    }

    /** Replaces a file, durably. */
    synchronized void replace(String name, byte[] bytes) {
        Content content = Content.of(Sectors.of(bytes));
        names.put(name, content);
        durableNames.put(name, content);
    }

    private boolean fails(Operation operation) throws IOException {
        if (off) {
            throw new IOException("the power is off");
        }
        pace.take(operation);
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
        private final Sectors seen = new Sectors();
        private final Sectors durable = new Sectors();
        private final List<Change> unforced = new ArrayList<>();

        static Content of(Sectors bytes) {
            Content content = new Content();
            content.seen.become(bytes);
            content.durable.become(bytes);
            return content;
        }

        Content surviving(Random random) {
            double chance = new double[] {0, 0.5, 0.9, 1}[random.nextInt(4)];
            unforced.forEach(change -> change.apply(this, random, chance));
            return of(durable);
        }

        void write(byte[] data, int length, int position) {
            seen.write(data, 0, length, position);
            unforced.add((content, random, chance) -> content.writeDurably(data, length, position, random, chance));
        }

        private void writeDurably(byte[] data, int length, int position, Random random, double chance) {
            for (int at = position; at < position + length; ) {
                int next = Math.min(position + length, (at / Sectors.BYTES + 1) * Sectors.BYTES);
                if (chance >= 1 || random.nextDouble() < chance) {
                    durable.write(data, at - position, next - at, at);
                }
                at = next;
            }
        }

        void truncate(int newSize) {
            seen.truncate(newSize);
            unforced.add((content, random, chance) -> {
                if (newSize < content.durable.size() && (chance >= 1 || random.nextDouble() < chance)) {
                    content.durable.truncate(newSize);
                }
            });
        }

        /** With all changes what is durable is what is seen. */
        void force() {
            if (!unforced.isEmpty()) {
                durable.become(seen);
                unforced.clear();
            }
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
                return content.seen.size();
            }
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            synchronized (LossyDisk.this) {
                reads++;
                usable();
                return content.seen.read(target, position);
            }
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            synchronized (LossyDisk.this) {
                usable();
                boolean fails = fails(Operation.WRITE);
                int length = fails ? source.remaining() / 2 : source.remaining();
                content.write(take(source, length), length, (int) position);
                if (fails) {
                    throw new IOException("planted: no space left on device");
                }
            }
        }

        /** Most of what a log writes is zeros, far ahead of its entries; those are not copied. */
        private byte[] take(ByteBuffer source, int length) {
            ByteBuffer taken = source.slice(source.position(), length);
            source.position(source.position() + length);
            if (length <= ZEROS.length && taken.equals(ByteBuffer.wrap(ZEROS, 0, length))) {
                return ZEROS;
            }
            byte[] data = new byte[length];
            taken.get(data);
            return data;
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
