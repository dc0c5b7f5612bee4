package dev.polder.agent;

import dev.polder.wire.proto.Mesos.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Values in Mesos's text form: {@code 4.5}, {@code [1-5,7-9]}, {@code {a,b}}, and text. Numbers have three decimals;
 * spaces do not count.
 */
final class ValueText {
    private static final Pattern NUMBER = Pattern.compile("[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d+)?");
    private static final Pattern RANGE = Pattern.compile("(\\d{1,18})-(\\d{1,18})");

    /** Above, a double has no three decimals. */
    private static final double EXACT_MAX = 1e12;

    private ValueText() {}

    /**
     * Reads a value.
     *
     * @param what begins the message of what is thrown
     */
    static Value parse(String what, String given) {
        String text = given.replaceAll("\\s", "");
        if (text.isEmpty()) {
            throw new IllegalArgumentException(what + " has no value");
        }
        if (text.startsWith("[")) {
            return ranges(what, inside(what, text, ']'));
        }
        if (text.startsWith("{")) {
            return set(inside(what, text, '}'));
        }
        if (NUMBER.matcher(text).matches()) {
            return scalar(Double.parseDouble(text));
        }
        // within text spaces do count, except around it
        return Value.newBuilder()
                .setType(Value.Type.TEXT)
                .setText(Value.Text.newBuilder().setValue(given.strip()))
                .build();
    }

    static Value scalar(double number) {
        double rounded = Math.abs(number) < EXACT_MAX ? Math.round(number * 1000) / 1000.0 : number;
        return Value.newBuilder()
                .setType(Value.Type.SCALAR)
                .setScalar(Value.Scalar.newBuilder().setValue(rounded))
                .build();
    }

    /** Tells whether there is nothing of it: 0, no range, no item. */
    static boolean isNothing(Value value) {
        return switch (value.getType()) {
            case SCALAR -> value.getScalar().getValue() == 0;
            case RANGES -> value.getRanges().getRangeCount() == 0;
            case SET -> value.getSet().getItemCount() == 0;
            case TEXT -> false;
        };
    }

    private static String inside(String what, String text, char end) {
        if (text.indexOf(end) != text.length() - 1) {
            throw new IllegalArgumentException(
                    what + " is '" + text + "'; what begins with '" + text.charAt(0) + "' must end with '" + end + "'");
        }
        return text.substring(1, text.length() - 1);
    }

    private static Value ranges(String what, String text) {
        List<Value.Range> ranges = new ArrayList<>();
        for (String item : items(text)) {
            Matcher range = RANGE.matcher(item);
            if (!range.matches()) {
                throw new IllegalArgumentException(what + " has the range '" + item + "'; it must have the form 1-5");
            }
            long begin = Long.parseLong(range.group(1));
            long end = Long.parseLong(range.group(2));
            if (begin > end) {
                throw new IllegalArgumentException(what + " has the range '" + item + "', which ends before it begins");
            }
            ranges.add(Value.Range.newBuilder().setBegin(begin).setEnd(end).build());
        }
        return Value.newBuilder()
                .setType(Value.Type.RANGES)
                .setRanges(Value.Ranges.newBuilder().addAllRange(joined(ranges)))
                .build();
    }

    /** Ranges that touch or overlap become one. */
    private static List<Value.Range> joined(List<Value.Range> ranges) {
        ranges.sort(Comparator.comparingLong(Value.Range::getBegin));
        List<Value.Range> joined = new ArrayList<>();
        for (Value.Range range : ranges) {
            int last = joined.size() - 1;
            if (last >= 0 && joined.get(last).getEnd() + 1 >= range.getBegin()) {
                long end = Math.max(joined.get(last).getEnd(), range.getEnd());
                joined.set(last, joined.get(last).toBuilder().setEnd(end).build());
            } else {
                joined.add(range);
            }
        }
        return joined;
    }

    private static Value set(String text) {
        Set<String> items = new LinkedHashSet<>(items(text));
        return Value.newBuilder()
                .setType(Value.Type.SET)
                .setSet(Value.Set.newBuilder().addAllItem(items))
                .build();
    }

    private static List<String> items(String text) {
        return text.isEmpty() ? List.of() : List.of(text.split(",", -1));
    }
}
