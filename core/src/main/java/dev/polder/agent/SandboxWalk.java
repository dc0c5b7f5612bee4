package dev.polder.agent;

import dev.polder.isolation.files.OpenDirectory;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A way down a directory tree that a hostile user changes meanwhile: one directory at a time is held open, and no link is
 * followed. Used by one thread.
 */
final class SandboxWalk implements AutoCloseable {
    private OpenDirectory directory;

    private SandboxWalk(OpenDirectory directory) {
        this.directory = directory;
    }

    /**
     * Begins at a directory that is trusted, and so are the links that lead to it.
     *
     * @throws UnsupportedOperationException if the file system cannot look names up in an open directory
     */
    static SandboxWalk from(Path root) throws IOException {
        return new SandboxWalk(OpenDirectory.open(root));
    }

    /** Goes on to a directory. */
    void enter(String name) throws IOException {
        OpenDirectory next = directory.child(name);
        directory.close();
        directory = next;
    }

    /** Returns where it has come to; open until it goes on or is closed. */
    OpenDirectory directory() {
        return directory;
    }

    @Override
    public void close() throws IOException {
        directory.close();
    }
}
