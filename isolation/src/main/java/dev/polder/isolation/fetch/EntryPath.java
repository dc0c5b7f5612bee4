package dev.polder.isolation.fetch;

import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A path below a directory, taken apart and known to stay there.
 *
 * @param parts its components, none of them empty, {@code .} or {@code ..}; the directory itself has none
 */
record EntryPath(List<String> parts) {
    private static final int PART_BYTES_MAX = 255;
    private static final int BYTES_MAX = 3072;

    static EntryPath parse(String name, int depthMax) throws FetchException {
        String shown = FetchRequest.masked(name);
        if (name.startsWith("/")) {
            throw new FetchException("'" + shown + "' is absolute");
        }
        if (name.indexOf('\0') >= 0
                || name.indexOf('\ufffd') >= 0
                || !StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
            throw new FetchException("'" + shown + "' has a NUL or is not UTF-8");
        }
        if (name.length() > BYTES_MAX || name.getBytes(StandardCharsets.UTF_8).length > BYTES_MAX) {
            throw new FetchException("'" + shown + "' is longer than BYTES_MAX=" + BYTES_MAX + " bytes");
        }
        List<String> parts = new ArrayList<>();
        for (String part : name.split("/", -1)) {
            if (part.equals("..")) {
                throw new FetchException("'" + shown + "' has '..'");
            }
            if (part.getBytes(StandardCharsets.UTF_8).length > PART_BYTES_MAX) {
                throw new FetchException(
                        "'" + shown + "' has a component longer than PART_BYTES_MAX=" + PART_BYTES_MAX + " bytes");
            }
            if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        if (parts.size() > depthMax) {
            throw new FetchException("'" + shown + "' is " + parts.size() + " deep, more than depthMax=" + depthMax);
        }
        return new EntryPath(List.copyOf(parts));
    }

    boolean isRoot() {
        return parts.isEmpty();
    }

    String last() {
        return parts.get(parts.size() - 1);
    }

    EntryPath parent() {
        return new EntryPath(parts.subList(0, parts.size() - 1));
    }

    /** Returns the paths above, from the top on. */
    List<EntryPath> above() {
        List<EntryPath> above = new ArrayList<>();
        for (int i = 1; i < parts.size(); i++) {
            above.add(new EntryPath(parts.subList(0, i)));
        }
        return above;
    }

    Path in(Path tree) throws FetchException {
        try {
            Path path = tree;
            for (String part : parts) {
                path = path.resolve(part);
            }
            return path;
        } catch (InvalidPathException e) {
            throw new FetchException("'" + this + "' cannot be a file's name in the locale of this JVM", e);
        }
    }

    @Override
    public String toString() {
        return isRoot() ? "." : FetchRequest.masked(String.join("/", parts));
    }
}
