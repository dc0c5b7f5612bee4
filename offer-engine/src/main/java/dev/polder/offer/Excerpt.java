package dev.polder.offer;

/** Texts of others in our messages: bounded, so that nobody makes a message long. */
final class Excerpt {
    /** What is longer is cut, in UTF-16 units. */
    static final int LENGTH_MAX = 64;

    private Excerpt() {}

    /** Returns the text, or its beginning and an ellipsis. */
    static String of(String text) {
        if (text.length() <= LENGTH_MAX) {
            return text;
        }
        boolean pair = Character.isHighSurrogate(text.charAt(LENGTH_MAX - 1));
        return text.substring(0, pair ? LENGTH_MAX - 1 : LENGTH_MAX) + "…";
    }

    static String quoted(String text) {
        return "'" + of(text) + "'";
    }
}
