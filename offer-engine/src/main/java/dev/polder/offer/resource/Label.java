package dev.polder.offer.resource;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A remark on a reservation or a disk: a key, and perhaps a value. Labels are compared, never read.
 *
 * @param key any text
 * @param value nothing is not the same as an empty text
 */
public record Label(String key, Optional<String> value) implements Comparable<Label> {
    /** Checks for nulls. */
    public Label {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(value, "value");
    }

    /** Returns a label with a value. */
    public static Label of(String key, String value) {
        return new Label(key, Optional.of(value));
    }

    /** Returns a label without a value. */
    public static Label of(String key) {
        return new Label(key, Optional.empty());
    }

    /** Orders by key, then by value; no value comes first. */
    @Override
    public int compareTo(Label other) {
        int byKey = key.compareTo(other.key);
        return byKey != 0 ? byKey : Texts.compare(value, other.value);
    }

    /** The same in every JVM, which is not promised of records. */
    @Override
    public int hashCode() {
        return 31 * key.hashCode() + value.hashCode();
    }

    /** Returns the label as Mesos writes it: {@code k: v}, or {@code k} alone. */
    @Override
    public String toString() {
        return value.map(text -> key + ": " + text).orElse(key);
    }

    /** Returns the labels in one order, for lists of the same labels are equal in whatever order they came. */
    static List<Label> sorted(List<Label> labels) {
        if (labels.size() < 2) {
            return List.copyOf(labels);
        }
        List<Label> sorted = new ArrayList<>(labels);
        sorted.sort(null);
        return List.copyOf(sorted);
    }

    /** Orders two sorted lists of labels. */
    static int compare(List<Label> one, List<Label> other) {
        return Texts.compareLists(one, other, Label::compareTo);
    }

    /** Returns the labels as Mesos writes them: {@code {a: b, c}}. */
    static String text(List<Label> labels) {
        return "{" + String.join(", ", labels.stream().map(Label::toString).toList()) + "}";
    }
}
