package dev.polder.raft.recipe;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes the parts of what {@link ByteReader} reads; big endian. */
final class ByteWriter {
    private static final int FIRST_BYTES = 128;

    private byte[] bytes = new byte[FIRST_BYTES];
    private int size;

    private void need(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(size, more), (int) Math.min(2L * size, 1 << 30)));
        }
    }

    ByteWriter u8(int value) {
        need(Byte.BYTES);
        bytes[size++] = (byte) value;
        return this;
    }

    ByteWriter flag(boolean value) {
        return u8(value ? 1 : 0);
    }

    ByteWriter i32(int value) {
        need(Integer.BYTES);
        for (int shift = Integer.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
            bytes[size++] = (byte) (value >>> shift);
        }
        return this;
    }

    ByteWriter i64(long value) {
        return i32((int) (value >>> Integer.SIZE)).i32((int) value);
    }

    ByteWriter text(String text) {
        return bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    ByteWriter bytes(byte[] part) {
        return i32(part.length).raw(part);
    }

    /** Writes bytes without their length. */
    ByteWriter raw(byte[] part) {
        need(part.length);
        System.arraycopy(part, 0, bytes, size, part.length);
        size += part.length;
        return this;
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }
}
