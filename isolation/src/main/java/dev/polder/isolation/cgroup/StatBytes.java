package dev.polder.isolation.cgroup;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Reads the kernel's text files word by word and makes no garbage of it. Owned by one thread, used for one file after
 * the other. What does not fit is cut off after the last whole line.
 */
final class StatBytes {
    /** What a limit that is none, or does not fit, is read as. */
    static final long UNLIMITED = Long.MAX_VALUE;

    /** Up to here, the JDK reads into the stack, and allocates for more. */
    private static final int CAPACITY = 8192;
    /** Version 1 writes the largest number of whole pages for no limit; pages are at most this large. */
    private static final long PAGE_MAX = 1 << 20;

    private final ControlFiles files;
    private final byte[] buffer;
    private int end;
    private int next;
    private int lineEnd;
    private int wordStart;
    private int wordEnd;

    StatBytes(ControlFiles files) {
        this(files, CAPACITY);
    }

    StatBytes(ControlFiles files, int capacity) {
        this.files = files;
        this.buffer = new byte[capacity];
    }

    static byte[] key(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Reads a file; its first line is the first that {@link #nextLine} goes to. */
    void load(Path file) throws IOException {
        end = files.read(file, buffer);
        next = 0;
        lineEnd = 0;
        wordStart = 0;
        wordEnd = 0;
    }

    /** Goes to the begin of the next line. Returns false after the last. */
    boolean nextLine() {
        if (next >= end) {
            return false;
        }
        int from = next;
        int to = from;
        while (to < end && buffer[to] != '\n') {
            to++;
        }
        if (to == end && end == buffer.length) {
            return false;
        }
        lineEnd = to;
        next = to + 1;
        wordStart = from;
        wordEnd = from;
        return true;
    }

    /** Goes to the next word of the line; blanks, {@code :} and {@code =} are between words. */
    boolean nextWord() {
        int from = wordEnd;
        while (from < lineEnd && isBetweenWords(buffer[from])) {
            from++;
        }
        int to = from;
        while (to < lineEnd && !isBetweenWords(buffer[to])) {
            to++;
        }
        wordStart = from;
        wordEnd = to;
        return to > from;
    }

    private static boolean isBetweenWords(byte letter) {
        return letter == ' ' || letter == ':' || letter == '=' || letter == '\t';
    }

    /** Is the word this one? */
    boolean wordIs(byte[] key) {
        int length = wordEnd - wordStart;
        if (length != key.length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (buffer[wordStart + i] != key[i]) {
                return false;
            }
        }
        return true;
    }

    /** Returns the word as a number; {@link #UNLIMITED} for {@code max}, -1 and what is larger, 0 for what is none. */
    long number() {
        if (wordEnd == wordStart) {
            return 0;
        }
        if (buffer[wordStart] == 'm' || buffer[wordStart] == '-') {
            return UNLIMITED;
        }
        long number = 0;
        for (int i = wordStart; i < wordEnd; i++) {
            int digit = buffer[i] - '0';
            if (digit < 0 || digit > 9) {
                return 0;
            }
            if (number > (UNLIMITED - digit) / 10) {
                return UNLIMITED;
            }
            number = number * 10 + digit;
        }
        return number > UNLIMITED - PAGE_MAX ? UNLIMITED : number;
    }

    /** Goes to the next word and returns it as a number. */
    long nextNumber() {
        nextWord();
        return number();
    }

    /** Returns the first word of a file as a number. */
    long first(Path file) throws IOException {
        load(file);
        return nextLine() ? nextNumber() : 0;
    }

    /** Returns the number after a key at the begin of a line; 0 if no line has it. */
    long value(Path file, byte[] key) throws IOException {
        load(file);
        while (nextLine()) {
            if (nextWord() && wordIs(key)) {
                return nextNumber();
            }
        }
        return 0;
    }
}
