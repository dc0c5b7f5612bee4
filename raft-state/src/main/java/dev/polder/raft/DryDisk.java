package dev.polder.raft;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A disk on which nothing changes: so what a start would do to a directory can be found out without doing it. What is
 * deleted is not seen any more, what is cut ends where it was cut, and writing is for nothing. Owned by one thread.
 */
final class DryDisk implements Disk {
    private final Disk disk;
    private final Set<String> deleted = new TreeSet<>();
    private final Map<String, Long> cuts = new TreeMap<>();

    DryDisk(Disk disk) {
        this.disk = disk;
    }

    /** Returns where files would have been cut, by name. */
    Map<String, Long> cuts() {
        return cuts;
    }

    @Override
    public Closeable lock() throws IOException {
        return disk.lock();
    }

    @Override
    public List<String> names() throws IOException {
        List<String> names = new ArrayList<>(disk.names());
        names.removeAll(deleted);
        return names;
    }

    @Override
    public DiskFile open(String name) throws IOException {
        return new DryFile(name, disk.open(name));
    }

    @Override
    public DiskFile create(String name) {
        return new VoidDisk.NewFile();
    }

    @Override
    public void rename(String from, String to) {}

    @Override
    public void delete(String name) {
        deleted.add(name);
    }

    @Override
    public void sync() {}

    @Override
    public long freeBytes() throws IOException {
        return disk.freeBytes();
    }

    @Override
    public String describe(String name) {
        return disk.describe(name);
    }

    private final class DryFile implements DiskFile {
        private final String name;
        private final DiskFile file;

        DryFile(String name, DiskFile file) {
            this.name = name;
            this.file = file;
        }

        @Override
        public long size() throws IOException {
            return Math.min(file.size(), cuts.getOrDefault(name, Long.MAX_VALUE));
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return file.read(target, position);
        }

        @Override
        public void write(ByteBuffer source, long position) {
            source.position(source.limit());
        }

        @Override
        public void truncate(long size) {
            cuts.put(name, size);
        }

        @Override
        public void force() {}

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
