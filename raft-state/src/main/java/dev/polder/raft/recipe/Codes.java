package dev.polder.raft.recipe;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The bytes that stand for the constants of an enumeration: their places in a list that only grows at its end. */
final class Codes<E extends Enum<E>> {
    private final List<E> constants;
    private final Map<E, Integer> codes;

    Codes(Class<E> type, List<E> constants) {
        this.constants = constants;
        codes = new EnumMap<>(type);
        for (int code = 0; code < constants.size(); code++) {
            codes.put(constants.get(code), code);
        }
        if (codes.size() != type.getEnumConstants().length) {
            throw new IllegalArgumentException(type + ": codes for " + codes.keySet() + " only");
        }
    }

    void write(ByteWriter out, E constant) {
        out.u8(codes.getOrDefault(constant, constants.size()));
    }

    E read(String what, ByteReader in) {
        int code = in.u8(what);
        if (code >= constants.size()) {
            throw in.bad(what + " " + code + ", must be below " + constants.size());
        }
        return constants.get(code);
    }

    List<E> constants() {
        return constants;
    }
}
