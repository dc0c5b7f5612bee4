package dev.polder.wire;

/** Finds halves of surrogate pairs in a text; they stand for no character, and UTF-8 has no bytes for them. */
final class Surrogates {

    private Surrogates() {}

    /** Whether every half in the text has its other half. */
    static boolean arePaired(CharSequence text) {
        return firstUnpaired(text, 0) < 0;
    }

    /** The text with a replacement character for each half without its other half. */
    static String repair(String text) {
        int bad = firstUnpaired(text, 0);
        if (bad < 0) {
            return text;
        }
        StringBuilder repaired = new StringBuilder(text);
        while (bad >= 0) {
            repaired.setCharAt(bad, '\ufffd');
            bad = firstUnpaired(repaired, bad + 1);
        }
        return repaired.toString();
    }

    private static int firstUnpaired(CharSequence text, int from) {
        int length = text.length();
        int at = from;
        while (at < length) {
            char c = text.charAt(at);
            if (!Character.isSurrogate(c)) {
                at++;
            } else if (Character.isHighSurrogate(c)
                    && at + 1 < length
                    && Character.isLowSurrogate(text.charAt(at + 1))) {
                at += 2;
            } else {
                return at;
            }
        }
        return -1;
    }
}
