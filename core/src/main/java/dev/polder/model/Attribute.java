package dev.polder.model;

import static java.util.Objects.requireNonNull;

import dev.polder.offer.resource.Ranges;
import java.math.BigDecimal;
import java.util.Set;
import java.util.TreeSet;

/** What an operator says of an agent, such as its rack. Attributes are compared, never consumed. */
public sealed interface Attribute {
    /** Returns the name, which several attributes of one agent may share. */
    String name();

    /** Returns the value as an operator would write it: {@code r1}, {@code 7.5}, {@code [1-3,5-5]}, {@code {a,b}}. */
    String text();

    /** A word. */
    record Text(String name, String text) implements Attribute {
        public Text {
            requireNonNull(name, "name");
            requireNonNull(text, "text");
        }
    }

    /** A number, in thousandths. */
    record Scalar(String name, long thousandths) implements Attribute {
        public Scalar {
            requireNonNull(name, "name");
        }

        @Override
        public String text() {
            return BigDecimal.valueOf(thousandths, 3).stripTrailingZeros().toPlainString();
        }
    }

    /** Ranges of numbers. */
    record Numbers(String name, Ranges ranges) implements Attribute {
        public Numbers {
            requireNonNull(name, "name");
            requireNonNull(ranges, "ranges");
        }

        @Override
        public String text() {
            StringBuilder text = new StringBuilder("[");
            for (Ranges.Range range : ranges.ranges()) {
                text.append(text.length() == 1 ? "" : ",")
                        .append(range.begin())
                        .append('-')
                        .append(range.end());
            }
            return text.append(']').toString();
        }
    }

    /** Several words. */
    record Items(String name, Set<String> items) implements Attribute {
        public Items {
            requireNonNull(name, "name");
            items = Set.copyOf(items);
        }

        @Override
        public String text() {
            return "{" + String.join(",", new TreeSet<>(items)) + "}";
        }
    }
}
