package dev.polder.raft;

import java.io.IOException;

/** The place from which on the files of a log, or one of a snapshot, cannot be trusted. The message names file and offset. */
final class LogDamage extends IOException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final long offset;

    private LogDamage(String file, long offset, String message) {
        super(message);
        this.file = file;
        this.offset = offset;
    }

    /** All that the log had before that place is sound. */
    static LogDamage inLog(Disk disk, String file, long offset, String why) {
        return new LogDamage(file, offset, "log file " + disk.describe(file) + " at offset " + offset + ": " + why);
    }

    /** A snapshot is sound as a whole, or not at all. */
    static LogDamage inSnapshot(String file, String message) {
        return new LogDamage(file, 0, message);
    }

    /** Returns the name of the file; it may be one that is missing. */
    String file() {
        return file;
    }

    long offset() {
        return offset;
    }
}
