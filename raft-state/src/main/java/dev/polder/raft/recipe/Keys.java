package dev.polder.raft.recipe;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;

/** The order and the form of keys. */
final class Keys {
    /** The order of the UTF-8 bytes, which is that of the code points: the same for clients in every language. */
    static final Comparator<String> ORDER = Keys::compare;

    private Keys() {}

    private static int compare(String a, String b) {
        int length = Math.min(a.length(), b.length());
        for (int i = 0; i < length; i++) {
            char left = a.charAt(i);
            char right = b.charAt(i);
            if (left != right) {
                return Integer.compare(rank(left), rank(right));
            }
        }
        return Integer.compare(a.length(), b.length());
    }

    /** A surrogate is half of a code point above all others. */
    private static int rank(char c) {
        return Character.isSurrogate(c) ? c + Character.MAX_VALUE : c;
    }

    static int bytes(String key) {
        int bytes = 0;
        for (int i = 0; i < key.length(); i++) {
            char c = key.charAt(i);
            if (c < 0x80) {
                bytes++;
            } else if (c < 0x800 || Character.isSurrogate(c)) {
                bytes += 2;
            } else {
                bytes += 3;
            }
        }
        return bytes;
    }

    /** Returns the first key after all that begin with this; empty if there is none. */
    static String afterPrefix(String prefix) {
        for (int end = prefix.length(); end > 0; ) {
            int last = prefix.codePointBefore(end);
            end -= Character.charCount(last);
            if (last != Character.MAX_CODE_POINT) {
                int next = last + 1 == Character.MIN_SURROGATE ? Character.MAX_SURROGATE + 1 : last + 1;
                return prefix.substring(0, end) + Character.toString(next);
            }
        }
        return "";
    }

    /**
     * Checks that a text can be a key.
     *
     * @throws IllegalArgumentException if half a surrogate pair stands alone, which UTF-8 cannot say
     */
    static String check(String key) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(key)) {
            throw new IllegalArgumentException("key '" + key + "': a surrogate stands alone");
        }
        return key;
    }

    /**
     * Checks the name of a lock or the like, which becomes a part of keys.
     *
     * @throws IllegalArgumentException if a component between slashes is empty
     */
    static String checkName(String what, String name) {
        check(name);
        int start = 0;
        for (String component : name.split("/", -1)) {
            if (component.isEmpty()) {
                throw new IllegalArgumentException(what + " '" + name + "': empty component at index " + start);
            }
            start += component.length() + 1;
        }
        return name;
    }
}
