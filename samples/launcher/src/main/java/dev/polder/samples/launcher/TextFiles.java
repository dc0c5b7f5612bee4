package dev.polder.samples.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.FileVisitor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The text files below a directory: regular files that can be read, with no zero byte in their first 8 KiB. Hidden ones are
 * left out, and links are not followed.
 *
 * @param files in order of their names
 * @param left how many were left out because there are too many or they are too large
 */
record TextFiles(List<TextFile> files, int left) {
    static final int FILES_MAX = 10_000;
    static final long BYTES_MAX = 1L << 27;

    private static final int PROBE_BYTES = 8_192;

    record TextFile(Path path, long bytes, FileTime modified) {
        /** Tells whether the file is no longer what it was. */
        boolean hasChanged() {
            try {
                return Files.size(path) != bytes
                        || !Files.getLastModifiedTime(path).equals(modified);
            } catch (IOException gone) {
                return true;
            }
        }
    }

    static TextFiles below(Path directory) throws IOException {
        return below(directory, FILES_MAX, BYTES_MAX);
    }

    static TextFiles below(Path directory, int filesMax, long bytesMax) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new IOException("'" + directory + "' is no directory");
        }
        TreeSet<TextFile> found = new TreeSet<>(Comparator.comparing(TextFile::path));
        Files.walkFileTree(directory, visitor(directory, found));
        List<TextFile> taken = new ArrayList<>();
        long bytes = 0;
        for (TextFile file : found) {
            if (taken.size() < filesMax && bytes + file.bytes <= bytesMax) {
                taken.add(file);
                bytes += file.bytes;
            }
        }
        return new TextFiles(List.copyOf(taken), found.size() - taken.size());
    }

    long bytes() {
        return files.stream().mapToLong(TextFile::bytes).sum();
    }

    List<Path> paths() {
        return files.stream().map(TextFile::path).toList();
    }

    /** Deals the files out so that the shares have about the same number of bytes; no share is empty. */
    List<List<Path>> shares(int sharesMax) {
        int count = Math.min(sharesMax, files.size());
        List<List<Path>> shares = new ArrayList<>();
        long[] bytes = new long[count];
        for (int i = 0; i < count; i++) {
            shares.add(new ArrayList<>());
        }
        List<TextFile> largestFirst = new ArrayList<>(files);
        largestFirst.sort(Comparator.comparingLong(TextFile::bytes).reversed());
        for (TextFile file : largestFirst) {
            int smallest = 0;
            for (int i = 1; i < count; i++) {
                smallest = bytes[i] < bytes[smallest] ? i : smallest;
            }
            shares.get(smallest).add(file.path);
            // a file counts for its handling too, or all empty ones would go into one share
            bytes[smallest] += file.bytes + 1;
        }
        return shares;
    }

    private static FileVisitor<Path> visitor(Path directory, TreeSet<TextFile> found) {
        return new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path at, BasicFileAttributes attributes) {
                return at.equals(directory) || !isHidden(at) ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
            }

            @Override
            public FileVisitResult visitFile(Path at, BasicFileAttributes attributes) {
                if (attributes.isRegularFile() && !isHidden(at) && isText(at)) {
                    found.add(new TextFile(
                            at.toAbsolutePath().normalize(), attributes.size(), attributes.lastModifiedTime()));
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path at, IOException unreadable) {
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path at, @Nullable IOException incomplete) {
                return FileVisitResult.CONTINUE;
            }
        };
    }

    private static boolean isHidden(Path path) {
        Path name = path.getFileName();
        return name != null && name.toString().startsWith(".");
    }

    private static boolean isText(Path path) {
        try (InputStream in = Files.newInputStream(path)) {
            byte[] head = in.readNBytes(PROBE_BYTES);
            for (byte b : head) {
                if (b == 0) {
                    return false;
                }
            }
            return head.length > 0;
        } catch (IOException unreadable) {
            return false;
        }
    }
}
