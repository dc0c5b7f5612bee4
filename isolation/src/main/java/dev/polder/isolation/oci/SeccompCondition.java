package dev.polder.isolation.oci;

import dev.polder.isolation.json.JsonException;
import dev.polder.isolation.json.JsonValue;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What must hold of one argument of a system call. All numbers are without a sign.
 *
 * @param index of the argument, 0 to 5
 * @param value to compare with; for {@link Operator#MASKED_EQ} the bits that count
 * @param valueTwo for {@link Operator#MASKED_EQ} what they must be, unused by the others
 */
record SeccompCondition(int index, Operator operator, long value, long valueTwo) {
    static final int INDEX_MAX = 5;
    private static final BigInteger VALUE_MAX =
            BigInteger.ONE.shiftLeft(Long.SIZE).subtract(BigInteger.ONE);

    enum Operator {
        EQ,
        NE,
        LT,
        LE,
        GT,
        GE,
        MASKED_EQ;

        private static Operator parse(JsonValue name) throws JsonException {
            String text = name.text();
            return Arrays.stream(values())
                    .filter(operator -> operator.seccompName().equals(text))
                    .findFirst()
                    .orElseThrow(() -> new JsonException(name.place() + " is " + text + ", which compares nothing"));
        }

        private String seccompName() {
            return "SCMP_CMP_" + name();
        }
    }

    static SeccompCondition parse(JsonValue condition) throws JsonException {
        long index = condition.get("index").number();
        if (index < 0 || index > INDEX_MAX) {
            throw new JsonException(condition.get("index").place() + " is " + index + ", not from 0 to " + INDEX_MAX);
        }
        Operator operator = Operator.parse(condition.get("op"));
        long value = unsigned(condition.get("value"));
        long valueTwo = unsigned(condition.get("valueTwo"));
        if (operator == Operator.MASKED_EQ && (valueTwo & ~value) != 0) {
            throw new JsonException(condition.place() + " never holds: valueTwo " + Long.toUnsignedString(valueTwo)
                    + " has bits that value " + Long.toUnsignedString(value) + " masks");
        }
        return new SeccompCondition((int) index, operator, value, operator == Operator.MASKED_EQ ? valueTwo : 0);
    }

    private static long unsigned(JsonValue number) throws JsonException {
        if (!number.isPresent()) {
            return 0;
        }
        BigInteger value = number.integer();
        if (value.signum() < 0 || value.compareTo(VALUE_MAX) > 0) {
            throw new JsonException(number.place() + " is " + value + ", not from 0 to " + VALUE_MAX);
        }
        return value.longValue();
    }

    /** Returns it in the form of an OCI runtime. */
    Map<String, Object> toOci() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("index", index);
        object.put("value", new BigInteger(Long.toUnsignedString(value)));
        if (operator == Operator.MASKED_EQ) {
            object.put("valueTwo", new BigInteger(Long.toUnsignedString(valueTwo)));
        }
        object.put("op", operator.seccompName());
        return object;
    }
}
