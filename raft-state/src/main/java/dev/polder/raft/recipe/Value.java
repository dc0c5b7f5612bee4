package dev.polder.raft.recipe;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What a key holds: bytes that never change. Equal if the bytes are. */
public final class Value {
    /** No bytes. */
    public static final Value EMPTY = new Value(new byte[0]);

    private static final int SHOWN_BYTES_MAX = 40;

    private final byte[] bytes;

    private Value(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Returns a value of a copy of these bytes. */
    public static Value of(byte[] bytes) {
        return new Value(bytes.clone());
    }

    /** Returns the value of a text in UTF-8. */
    public static Value of(String text) {
        return new Value(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Returns the value of a number as decimal digits, as {@link Counter} keeps it. */
    public static Value of(long number) {
        return of(Long.toString(number));
    }

    /** Takes the array as it is; nobody may change it afterwards. */
    static Value wrap(byte[] bytes) {
        return new Value(bytes);
    }

    /** Returns the bytes themselves, which are not to be changed. */
    byte[] shared() {
        return bytes;
    }

    /** Returns a copy of the bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** Returns how many bytes there are. */
    public int size() {
        return bytes.length;
    }

    /** Returns the bytes as UTF-8; what is none is replaced by U+FFFD. */
    public String text() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Value value && Arrays.equals(bytes, value.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return bytes.length <= SHOWN_BYTES_MAX ? "'" + text() + "'" : bytes.length + " bytes";
    }
}
