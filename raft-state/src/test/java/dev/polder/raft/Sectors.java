package dev.polder.raft;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a file in memory. What was never written has no memory, and copies share all that neither has changed
 * since: a log file is mostly zeros, and mostly forced. One thread at a time.
 */
final class Sectors {
    /** What a disk writes whole or not at all. */
    static final int BYTES = 512;

    private static final byte[] ZEROS = new byte[BYTES];

    /** Null is zeros. An array is never changed once it is here. */
    private byte @Nullable [][] sectors = new byte[0][];

    private int size;

    static Sectors of(byte[] bytes) {
        Sectors sectors = new Sectors();
        sectors.write(bytes, 0, bytes.length, 0);
        return sectors;
    }

    int size() {
        return size;
    }

    /** Takes over all bytes of another one. */
    void become(Sectors other) {
        if (sectors.length < other.used()) {
            sectors = new byte[other.sectors.length][];
        }
        System.arraycopy(other.sectors, 0, sectors, 0, other.used());
        Arrays.fill(sectors, other.used(), sectors.length, null);
        size = other.size;
    }

    private int used() {
        return (size + BYTES - 1) / BYTES;
    }

    void write(byte[] data, int offset, int length, int position) {
        size = Math.max(size, position + length);
        if (used() > sectors.length) {
            sectors = Arrays.copyOf(sectors, Math.max(used(), 2 * sectors.length));
        }
        for (int done = 0; done < length; ) {
            int sector = (position + done) / BYTES;
            int from = (position + done) % BYTES;
            int bytes = Math.min(BYTES - from, length - done);
            writeOne(sector, from, data, offset + done, bytes);
            done += bytes;
        }
    }

    private void writeOne(int sector, int from, byte[] data, int offset, int bytes) {
        byte[] old = sectors[sector];
        if (old == null && Arrays.equals(data, offset, offset + bytes, ZEROS, 0, bytes)) {
            return;
        }
        byte[] changed = old == null ? new byte[BYTES] : old.clone();
        System.arraycopy(data, offset, changed, from, bytes);
        sectors[sector] = changed;
    }

    /** Cuts the end off; larger it does not become. */
    void truncate(int newSize) {
        if (newSize >= size) {
            return;
        }
        int usedBefore = used();
        size = newSize;
        Arrays.fill(sectors, used(), usedBefore, null);
        byte[] last = newSize % BYTES == 0 ? null : sectors[newSize / BYTES];
        if (last != null) {
            sectors[newSize / BYTES] = Arrays.copyOf(Arrays.copyOf(last, newSize % BYTES), BYTES);
        }
    }

    /** Reads what fits and is there; -1 at the end. */
    int read(ByteBuffer target, long position) {
        if (position >= size) {
            return -1;
        }
        int length = (int) Math.min(target.remaining(), size - position);
        for (int done = 0; done < length; ) {
            int from = (int) ((position + done) % BYTES);
            int bytes = Math.min(BYTES - from, length - done);
            byte[] sector = sectors[(int) ((position + done) / BYTES)];
            target.put(sector == null ? ZEROS : sector, from, bytes);
            done += bytes;
        }
        return length;
    }

    byte[] toArray() {
        ByteBuffer bytes = ByteBuffer.allocate(size);
        read(bytes, 0);
        return bytes.array();
    }

    /** Returns whether a reader sees the same bytes. */
    boolean showsTheSameAs(Sectors other) {
        boolean same = size == other.size;
        for (int i = 0; same && i < used(); i++) {
            byte[] mine = sectors[i];
            byte[] others = other.sectors[i];
            same = mine == others || Arrays.equals(mine == null ? ZEROS : mine, others == null ? ZEROS : others);
        }
        return same;
    }
}
