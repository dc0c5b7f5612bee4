package dev.polder.raft;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Walks over the records of a file, checking each. Owned by one thread. */
final class RecordReader {
    enum Found {
        /** A record whose checksum fits; the accessors tell what it holds. */
        RECORD,
        /** Nothing was written here yet. */
        END,
        /** Something that is no record; {@link #damage()} says why. */
        DAMAGE
    }

    private final int bufferBytes;
    private final boolean isOnHeap;
    private @Nullable DiskFile file;
    private long limit;
    private long next;
    /** Holds the file's bytes from {@code bufferStart} on, up to the buffer's limit. */
    private ByteBuffer buffer;
    /** The same bytes, for who looks at one record; a new one for each would be most of what a replay allocates. */
    private ByteBuffer lent;

    private long bufferStart;
    private int at;
    private String damage = "";

    /** One that reads the most at a time; its records are looked at, or copied. */
    RecordReader(int bufferBytes) {
        this(bufferBytes, false);
    }

    private RecordReader(int bufferBytes, boolean isOnHeap) {
        this.bufferBytes = bufferBytes;
        this.isOnHeap = isOnHeap;
        buffer = ByteBuffer.allocate(0);
        lent = buffer;
    }

    /** One whose payloads can be lent as views of an array. */
    static RecordReader ofViews(int bufferBytes) {
        return new RecordReader(bufferBytes, true);
    }

    /** Goes to where a record begins; nothing at or behind {@code limit} is read. */
    void seat(DiskFile file, long position, long limit) {
        this.file = file;
        this.limit = limit;
        next = position;
        bufferStart = position;
        buffer.limit(0);
    }

    Found advance() throws IOException {
        long left = limit - next;
        if (!load((int) Math.min(left, RecordFormat.HEADER_BYTES))) {
            return damaged("the file is shorter than it was");
        }
        if (left < RecordFormat.HEADER_BYTES) {
            return isZero((int) left) ? Found.END : damaged("a record's header is cut off");
        }
        if (RecordFormat.isEnd(buffer, at)) {
            return Found.END;
        }
        int length = RecordFormat.length(buffer, at);
        if (length < 0 || length > RecordFormat.PAYLOAD_BYTES_MAX) {
            return damaged("a record's length is " + length + ", the limit is " + RecordFormat.PAYLOAD_BYTES_MAX);
        }
        int size = RecordFormat.HEADER_BYTES + length;
        if (size > left || !load(size)) {
            return damaged("a record of " + size + " bytes is cut off");
        }
        if (!RecordFormat.checksumFits(buffer, at)) {
            return damaged("a record's checksum does not fit");
        }
        next += size;
        return Found.RECORD;
    }

    private Found damaged(String why) {
        damage = why;
        return Found.DAMAGE;
    }

    private boolean isZero(int bytes) {
        for (int i = 0; i < bytes; i++) {
            if (buffer.get(at + i) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Brings {@code bytes} bytes from {@code next} on into the buffer; {@code at} is where they are. */
    private boolean load(int bytes) throws IOException {
        DiskFile from = file;
        if (from == null) {
            throw new IllegalStateException("no file to read records from");
        }
        if (next + bytes <= bufferStart + buffer.limit()) {
            at = (int) (next - bufferStart);
            return true;
        }
        int wanted = (int) Math.max(bytes, Math.min(bufferBytes, limit - next));
        if (buffer.capacity() < wanted) {
            buffer = isOnHeap ? ByteBuffer.allocate(wanted) : ByteBuffer.allocateDirect(wanted);
            lent = buffer.duplicate();
        }
        buffer.clear();
        buffer.limit((int) Math.min(buffer.capacity(), limit - next));
        bufferStart = next;
        at = 0;
        from.readFully(buffer, bufferStart);
        buffer.flip();
        return buffer.limit() >= bytes;
    }

    /** Returns where the next record begins, which is behind the one just found, or at the damage or the end. */
    long position() {
        return next;
    }

    String damage() {
        return damage;
    }

    long index() {
        return RecordFormat.index(buffer, at);
    }

    long term() {
        return RecordFormat.term(buffer, at);
    }

    long durableIndex() {
        return RecordFormat.durableIndex(buffer, at);
    }

    /** Returns what kind the record is of, or null if this version of the software does not know it. */
    @Nullable
    EntryKind kind() {
        return EntryKind.of(RecordFormat.kind(buffer, at), RecordFormat.version(buffer, at));
    }

    String kindText() {
        return "kind " + RecordFormat.kind(buffer, at) + " version " + RecordFormat.version(buffer, at);
    }

    /** Returns the payload where it lies, until the reader advances. */
    ByteBuffer view() {
        int start = at + RecordFormat.HEADER_BYTES;
        return lent.clear().position(start).limit(start + RecordFormat.length(buffer, at));
    }

    byte[] payload() {
        return RecordFormat.payload(buffer, at);
    }
}
