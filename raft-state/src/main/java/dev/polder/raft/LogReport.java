package dev.polder.raft;

import java.util.List;
import java.util.Optional;

/**
 * What {@link LogTool#verify} found in a directory.
 *
 * @param files every file that is the log's, in the order of their names
 * @param problem why a member would refuse to start with these files, in words; empty if it would start
 * @param notes what its start would do, and what one should know, in words
 */
public record LogReport(List<FileReport> files, Optional<String> problem, List<String> notes) {
    /**
     * One file.
     *
     * @param name in the directory
     * @param isSound whether every byte of it is as it was written
     * @param words what is in it; what is wrong with it if it is not sound
     */
    public record FileReport(String name, boolean isSound, String words) {}

    public LogReport {
        files = List.copyOf(files);
        notes = List.copyOf(notes);
    }

    /** Returns whether a member would start with these files. */
    public boolean isSound() {
        return problem.isEmpty();
    }
}
