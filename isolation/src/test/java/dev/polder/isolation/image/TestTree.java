package dev.polder.isolation.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A tree on disk as lines of text, by name: kind, mode, owner, and what is in it. */
final class TestTree {
    private TestTree() {}

    static SortedMap<String, String> read(Path root) throws IOException {
        SortedMap<String, String> lines = new TreeMap<>();
        lines.put(".", describe(root));
        readInto(root, "", lines);
        return lines;
    }

    private static void readInto(Path directory, String prefix, Map<String, String> lines) throws IOException {
        try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
            for (Path child : children) {
                String name = prefix + name(child);
                lines.put(name, describe(child));
                if (Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
                    readInto(child, name + "/", lines);
                }
            }
        }
    }

    /** The locale of this JVM may not know the characters, its address of a file has the bytes. */
    private static String name(Path child) {
        String address = child.toUri().getRawPath().replaceFirst("/$", "");
        String last = address.substring(address.lastIndexOf('/') + 1);
        return java.net.URLDecoder.decode(last.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    static String describe(Path file) throws IOException {
        Map<String, Object> read =
                Files.readAttributes(file, "unix:mode,uid,gid,nlink,rdev,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
        int mode = (Integer) read.get("mode");
        String owner = " " + read.get("uid") + ":" + read.get("gid");
        String octal = " " + Integer.toOctalString(mode & 07777);
        return switch (mode & 0170000) {
            case 0040000 -> "directory" + octal + owner;
            case 0120000 -> "link" + owner + " -> " + Files.readSymbolicLink(file);
            case 0100000 ->
                "file" + octal + owner + " x" + read.get("nlink") + " "
                        + Files.readString(file, StandardCharsets.ISO_8859_1);
            case 0010000 -> "fifo" + octal + owner;
            default -> "device" + octal + owner + " " + read.get("rdev");
        };
    }
}
