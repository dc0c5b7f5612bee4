package dev.polder.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/** Header fields in the order given; names are case-insensitive, and a name may occur more than once. Immutable. */
public final class Headers {

    private static final Headers NONE = new Headers(List.of());

    private final List<String> namesAndValues;

    private Headers(List<String> namesAndValues) {
        this.namesAndValues = namesAndValues;
    }

    /** No headers. */
    public static Headers none() {
        return NONE;
    }

    /** One header. */
    public static Headers of(String name, String value) {
        return NONE.with(name, value);
    }

    /** These headers and, after them, one more; an equal name stays too. */
    public Headers with(String name, String value) {
        List<String> more = new ArrayList<>(namesAndValues.size() + 2);
        more.addAll(namesAndValues);
        more.add(name);
        more.add(value);
        return new Headers(List.copyOf(more));
    }

    /** The first value under this name. */
    public Optional<String> first(String name) {
        List<String> all = all(name);
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(0));
    }

    /** All values under this name, in order. */
    public List<String> all(String name) {
        List<String> values = new ArrayList<>();
        forEach((n, v) -> {
            if (n.equalsIgnoreCase(name)) {
                values.add(v);
            }
        });
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
