package dev.polder.wire;

import com.fasterxml.jackson.core.io.NumberOutput;

/**
 * Doubles as Mesos prints them: the fewest digits that read back the same; plain notation from 1e-6 up to below 1e21
 * with at least one digit after the point, else an exponent without plus sign and leading zeros. JSON has no numbers
 * that are not finite: the infinite ones become strings, which are read back; what is no number becomes null.
 * <pre>
 *  15 → 15.0     0.001 → 0.001     1e21 → 1e21     1.5e-7 → 1.5e-7     1e20 → 100000000000000000000.0
 * </pre>
 */
final class JsonDouble {

    private static final int PLAIN_DIGITS_MAX = 21;
    private static final int PLAIN_ZEROS_MAX = 5;

    private JsonDouble() {}

    /** The JSON text of a value. */
    static String text(double value) {
        if (Double.isNaN(value)) {
            return "null";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
        }
        // The JDK's own conversion gives the fewest digits only since 19; this one does on every JDK.
        String java = NumberOutput.toString(value, true);
        int exponentAt = java.indexOf('E');
        if (exponentAt < 0) {
            return java;
        }
        int start = java.charAt(0) == '-' ? 1 : 0;
        int point = java.indexOf('.');
        String fraction = java.substring(point + 1, exponentAt);
        String digits = java.substring(start, point) + (fraction.equals("0") ? "" : fraction);
        int exponent = Integer.parseInt(java.substring(exponentAt + 1));
        return java.substring(0, start) + layOut(digits, exponent);
    }

    /** Digits with the point after the first, times ten to the exponent. */
    private static String layOut(String digits, int exponent) {
        int count = digits.length();
        int pointAt = exponent + 1;
        if (count <= pointAt && pointAt <= PLAIN_DIGITS_MAX) {
            return digits + "0".repeat(pointAt - count) + ".0";
        }
        if (0 < pointAt && pointAt <= PLAIN_DIGITS_MAX) {
            return digits.substring(0, pointAt) + "." + digits.substring(pointAt);
        }
        if (-PLAIN_ZEROS_MAX <= pointAt && pointAt <= 0) {
            return "0." + "0".repeat(-pointAt) + digits;
        }
        return digits.charAt(0) + (count == 1 ? "" : "." + digits.substring(1)) + "e" + exponent;
    }
}
