package dev.polder.isolation.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where something is mounted, as this process sees it. */
public final class MountPoints {
    private static final Path OWN = Path.of("/proc/self/mountinfo");
    private static final int MOUNT_POINT = 4;
    private static final Pattern OCTAL = Pattern.compile("\\\\([0-7]{3})");

    private MountPoints() {}

    /**
     * Returns the mount points at or below a directory, the last mounted first. Nothing where there is no table.
     *
     * @param directory absolute, without links
     * @return paths whose bytes are the characters, as ISO 8859-1 has them: a name may be no text
     */
    public static List<String> below(Path directory) throws IOException {
        if (!Files.isReadable(OWN)) {
            return List.of();
        }
        return below(Files.readString(OWN, StandardCharsets.ISO_8859_1), directory);
    }

    /**
     * The same, of a table that is given.
     *
     * @param table in the form of {@code /proc/self/mountinfo}
     */
    public static List<String> below(String table, Path directory) {
        List<String> found = new ArrayList<>();
        String prefix = latin(directory);
        for (String line : table.lines().toList()) {
            String[] fields = line.split(" ", -1);
            if (fields.length <= MOUNT_POINT) {
                continue;
            }
            String point = unescaped(fields[MOUNT_POINT]);
            if (point.equals(prefix) || point.startsWith(prefix + "/")) {
                found.add(0, point);
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
