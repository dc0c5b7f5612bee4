package dev.polder.raft;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/**
 * The files of a log, from the oldest to the one that is written, with nothing missing between them. Owned by the log's
 * thread.
 */
final class Segments implements Closeable {
    private final Disk disk;
    private final List<SegmentFile> files;
    private Floor floor;

    /**
     * Takes files that were found.
     *
     * @param files in order, at least one
     * @param floor what the first one follows
     */
    Segments(Disk disk, List<SegmentFile> files, Floor floor) {
        this.disk = disk;
        this.files = files;
        this.floor = floor;
    }

    /** Returns the place before the first entry. */
    Floor floor() {
        return floor;
    }

    /** Returns the one that is written. */
    SegmentFile current() {
        return files.get(files.size() - 1);
    }

    /**
     * Returns the one that has an entry.
     *
     * @throws IllegalStateException if none has
     */
    SegmentFile of(long index) {
        for (int i = files.size() - 1; i >= 0; i--) {
            SegmentFile file = files.get(i);
            if (file.firstIndex() <= index && index <= file.lastIndex()) {
                return file;
            }
        }
        throw new IllegalStateException("no entry " + index + " in log files from " + floor.firstIndex() + " to "
                + current().lastIndex());
    }

    String describe(SegmentFile file) {
        return disk.describe(file.name());
    }

    /** Returns what is to be thrown where none of them can be trusted. */
    LogDamage untrusted(String why) {
        return LogDamage.inLog(disk, files.get(0).name(), 0, why);
    }

    long bytes() {
        long bytes = 0;
        for (SegmentFile file : files) {
            bytes += file.size();
        }
        return bytes;
    }

    /** Returns behind which entry there are no more bytes than that, by whole files; the floor's index at least. */
    long indexBehind(long bytes) {
        long counted = 0;
        for (int i = files.size() - 1; i >= 0; i--) {
            counted += files.get(i).end();
            if (counted > bytes) {
                return files.get(i).lastIndex();
            }
        }
        return floor.index();
    }

    /** Begins another file. Only the last one may be damaged by a crash, so the one before must be forced. */
    void roll(long lastIndex, long lastTerm) throws IOException {
        files.add(SegmentFile.create(disk, lastIndex + 1, lastTerm));
    }

    /** Removes all entries behind one, durably. */
    void truncate(long index) throws IOException {
        while (current().firstIndex() > index && files.size() > 1) {
            remove(files.size() - 1);
        }
        if (current().lastIndex() > index) {
            RecordReader reader = new RecordReader(RecordFormat.HEADER_BYTES);
            current().seat(reader, index + 1);
            current().cut(reader.position(), index);
        }
    }

    /** Removes the oldest files, those that have nothing behind an entry, durably. The newest stays. */
    void compact(long index) throws IOException {
        while (files.size() > 1 && files.get(0).lastIndex() <= index) {
            floor = new Floor(files.get(0).lastIndex(), files.get(1).previousTerm());
            remove(0);
        }
    }

    /**
     * Removes all, durably, and begins behind an entry that they do not have. After a crash on the way they are as they
     * were, fewer, or begin there. What is not forced must be in none but the last.
     */
    void restart(Floor at) throws IOException {
        while (files.size() > 1) {
            remove(files.size() - 1);
        }
        roll(at.index(), at.term());
        remove(0);
        floor = at;
    }

    /** Removes a file. One after the other: a crash must not leave a gap. */
    private void remove(int place) throws IOException {
        SegmentFile file = files.remove(place);
        file.close();
        disk.delete(file.name());
        disk.sync();
    }

    @Override
    public void close() throws IOException {
        Failures failures = new Failures();
        files.forEach(failures::attempt);
        failures.throwFirst();
    }
}
