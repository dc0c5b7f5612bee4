package dev.polder.isolation.image;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;

/**
 * Paths whose names are UTF-8 on disk whatever the JVM's locale. A JVM that was started in the locale {@code C} refuses
 * to make a path of a text with other characters than ASCII, and most images have some; an escaped address of a file is
 * taken byte for byte in any locale.
 */
final class RawPaths {
    private RawPaths() {}

    /** Returns the child of that name, which has no slash. */
    static Path child(Path directory, String name) {
        return directory.resolve(isAscii(name) ? Path.of(name) : raw("/" + name).getFileName());
    }

    static Path resolve(Path tree, EntryName name) {
        Path path = tree;
        for (String part : name.parts()) {
            path = child(path, part);
        }
        return path;
    }

    /** Returns the path that a symbolic link is to hold. */
    static Path target(String text) {
        if (isAscii(text)) {
            return Path.of(text);
        }
        String plain = text.replaceAll("/+", "/");
        Path absolute = raw(plain.startsWith("/") ? plain : "/" + plain);
        return plain.startsWith("/") ? absolute : absolute.subpath(0, absolute.getNameCount());
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }

    private static Path raw(String absolute) {
        StringBuilder address = new StringBuilder("file://");
        for (byte octet : absolute.getBytes(StandardCharsets.UTF_8)) {
            if (octet == '/') {
                address.append('/');
            } else {
                address.append('%').append(HexFormat.of().toHexDigits(octet));
            }
        }
        return Path.of(URI.create(address.toString()));
    }
}
