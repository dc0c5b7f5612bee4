package dev.polder.raft.recipe;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Reads the parts of a thing and believes none of them. Every problem is an {@link IllegalArgumentException} in words. */
final class ByteReader {
    private final String thing;
    private final ByteBuffer in;

    ByteReader(String thing, byte[] bytes) {
        this.thing = thing;
        in = ByteBuffer.wrap(bytes);
    }

    IllegalArgumentException bad(String problem) {
        return new IllegalArgumentException(thing + ": " + problem);
    }

    private <T> T read(String what, Supplier<T> part) {
        int left = in.remaining();
        try {
            return part.get();
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException(thing + ": cut off in " + what + ", " + left + " bytes are left", e);
        }
    }

    int u8(String what) {
        return Byte.toUnsignedInt(read(what, in::get));
    }

    /** Reads a byte that must be as given. */
    void expect(String what, int expected) {
        int found = u8(what);
        if (found != expected) {
            throw bad(what + " " + found + ", this program reads " + expected);
        }
    }

    boolean flag(String what) {
        int flag = u8(what);
        if (flag > 1) {
            throw bad(what + " is " + flag + ", must be 0 or 1");
        }
        return flag == 1;
    }

    int i32(String what) {
        return read(what, in::getInt);
    }

    long i64(String what) {
        return read(what, in::getLong);
    }

    /** Reads a number that is never negative: a revision, a time. */
    long number(String what) {
        long number = i64(what);
        if (number < 0) {
            throw bad(what + " is " + number + ", must be 0 or more");
        }
        return number;
    }

    LeaseId lease(String what) {
        return new LeaseId(number(what));
    }

    /** Reads how many things follow, of which each takes some bytes, so that room is reserved for no more than came. */
    private int count(String what, int bytesMin) {
        int count = i32(what);
        if (count < 0 || (long) count * bytesMin > in.remaining()) {
            throw bad(what + ": " + count + " do not fit the " + in.remaining() + " bytes that are left");
        }
        return count;
    }

    byte[] bytes(String what) {
        byte[] part = new byte[count(what, 1)];
        in.get(part);
        return part;
    }

    String text(String what) {
        byte[] utf8 = bytes(what);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(thing + ": " + what + " is not UTF-8", e);
        }
    }

    <T> List<T> list(String what, int bytesMin, Supplier<T> element) {
        int count = count(what, bytesMin);
        List<T> list = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            list.add(element.get());
        }
        return list;
    }

    void end() {
        if (in.hasRemaining()) {
            throw bad(in.remaining() + " bytes follow");
        }
    }
}
