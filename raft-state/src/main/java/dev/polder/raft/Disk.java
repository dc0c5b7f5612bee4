package dev.polder.raft;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/**
 * The files of one directory, as far as log and term need them. The seam behind which tests lose power.
 *
 * <p>What was written to a file is durable after {@link DiskFile#force()}; that a file has a name, has another one or
 * has none, after {@link #sync()}. Any thread may call; an open file is used by one at a time.
 */
interface Disk {
    /** Ends the name of a file that is not finished; what carries it after a crash is rubbish. */
    String TEMPORARY = ".new";

    /**
     * Takes the directory for one user, until it is given back or the process ends.
     *
     * @throws IOException if somebody else has it, in this process or another
     */
    Closeable lock() throws IOException;

    /** Returns the names of all files, in no order. */
    List<String> names() throws IOException;

    /** Opens an existing file. */
    DiskFile open(String name) throws IOException;

    /** Opens an empty file; one of that name is emptied. */
    DiskFile create(String name) throws IOException;

    /** Gives a file another name, atomically; one that had that name is gone. */
    void rename(String from, String to) throws IOException;

    void delete(String name) throws IOException;

    /** Makes names durable. */
    void sync() throws IOException;

    /** Returns how many bytes may still be written, as far as the system knows. */
    long freeBytes() throws IOException;

    /** Returns what people call a file of that name. */
    String describe(String name);
}
