package dev.polder.offer.resource;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Texts that may be absent, or may hold what cannot be shown. */
final class Texts {
    private static final int SHOWN_MAX = 40;

    private Texts() {}

    /** Orders two texts; what is absent comes first. */
    static int compare(Optional<String> one, Optional<String> other) {
        if (one.isEmpty() || other.isEmpty()) {
            return Boolean.compare(one.isPresent(), other.isPresent());
        }
        return one.get().compareTo(other.get());
    }

    /** Orders two lists by their first elements that differ; a beginning comes before the whole. */
    static <T> int compareLists(List<T> one, List<T> other, Comparator<T> order) {
        int common = Math.min(one.size(), other.size());
        for (int i = 0; i < common; i++) {
            int byElement = order.compare(one.get(i), other.get(i));
            if (byElement != 0) {
                return byElement;
            }
        }
        return Integer.compare(one.size(), other.size());
    }

    /** Returns the text with a question mark for each control character. */
    static String printable(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            out.append(c < 0x20 || c == 0x7f ? '?' : c);
        }
        return out.toString();
    }

    /** Returns the beginning of a text that may be long. */
    static String beginning(String text) {
        return text.length() <= SHOWN_MAX ? text : text.substring(0, SHOWN_MAX) + "...";
    }

    /** Returns a character as {@code U+0041}. */
    static String codeOf(char c) {
        return String.format(Locale.ROOT, "U+%04X", (int) c);
    }
}
