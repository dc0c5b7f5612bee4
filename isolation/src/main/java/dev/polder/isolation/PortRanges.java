package dev.polder.isolation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Some ports: each in one range, and the ranges as few as can be, in rising order. Immutable.
 *
 * @param ranges what is given, put in order
 */
public record PortRanges(List<PortRange> ranges) {
    /** No port. */
    public static final PortRanges NONE = new PortRanges(List.of());

    /** Every port that there is. */
    public static final PortRanges ALL = new PortRanges(List.of(new PortRange(0, 65535)));

    private static final Pattern RANGE = Pattern.compile("(\\d{1,5})-(\\d{1,5})");

    /** Puts in order. */
    public PortRanges {
        BitSet bits = new BitSet();
        ranges.forEach(range -> bits.set(range.first(), range.last() + 1));
        ranges = ranges(bits);
    }

    private static List<PortRange> ranges(BitSet bits) {
        List<PortRange> ranges = new ArrayList<>();
        for (int first = bits.nextSetBit(0); first >= 0; ) {
            int end = bits.nextClearBit(first);
            ranges.add(new PortRange(first, end - 1));
            first = bits.nextSetBit(end);
        }
        return List.copyOf(ranges);
    }

    /** Returns these ports. */
    public static PortRanges of(Collection<Integer> ports) {
        return new PortRanges(
                ports.stream().map(port -> new PortRange(port, port)).toList());
    }

    /**
     * Reads Mesos's form, such as {@code [31000-32000, 33000-33000]}; spaces do not count.
     *
     * @throws IllegalArgumentException if it is another
     */
    public static PortRanges parse(String text) {
        String dense = text.replaceAll("\\s", "");
        if (!dense.startsWith("[") || !dense.endsWith("]") || dense.length() < 2) {
            throw new IllegalArgumentException("ports '" + text + "' must have the form [31000-32000,33000-33000]");
        }
        String inner = dense.substring(1, dense.length() - 1);
        return inner.isEmpty()
                ? NONE
                : new PortRanges(Arrays.stream(inner.split(",", -1))
                        .map(word -> range(text, word))
                        .toList());
    }

    private static PortRange range(String text, String word) {
        Matcher matcher = RANGE.matcher(word);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "ports '" + text + "' have the range '" + word + "'; it must have the form 31000-32000");
        }
        return new PortRange(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }

    /** Returns these in Mesos's form. */
    @Override
    public String toString() {
        return ranges.stream().map(PortRange::toString).collect(Collectors.joining(", ", "[", "]"));
    }
}
