package dev.polder.samples.launcher;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** A temporary directory that can be deleted before it is made, while it is used, and twice. */
final class Scratch {
    /** A process that ends may still write while its directory is deleted, but not for long. */
    private static final int ATTEMPTS_MAX = 20;

    private static final long PAUSE_MS = 50;

    private final String prefix;
    private volatile @Nullable Path directory;

    Scratch(String prefix) {
        this.prefix = prefix;
    }

    void make() throws IOException {
        directory = Files.createTempDirectory(prefix);
    }

    /** Returns the directory, which has been made. */
    Path directory() {
        return requireNonNull(directory, "directory");
    }

    /** Deletes all that is there; what somebody else deletes meanwhile is fine. */
    void delete() {
        Path made = directory;
        if (made == null) {
            return;
        }
        for (int attempt = 1; ; attempt++) {
            try {
                deleteBelow(made);
                return;
            } catch (IOException e) {
                if (attempt >= ATTEMPTS_MAX || !pause()) {
                    System.err.println("polder: " + made + " is left behind: " + e.getMessage());
                    return;
                }
            }
        }
    }

    private static boolean pause() {
        try {
            Thread.sleep(PAUSE_MS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static void deleteBelow(Path made) throws IOException {
        Files.walkFileTree(made, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException gone) {
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
                Files.deleteIfExists(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
