package dev.polder.isolation.image;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/** Walks paths as a process would whose root is a directory of ours, and makes what is missing. */
record PathInRoot(Path root) {
    private static final int LINKS_MAX = 40;

    Path make(String path, boolean file) throws IOException {
        if (!path.startsWith("/") || path.indexOf('\0') >= 0) {
            throw new ImageException("path '" + path + "' is not absolute or has a NUL");
        }
        Deque<Path> left = new ArrayDeque<>();
        RawPaths.target(path).forEach(left::add);
        Path at = root;
        int links = 0;
        while (!left.isEmpty()) {
            String name = left.peek().toString();
            Path next = at.resolve(left.poll());
            if (name.isEmpty() || name.equals(".")) {
                continue;
            }
            if (name.equals("..")) {
                at = at.equals(root) ? root : requireNonNull(at.getParent(), "below the root");
            } else if (Files.isSymbolicLink(next)) {
                links++;
                if (links > LINKS_MAX) {
                    throw new ImageException(
                            "path '" + path + "' leads through more than LINKS_MAX=" + LINKS_MAX + " links");
                }
                Path target = Files.readSymbolicLink(next);
                for (int i = target.getNameCount() - 1; i >= 0; i--) {
                    left.push(target.getName(i));
                }
                at = target.isAbsolute() ? root : at;
            } else {
                boolean isLast = left.isEmpty();
                makeIfAbsent(next, file && isLast);
                if (!isLast && !Files.isDirectory(next, LinkOption.NOFOLLOW_LINKS)) {
                    throw new ImageException("path '" + path + "' leads through a file of the image");
                }
                at = next;
            }
        }
        if (Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS) == file) {
            throw new ImageException("path '" + path + "' of the image is " + (file ? "a directory" : "a file"));
        }
        return at;
    }

    private static void makeIfAbsent(Path place, boolean file) throws IOException {
        if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
            if (file) {
                Files.createFile(place);
            } else {
                Files.createDirectory(place);
            }
        }
    }
}
