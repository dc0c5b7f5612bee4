package dev.polder.isolation.docker;

import static java.util.Objects.requireNonNull;

/** An option of {@code docker run}, without its dashes, and its value; {@code true} or {@code false} of a flag. */
public record DockerParameter(String key, String value) {
    /** Refuses null. */
    public DockerParameter {
        requireNonNull(key, "key");
        requireNonNull(value, "value");
    }

    IllegalArgumentException refusal(String rule) {
        return new IllegalArgumentException("parameter " + key + "='" + value + "' " + rule);
    }

    /** Returns what is before and behind the first separator, which must be there. */
    String[] pair(char separator) {
        int at = value.indexOf(separator);
        if (at < 1) {
            throw refusal("is not of the form NAME" + separator + "VALUE");
        }
        return new String[] {value.substring(0, at), value.substring(at + 1)};
    }

    /** Returns the value as a whole number. */
    long number() {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw refusal("is not a whole number");
        }
    }

    /** Returns the value as a number of bytes, with the suffixes b, k, m and g that Docker has; -1 is taken, too. */
    long bytes() {
        if (value.equals("-1")) {
            return -1;
        }
        if (!value.matches("(?i)\\d{1,12}(b|kb?|mb?|gb?)?")) {
            throw refusal("is not a number of bytes such as 64m");
        }
        long number = Long.parseLong(value.replaceAll("\\D", ""));
        return switch (Character.toLowerCase(
                value.replaceAll("\\d", "").concat("b").charAt(0))) {
            case 'k' -> number << 10;
            case 'm' -> number << 20;
            case 'g' -> Math.multiplyExact(number, 1L << 30);
            default -> number;
        };
    }

    /** Returns the value of a flag. */
    boolean flag() {
        if (!value.equals("true") && !value.equals("false") && !value.isEmpty()) {
            throw refusal("is not true or false");
        }
        return !value.equals("false");
    }
}
