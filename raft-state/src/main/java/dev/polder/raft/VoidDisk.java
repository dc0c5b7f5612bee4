package dev.polder.raft;

import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** A disk on which there is nothing, whatever is written. Owned by one thread. */
final class VoidDisk implements Disk {
    @Override
    public Closeable lock() {
        return () -> {};
    }

    @Override
    public List<String> names() {
        return List.of();
    }

    @Override
    public DiskFile open(String name) throws IOException {
        throw new FileNotFoundException(name);
    }

    @Override
    public DiskFile create(String name) {
        return new NewFile();
    }

    @Override
    public void rename(String from, String to) {}

    @Override
    public void delete(String name) {}

    @Override
    public void sync() {}

    @Override
    public long freeBytes() {
        return Long.MAX_VALUE;
    }

    @Override
    public String describe(String name) {
        return name;
    }

    /** A file that was made, and is never read. */
    static final class NewFile implements DiskFile {
        private long size;

        @Override
        public long size() {
            return size;
        }

        @Override
        public int read(ByteBuffer target, long position) {
            return -1;
        }

        @Override
        public void write(ByteBuffer source, long position) {
            size = Math.max(size, position + source.remaining());
            source.position(source.limit());
        }

        @Override
        public void truncate(long to) {
            size = to;
        }

        @Override
        public void force() {}

        @Override
        public void close() {}
    }
}
