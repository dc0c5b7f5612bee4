package dev.polder.isolation.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is mounted, as this process sees it. */
final class MountTable {
    private static final Path OWN = Path.of("/proc/self/mountinfo");
    private static final int MOUNT_POINT = 4;
    private static final Pattern OCTAL = Pattern.compile("\\\\([0-7]{3})");

    private MountTable() {}

    /** Returns the mount points at or below a directory, the last mounted first. Nothing where there is no table. */
    static List<Path> below(Path directory) throws IOException {
        if (!Files.isReadable(OWN)) {
            return List.of();
        }
        return below(Files.readString(OWN, StandardCharsets.ISO_8859_1), directory);
    }

    static List<Path> below(String table, Path directory) {
        List<Path> found = new ArrayList<>();
        String prefix = latin(directory);
        for (String line : table.lines().toList()) {
            String[] fields = line.split(" ", -1);
            if (fields.length <= MOUNT_POINT) {
                continue;
            }
            String point = unescaped(fields[MOUNT_POINT]);
            if (point.equals(prefix) || point.startsWith(prefix + "/")) {
                found.add(
                        0,
                        RawPaths.target(
                                new String(point.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8)));
            }
        }
        return found;
    }

    private static String latin(Path path) {
        return new String(path.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** The kernel writes blanks and line breaks as octal numbers. */
    private static String unescaped(String field) {
        Matcher matcher = OCTAL.matcher(field);
        return matcher.replaceAll(
                found -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(found.group(1), 8))));
    }
}
