package dev.polder.offer.resource;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Names that become names of directories on an agent: ids of tasks and frameworks, of persistent volumes. */
public final class DirectoryName {
    /** The longest name in bytes of UTF-8. */
    public static final int BYTES_MAX = 255;

    private static final int SHOWN_MAX = 20;

    private DirectoryName() {}

    /**
     * Returns what is wrong with a name, if anything is.
     *
     * @param thing of what; the words begin with it and with the name
     */
    public static Optional<String> problem(String thing, String name) {
        if (name.isEmpty()) {
            return Optional.of(thing + " '': must not be empty");
        }
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        if (length > BYTES_MAX) {
            return Optional.of(
                    thing + " '" + name.substring(0, SHOWN_MAX) + "...': " + length + " bytes, at most " + BYTES_MAX);
        }
        if (name.equals(".") || name.equals("..")) {
            return Optional.of(thing + " '" + name + "': '.' and '..' are not allowed");
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c < 0x20 || c == 0x7f || c == '/' || c == '\\') {
                return Optional.of(thing + " '" + Texts.printable(name) + "': character " + Texts.codeOf(c)
                        + " at index " + i + "; '/', '\\' and control characters are not allowed");
            }
        }
        return Optional.empty();
    }
}
