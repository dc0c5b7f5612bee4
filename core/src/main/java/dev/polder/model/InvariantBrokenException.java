package dev.polder.model;

import java.util.Locale;

/** Something that cannot be has happened: a fault of ours, never of a caller or of the world. */
public final class InvariantBrokenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Makes an exception with words that name the thing and its numbers. */
    public InvariantBrokenException(String message) {
        super(message);
    }

    /** Makes an exception for a fault that came out as another one. */
    public InvariantBrokenException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Throws unless {@code holds}; the message is formatted only then. */
    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be one more dependency of every user
    public static void check(boolean holds, String format, Object... arguments) {
        if (!holds) {
            throw new InvariantBrokenException(String.format(Locale.ROOT, format, arguments));
        }
    }
}
