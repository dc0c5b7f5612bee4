package dev.polder.isolation.image;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The name of an entry of a layer, taken apart and known to stay below the layer's root.
 *
 * @param parts its components, none of them empty, {@code .} or {@code ..}; the root has none
 */
record EntryName(List<String> parts) {
    static final int COMPONENT_BYTES_MAX = 255;
    static final int BYTES_MAX = 3072;

    private static final String WHITEOUT = ".wh.";
    /** Whiteouts of no file: an opaque directory, and what AUFS kept beside the files. */
    private static final String SPECIAL = WHITEOUT + WHITEOUT;

    private static final String OPAQUE = SPECIAL + ".opq";

    static EntryName parse(String name, int depthMax) throws ImageException {
        // some tools call the root so
        if (name.startsWith("/") && !name.equals("/")) {
            throw new ImageException("entry '" + shown(name) + "' has an absolute name");
        }
        if (name.indexOf('\0') >= 0
                || name.indexOf('\ufffd') >= 0
                || !StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
            throw new ImageException("entry '" + shown(name) + "' has a name with a NUL or that is not UTF-8");
        }
        if (name.length() > BYTES_MAX || name.getBytes(StandardCharsets.UTF_8).length > BYTES_MAX) {
            throw new ImageException(
                    "entry '" + shown(name) + "' has a name longer than BYTES_MAX=" + BYTES_MAX + " bytes");
        }
        List<String> parts = new ArrayList<>();
        for (String part : name.split("/", -1)) {
            if (part.equals("..")) {
                throw new ImageException("entry '" + shown(name) + "' has a name with '..'");
            }
            if (part.getBytes(StandardCharsets.UTF_8).length > COMPONENT_BYTES_MAX) {
                throw new ImageException("entry '" + shown(name) + "' has a component longer than COMPONENT_BYTES_MAX="
                        + COMPONENT_BYTES_MAX + " bytes");
            }
            if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        if (parts.size() > depthMax) {
            throw new ImageException(
                    "entry '" + shown(name) + "' is " + parts.size() + " deep, more than depthMax=" + depthMax);
        }
        return new EntryName(List.copyOf(parts));
    }

    static EntryName root() {
        return new EntryName(List.of());
    }

    boolean isRoot() {
        return parts.isEmpty();
    }

    String last() {
        return parts.get(parts.size() - 1);
    }

    EntryName child(String part) {
        List<String> longer = new ArrayList<>(parts);
        longer.add(part);
        return new EntryName(List.copyOf(longer));
    }

    EntryName parent() {
        return new EntryName(parts.subList(0, parts.size() - 1));
    }

    boolean isOpaqueMark() {
        return !isRoot() && last().equals(OPAQUE);
    }

    boolean isWhiteout() {
        return !isRoot() && last().startsWith(WHITEOUT) && !last().startsWith(SPECIAL);
    }

    /** Is it, or is it below, something that only means something to AUFS? */
    boolean isBookkeeping() {
        for (int i = 0; i < parts.size(); i++) {
            if (parts.get(i).startsWith(i == parts.size() - 1 ? SPECIAL : WHITEOUT)) {
                return !isOpaqueMark() || i < parts.size() - 1;
            }
        }
        return false;
    }

    /** Returns what a whiteout hides. */
    EntryName hidden() throws ImageException {
        String name = last().substring(WHITEOUT.length());
        if (name.isEmpty() || name.equals(".") || name.equals("..")) {
            throw new ImageException("whiteout '" + this + "' hides no file");
        }
        List<String> hidden = new ArrayList<>(parts);
        hidden.set(hidden.size() - 1, name);
        return new EntryName(List.copyOf(hidden));
    }

    private static String shown(String name) {
        String cut = name.length() > 120 ? name.substring(0, 120) + "…" : name;
        return cut.replaceAll("\\p{Cntrl}", "?");
    }

    @Override
    public String toString() {
        return isRoot() ? "." : shown(String.join("/", parts));
    }

    /** Returns the text by which entries are kept apart and in order, every directory just before what it holds. */
    String key() {
        return String.join("\0", parts);
    }
}
