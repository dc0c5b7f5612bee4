package dev.polder.isolation;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** How a text is written so that a shell takes it for what it is. */
public final class ShellText {
    /** What runs it. */
    public static final String SHELL = "/bin/sh";

    private static final int ASCII_MAX = 127;

    private ShellText() {}

    /** Can any shell set a variable of this name, and hand it on as it is? */
    public static boolean canBeSet(String variable) {
        return IntentScript.canBeSet(variable);
    }

    /**
     * Returns the words before a command that undo what signals this JVM has blocked, or was started with ignored. They do
     * nothing where {@code env} cannot do it.
     */
    public static List<String> withCleanSignals() {
        return List.of(SHELL, "-c", LaunchShell.CLEAN_SIGNALS, "sh");
    }

    /**
     * Makes any text without NUL one word of a shell, in ASCII alone: what a JVM puts into a process's arguments and
     * variables depends on its locale otherwise.
     */
    public static String quote(String text) {
        StringBuilder word = new StringBuilder();
        int start = 0;
        while (start < text.length() || word.isEmpty()) {
            int end = start;
            while (end < text.length() && text.charAt(end) <= ASCII_MAX) {
                end++;
            }
            if (end > start || text.isEmpty()) {
                word.append(IntentScript.quote(text.substring(start, end)));
            }
            start = end;
            while (end < text.length() && text.charAt(end) > ASCII_MAX) {
                end++;
            }
            if (end > start) {
                word.append(printed(text.substring(start, end)));
            }
            start = end;
        }
        return word.toString();
    }

    private static String printed(String text) {
        StringBuilder octal = new StringBuilder();
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            octal.append('\\').append(Integer.toOctalString(each & 0xff));
        }
        return "\"$(printf '" + octal + "')\"";
    }
}
