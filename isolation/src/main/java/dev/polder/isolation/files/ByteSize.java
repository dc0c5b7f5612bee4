package dev.polder.isolation.files;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes in bytes as Mesos writes them: {@code 10MB}, which is 10 MiB. */
public final class ByteSize {
    private static final List<String> UNITS = List.of("B", "KB", "MB", "GB", "TB");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,15})(B|KB|MB|GB|TB)");
    private static final long STEP = 1_024;

    private ByteSize() {}

    /**
     * Reads a size; a plain 0 is one, too.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static long parse(String text) {
        if (text.equals("0")) {
            return 0;
        }
        Matcher matcher = SIZE.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a size; 512KB, 10MB, 1GB are");
        }
        long bytes = Long.parseLong(matcher.group(1));
        try {
            for (int i = UNITS.indexOf(matcher.group(2)); i > 0; i--) {
                bytes = Math.multiplyExact(bytes, STEP);
            }
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("not a size: it is above " + Long.MAX_VALUE + " bytes", e);
        }
        return bytes;
    }

    /** Writes a size in the largest unit of which it is a whole number. */
    public static String print(long bytes) {
        long number = bytes;
        int unit = 0;
        while (number != 0 && number % STEP == 0 && unit < UNITS.size() - 1) {
            number /= STEP;
            unit++;
        }
        return number + UNITS.get(unit);
    }
}
