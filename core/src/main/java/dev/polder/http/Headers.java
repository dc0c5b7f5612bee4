package dev.polder.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/** Header fields in the order given; names are case-insensitive, and a name may occur more than once. Immutable. */
public final class Headers {

    private static final Headers NONE = new Headers(List.of());

    /** Name, value, name, value and so on. */
    private final List<String> namesAndValues;

    private Headers(List<String> namesAndValues) {
        this.namesAndValues = namesAndValues;
    }

    /** No headers. */
    public static Headers none() {
        return NONE;
    }

    /**
     * One header.
     *
     * @throws IllegalArgumentException if the name is no token or the value has a line break in it
     */
    public static Headers of(String name, String value) {
        return NONE.with(name, value);
    }

    /** Headers that came from a decoder, which has checked them. */
    static Headers copyOf(Iterable<Map.Entry<String, String>> entries) {
        List<String> copied = new ArrayList<>();
        for (Map.Entry<String, String> entry : entries) {
            copied.add(entry.getKey());
            copied.add(entry.getValue());
        }
        return new Headers(List.copyOf(copied));
    }

    /**
     * These headers and, after them, one more; an equal name stays too.
     *
     * @throws IllegalArgumentException if the name is no token or the value has a line break in it
     */
    public Headers with(String name, String value) {
        if (name.isEmpty() || !name.chars().allMatch(Headers::isTokenCharacter)) {
            throw new IllegalArgumentException(
                    "header name '" + name + "': only letters, digits and !#$%&'*+-.^_`|~ are allowed");
        }
        if (value.chars().anyMatch(c -> c == '\r' || c == '\n' || c == 0)) {
            throw new IllegalArgumentException("header '" + name + "': its value must not have line breaks in it");
        }
        List<String> more = new ArrayList<>(namesAndValues.size() + 2);
        more.addAll(namesAndValues);
        more.add(name);
        more.add(value);
        return new Headers(List.copyOf(more));
    }

    private static boolean isTokenCharacter(int c) {
        return c > ' ' && c < 0x7f && "\"(),/:;<=>?@[\\]{}".indexOf(c) < 0;
    }

    /** The first value under this name. */
    public Optional<String> first(String name) {
        for (int i = 0; i < namesAndValues.size(); i += 2) {
            if (namesAndValues.get(i).equalsIgnoreCase(name)) {
                return Optional.of(namesAndValues.get(i + 1));
            }
        }
        return Optional.empty();
    }

    /** All values under this name, in order. */
    public List<String> all(String name) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < namesAndValues.size(); i += 2) {
            if (namesAndValues.get(i).equalsIgnoreCase(name)) {
                values.add(namesAndValues.get(i + 1));
            }
        }
        return values;
    }

    /** Whether there is a value under this name. */
    public boolean contains(String name) {
        return first(name).isPresent();
    }

    /** Calls for each header, in order. */
    public void forEach(BiConsumer<String, String> action) {
        for (int i = 0; i < namesAndValues.size(); i += 2) {
            action.accept(namesAndValues.get(i), namesAndValues.get(i + 1));
        }
    }

    @Override
    public String toString() {
        return namesAndValues.toString();
    }
}
