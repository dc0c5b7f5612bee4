package dev.polder.raft;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One file of the log: a header, records with ascending indexes, zeros.
 *
 * <pre>
 *   0  "PLDRFACT"        8 bytes
 *   8  format version    u32
 *  12  checksum          u32   CRC32C of the other 28 bytes
 *  16  first index       u64
 *  24  previous term     u64   of the entry before the first one, 0 if there is none
 *  32  records           see RecordFormat
 * </pre>
 *
 * <p>The zeros are written before the records are, so that an append changes neither the file's size nor its place on
 * the disk, and so that a full disk is noticed before an entry is half written. Owned by one thread.
 */
final class SegmentFile implements Closeable {
    static final int HEADER_BYTES = 32;

    private static final long MAGIC = 0x504C_4452_4641_4354L;
    private static final int FORMAT_VERSION = 1;
    private static final Pattern NAME = Pattern.compile("facts-(\\d{20})\\.log");
    private static final int FILL_BYTES_MIN = 256 << 10;
    private static final int FILL_BYTES_MAX = 8 << 20;
    private static final int ZEROS_BYTES = 64 << 10;
    /** How far apart the entries are whose places are remembered. */
    private static final int MARK_BYTES = 64 << 10;

    private final String name;
    private final DiskFile file;
    private final long firstIndex;
    private final long previousTerm;
    private long size;
    private long end = HEADER_BYTES;
    private long lastIndex;

    /** Where some entries begin: index, position, index, position, ... in ascending order. */
    private long[] marks = new long[16];

    private int markLongs;

    private SegmentFile(String name, DiskFile file, long firstIndex, long previousTerm, long size) {
        this.name = name;
        this.file = file;
        this.firstIndex = firstIndex;
        this.previousTerm = previousTerm;
        this.size = size;
        this.lastIndex = firstIndex - 1;
    }

    static String name(long firstIndex) {
        return String.format(Locale.ROOT, "facts-%020d.log", firstIndex);
    }

    static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /** Makes an empty segment that is durable, name and all, or does not exist. */
    static SegmentFile create(Disk disk, long firstIndex, long previousTerm) throws IOException {
        String name = name(firstIndex);
        String temporary = name + Disk.TEMPORARY;
        DiskFile file = disk.create(temporary);
        try {
            SegmentFile segment = new SegmentFile(name, file, firstIndex, previousTerm, 0);
            file.write(header(firstIndex, previousTerm), 0);
            segment.size = HEADER_BYTES;
            segment.fill(FILL_BYTES_MIN);
            disk.rename(temporary, name);
            disk.sync();
            return segment;
        } catch (IOException | RuntimeException e) {
            closeQuietly(file, e);
            throw e;
        }
    }

    /** Opens a segment and checks its header, not its records. */
    static SegmentFile open(Disk disk, String name) throws IOException {
        DiskFile file = disk.open(name);
        try {
            long size = file.size();
            ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
            file.readFully(header, 0);
            String problem = problem(header, name);
            if (problem != null) {
                throw LogDamage.inLog(disk, name, 0, problem);
            }
            return new SegmentFile(name, file, header.getLong(16), header.getLong(24), size);
        } catch (IOException | RuntimeException e) {
            closeQuietly(file, e);
            throw e;
        }
    }

    private static ByteBuffer header(long firstIndex, long previousTerm) {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        header.putLong(MAGIC)
                .putInt(FORMAT_VERSION)
                .putInt(0)
                .putLong(firstIndex)
                .putLong(previousTerm)
                .flip();
        return header.putInt(12, checksum(header));
    }

    private static int checksum(ByteBuffer header) {
        CRC32C crc = new CRC32C();
        crc.update(header.slice(0, 12));
        crc.update(header.slice(16, 16));
        return (int) crc.getValue();
    }

    private static @Nullable String problem(ByteBuffer header, String name) {
        if (header.hasRemaining()) {
            return "the header is cut off after " + header.position() + " of " + HEADER_BYTES + " bytes";
        }
        if (header.getLong(0) != MAGIC) {
            return "this is no log file";
        }
        if (header.getInt(8) > FORMAT_VERSION) {
            return "format version is " + header.getInt(8) + ", this software knows up to " + FORMAT_VERSION;
        }
        if (header.getInt(12) != checksum(header)) {
            return "the header's checksum does not fit";
        }
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches() || Long.parseLong(matcher.group(1)) != header.getLong(16)) {
            return "the header says that the first entry is " + header.getLong(16);
        }
        return null;
    }

    private static void closeQuietly(DiskFile file, Exception first) {
        try {
            file.close();
        } catch (IOException e) {
            first.addSuppressed(e);
        }
    }

    /** Returns whether so many more bytes would make this file larger than it should be. */
    boolean isFull(long moreBytes, long segmentBytes) {
        return lastIndex >= firstIndex && end + moreBytes > segmentBytes;
    }

    /** Writes records behind the last one. */
    void append(ByteBuffer records, long firstOfThem, long lastOfThem) throws IOException {
        int bytes = records.remaining();
        if (end + bytes > size) {
            fill(end + bytes);
        }
        file.write(records, end);
        accept(firstOfThem, lastOfThem, bytes);
    }

    /** Takes note of records that are in the file already. */
    void accept(long firstOfThem, long lastOfThem, long bytes) {
        if (markLongs == 0 || end - marks[markLongs - 1] >= MARK_BYTES) {
            if (markLongs == marks.length) {
                marks = Arrays.copyOf(marks, marks.length * 2);
            }
            marks[markLongs++] = firstOfThem;
            marks[markLongs++] = end;
        }
        end += bytes;
        lastIndex = lastOfThem;
    }

    /** Makes the file at least so large, and durably so; it doubles, up to a limit, so that a small log stays small. */
    private void fill(long sizeMin) throws IOException {
        long target = Math.max(sizeMin, size + Math.min(Math.max(size, FILL_BYTES_MIN), FILL_BYTES_MAX));
        ByteBuffer zeros = ByteBuffer.allocateDirect(ZEROS_BYTES);
        while (size < target) {
            zeros.clear().limit((int) Math.min(ZEROS_BYTES, target - size));
            int bytes = zeros.remaining();
            file.write(zeros, size);
            size += bytes;
        }
        file.force();
    }

    void force() throws IOException {
        file.force();
    }

    /** Removes everything from a record on, durably. Atomic: a crash leaves all of it or none of it. */
    void cut(long position, long newLastIndex) throws IOException {
        file.truncate(position);
        file.force();
        size = position;
        end = position;
        lastIndex = newLastIndex;
        while (markLongs > 0 && marks[markLongs - 1] >= position) {
            markLongs -= 2;
        }
    }

    /** Writes the bytes from {@code position} to the end again as they are, so that the next force covers them. */
    void rewrite(long position) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect((int) Math.min(end - position, FILL_BYTES_MAX));
        for (long at = position; at < end; at += bytes.limit()) {
            bytes.clear().limit((int) Math.min(bytes.capacity(), end - at));
            file.readFully(bytes, at);
            file.write(bytes.flip(), at);
        }
    }

    /** Seats the reader at an entry of this segment; what comes first when it advances is that entry. */
    void seat(RecordReader reader, long index) throws IOException {
        int mark = markLongs - 2;
        while (mark > 0 && marks[mark] > index) {
            mark -= 2;
        }
        reader.seat(file, marks[mark + 1], end);
        for (long passed = marks[mark]; passed < index; passed++) {
            if (reader.advance() != RecordReader.Found.RECORD) {
                throw new IOException("entry " + passed + " can no longer be read: " + reader.damage());
            }
        }
    }

    /** Seats the reader at the first record; all of the file is read, also what lies behind the records. */
    void seatAtStart(RecordReader reader) {
        reader.seat(file, HEADER_BYTES, size);
    }

    DiskFile file() {
        return file;
    }

    String name() {
        return name;
    }

    long firstIndex() {
        return firstIndex;
    }

    long previousTerm() {
        return previousTerm;
    }

    long lastIndex() {
        return lastIndex;
    }

    long end() {
        return end;
    }

    long size() {
        return size;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
