package dev.polder.model;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The rules for ids and role names, as Mesos has them. */
public final class Names {
    /** The longest id in bytes of UTF-8; ids become names of directories. */
    public static final int ID_BYTES_MAX = 255;

    private Names() {}

    /** Returns what is wrong with an id, null if nothing is. The words begin with the thing and its value. */
    public static @Nullable String problemOfId(String thing, String id) {
        if (id.isEmpty()) {
            return thing + " '': must not be empty";
        }
        int length = id.getBytes(StandardCharsets.UTF_8).length;
        if (length > ID_BYTES_MAX) {
            return thing + " '" + id.substring(0, 20) + "...': " + length + " bytes, at most " + ID_BYTES_MAX;
        }
        if (id.equals(".") || id.equals("..")) {
            return thing + " '" + id + "': '.' and '..' are not allowed";
        }
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            if (c < 0x20 || c == 0x7f || c == '/' || c == '\\') {
                return thing + " '" + printable(id) + "': character " + codeOf(c) + " at index " + i
                        + "; '/', '\\' and control characters are not allowed";
            }
        }
        return null;
    }

    /** Returns what is wrong with a role name, null if nothing is. */
    public static @Nullable String problemOfRole(String role) {
        if (role.equals("*")) {
            return null;
        }
        if (role.isEmpty()) {
            return "role '': must not be empty";
        }
        int start = 0;
        while (start <= role.length()) {
            int slash = role.indexOf('/', start);
            int end = slash < 0 ? role.length() : slash;
            String problem = problemOfComponent(role.substring(start, end));
            if (problem != null) {
                return "role '" + printable(role) + "': " + problem + " at index " + start;
            }
            start = end + 1;
        }
        return null;
    }

    private static @Nullable String problemOfComponent(String component) {
        if (component.isEmpty()) {
            return "empty component";
        }
        if (component.equals(".") || component.equals("..") || component.equals("*")) {
            return "component '" + component + "' is not allowed";
        }
        if (component.startsWith("-")) {
            return "component '" + component + "' starts with a dash";
        }
        for (int i = 0; i < component.length(); i++) {
            char c = component.charAt(i);
            if (c == 0x7f || c == ' ' || (c >= 0x09 && c <= 0x0d)) {
                return "component with character " + codeOf(c) + " (white space or DEL)";
            }
        }
        return null;
    }

    private static String codeOf(char c) {
        return String.format(Locale.ROOT, "U+%04X", (int) c);
    }

    private static String printable(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            out.append(c < 0x20 || c == 0x7f ? '?' : c);
        }
        return out.toString();
    }
}
