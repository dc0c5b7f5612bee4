package dev.polder.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/** What happened in a run, in one number; and the last of it in words. */
final class Trace {
    private static final int LINES_KEPT = 80;
    private static final long MULTIPLIER = 0x9E37_79B9_7F4A_7C15L;

    private record Line(long atUs, String text) {}

    private final Deque<Line> lines = new ArrayDeque<>(LINES_KEPT);
    private long hash;
    private long count;

    void note(long atUs, String text) {
        hash = (Long.rotateLeft(hash, 7) ^ atUs ^ ((long) text.hashCode() << 32)) * MULTIPLIER;
        count++;
        if (lines.size() == LINES_KEPT) {
            lines.remove();
        }
        lines.add(new Line(atUs, text));
    }

    /** Returns a number that two runs share if everything noted was the same in both. */
    long hash() {
        return hash;
    }

    /** Returns how much was noted. */
    long count() {
        return count;
    }

    /** Returns the last lines, oldest first. */
    List<String> tail() {
        return lines.stream()
                .map(line -> String.format(Locale.ROOT, "%14.6f  %s", line.atUs() / 1e6, line.text()))
                .toList();
    }
}
