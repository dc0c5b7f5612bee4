package dev.polder.isolation.cgroup;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A place where a hierarchy of control groups, or a part of one, can be seen: a line of {@code mountinfo}.
 *
 * @param root the group that is seen at the mount point, as a path from the root of this process's cgroup namespace;
 *     begins with {@code /..} if it is above that
 * @param options those of the file system, which name the controllers of a hierarchy of version 1
 */
public record CgroupMount(boolean unified, String root, Path mountPoint, Set<String> options) {

    /** Copies. */
    public CgroupMount {
        options = Set.copyOf(options);
    }

    /** Returns the mounts of both versions, in the order of their making. Lines of other kinds are none. */
    public static List<CgroupMount> parse(String mountinfo) {
        List<CgroupMount> found = new ArrayList<>();
        for (String line : mountinfo.split("\n", -1)) {
            CgroupMount mount = parseLine(line);
            if (mount != null) {
                found.add(mount);
            }
        }
        return found;
    }

    /** {@code id parent major:minor root mountPoint options [optional fields] - type source superOptions}. */
    private static @Nullable CgroupMount parseLine(String line) {
        String[] words = line.split(" ", -1);
        int dash = 6;
        while (dash < words.length && !words[dash].equals("-")) {
            dash++;
        }
        if (dash + 3 >= words.length) {
            return null;
        }
        String type = words[dash + 1];
        if (!type.equals("cgroup") && !type.equals("cgroup2")) {
            return null;
        }
        try {
            Path mountPoint = Path.of(unescape(words[4]));
            return new CgroupMount(
                    type.equals("cgroup2"),
                    unescape(words[3]),
                    mountPoint,
                    Set.copyOf(List.of(unescape(words[dash + 3]).split(",", -1))));
        } catch (InvalidPathException nameOfNoFile) {
            return null;
        }
    }

    /** The kernel writes blanks, line breaks and backslashes as a backslash and three octal digits. */
    static String unescape(String word) {
        if (word.indexOf('\\') < 0) {
            return word;
        }
        StringBuilder text = new StringBuilder(word.length());
        for (int i = 0; i < word.length(); i++) {
            if (word.charAt(i) == '\\' && isOctal(word, i + 1, i + 4)) {
                text.append((char) Integer.parseInt(word.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                text.append(word.charAt(i));
            }
        }
        return text.toString();
    }

    private static boolean isOctal(String word, int from, int to) {
        if (to > word.length() || word.charAt(from) > '3') {
            return false;
        }
        for (int i = from; i < to; i++) {
            if (word.charAt(i) < '0' || word.charAt(i) > '7') {
                return false;
            }
        }
        return true;
    }

    /** Returns where a group is seen here, or null if it is not: it is no group below this mount's root. */
    @Nullable
    Path directory(String group) {
        String below;
        if (root.equals("/")) {
            below = group;
        } else if (group.equals(root)) {
            below = "/";
        } else if (group.startsWith(root + "/")) {
            below = group.substring(root.length());
        } else {
            return null;
        }
        try {
            Path directory = mountPoint;
            for (String name : below.substring(1).split("/", -1)) {
                if (name.equals("..")) {
                    return null;
                }
                directory = name.isEmpty() ? directory : directory.resolve(name);
            }
            return directory;
        } catch (InvalidPathException nameOfNoFile) {
            return null;
        }
    }
}
